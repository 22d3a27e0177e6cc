export { createMappingCache, type Logger, type MappingCache, type MappingCacheOptions } from './cache.ts';
export { loadMapping, parseMapping, type LoadedMapping } from './mapping.ts';
export { MappingError } from './mapping-error.ts';
export { createReplacer, unreachableKeys, type Finder, type Mapping, type Replacer } from './replacer.ts';
