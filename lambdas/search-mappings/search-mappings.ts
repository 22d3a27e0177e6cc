import type { LoadedMapping, Mapping } from '@repo/string-replacement';
import Joi from 'joi';
import type { MappingDependencies } from '../shared/mappings.ts';
import { createParameterReader } from '../shared/request-parameters.ts';
import { createRestHandler, type RestHandler } from '../shared/rest-handler.ts';
import { createSearch, type Search } from './search.ts';

type Parameters = { readonly text: string; readonly limit: number };

const readParameters = createParameterReader<Parameters>(
  Joi.object({
    text: Joi.string().max(100).required(),
    limit: Joi.number().integer().min(1).max(100).default(20),
  }),
);

/** `GET /mappings?text=…&limit=…`: 200 `{"items": [{"key", "replacement"}], "total"}`, 400 with the cause, or 500 without one. */
export function createHandler({ mappings, logger, version }: MappingDependencies): RestHandler {
  const searchIn = oncePerMap(createSearch);
  return createRestHandler({
    logger,
    version,
    settled: mappings.settled,
    answer: async (event) => {
      const { text, limit } = readParameters(event);
      const { items, total } = searchIn(await mappings.get())(text, limit);
      return { statusCode: 200, body: { items, total }, log: { items: items.length, total } };
    },
  });
}

/** The index of a map takes longer to make than a search in it, and the cache gives the same map until it has changed. */
function oncePerMap(create: (mapping: Mapping) => Search): (loaded: LoadedMapping) => Search {
  const made = new WeakMap<LoadedMapping, Search>();
  return (loaded) => {
    const search = made.get(loaded) ?? create(loaded.mapping);
    made.set(loaded, search);
    return search;
  };
}
