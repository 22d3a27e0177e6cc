import { loadMapping, type MappingCache } from '@repo/string-replacement';

/** A cache that holds this map and never asks for another. */
export function mappingsOf(mapping: Readonly<Record<string, string>>): MappingCache {
  const loaded = loadMapping(JSON.stringify(mapping));
  return { get: () => Promise.resolve(loaded), settled: () => Promise.resolve() };
}

export function brokenMappings(reason: Error): MappingCache {
  return { get: () => Promise.reject(reason), settled: () => Promise.resolve() };
}
