import type { Mapping } from '@repo/string-replacement';
import Fuse from 'fuse.js';

export type Item = { readonly key: string; readonly replacement: string };

/** The best `limit` entries near a text, and how many are near it in all. Pure. */
export type Search = (text: string, limit: number) => { readonly items: readonly Item[]; readonly total: number };

/**
 * Makes the search in a map: for entries of which the key or the replacement has the text anywhere in it, in any case, with or
 * without its accents, and with about one mistake in three letters forgiven. The best come first, and what is as good as another
 * in the order of the map.
 */
export function createSearch(mapping: Mapping): Search {
  const items = Object.entries(mapping).map(([key, replacement]): Item => ({ key, replacement }));
  const fuse = new Fuse(items, {
    keys: ['key', 'replacement'],
    threshold: 0.34,
    ignoreLocation: true,
    ignoreDiacritics: true,
  });
  return (text, limit) => {
    const found = fuse.search(text);
    return { items: found.slice(0, limit).map(({ item }) => item), total: found.length };
  };
}
