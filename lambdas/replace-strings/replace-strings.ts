import { createBodyParser } from '../shared/json-body.ts';
import type { MappingDependencies } from '../shared/mappings.ts';
import { createRestHandler, type RestHandler } from '../shared/rest-handler.ts';
import schema from './request.schema.json' with { type: 'json' };
import type { ReplaceStringsRequest } from './request.ts';
import { revision } from './revision.ts';

const parseBody = createBodyParser<ReplaceStringsRequest>(schema);

/** `POST /string/replace` `{"content": string}`: 200 `{"message": string}`, 400 with the cause, or 500 without one. */
export function createHandler({ mappings, logger, version }: MappingDependencies): RestHandler {
  return createRestHandler({
    logger,
    version,
    headers: { 'x-lambda-revision': revision },
    settled: mappings.settled,
    answer: async (event) => {
      const { content } = parseBody(event);
      const { replace } = await mappings.get();
      const message = replace(content);
      return { statusCode: 200, body: { message }, log: { characters: content.length, changed: message !== content } };
    },
  });
}
