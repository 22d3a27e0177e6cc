import { invalid } from './validation.ts';

/** A page of a list, and the token of the next one. */
export function page<T>(
  all: readonly T[],
  {
    nextToken,
    maxResults = 100,
  }: { readonly nextToken?: string | undefined; readonly maxResults?: number | undefined },
): { items: T[]; nextToken?: string } {
  const from = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isSafeInteger(from) || from < 0) throw invalid('Invalid token.');
  const to = from + maxResults;
  return { items: all.slice(from, to), ...(to < all.length ? { nextToken: String(to) } : {}) };
}
