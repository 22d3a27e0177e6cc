import { createReplacer, type LoadedMapping } from '@repo/string-replacement';
import Joi from 'joi';
import type { MappingDependencies } from '../shared/mappings.ts';
import { createParameterReader } from '../shared/request-parameters.ts';
import { createRestHandler, type RestHandler } from '../shared/rest-handler.ts';

type Parameters = { readonly key: string; readonly content?: string };

/** What `response.schema.json` describes. */
type Response = { readonly key: string; readonly replacement: string; readonly message?: string };

const readParameters = createParameterReader<Parameters>(
  Joi.object({ key: Joi.string().required(), content: Joi.string().allow('').max(10_000) }),
);

/**
 * `GET /mappings/{key}`, `?content=` a text to try the entry on: 200 `{"key", "replacement", "message"?}`, 400 with the
 * cause, 404, or 500 without a cause.
 */
export function createHandler({ mappings, logger, version }: MappingDependencies): RestHandler {
  return createRestHandler({
    logger,
    version,
    settled: mappings.settled,
    answer: async (event) => {
      const parameters = readParameters(event);
      const response = readMapping(await mappings.get(), parameters);
      return response === undefined
        ? { statusCode: 404, body: { message: 'Not Found' } }
        : { statusCode: 200, body: response, log: { tried: parameters.content !== undefined } };
    },
  });
}

/** The entry of that key in any case, and what it alone makes of the text. */
export function readMapping({ find }: LoadedMapping, { key, content }: Parameters): Response | undefined {
  const entry = find(key);
  if (entry === undefined) return undefined;
  const found = { key: entry.key, replacement: entry.value };
  return content === undefined ? found : { ...found, message: createReplacer({ [entry.key]: entry.value })(content) };
}
