import { isObject, type Json } from './plan-json.ts';

/** JSON texts (policies, task definitions, parameters) are compared by what they hold, not as one long line. */
export function decode(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    const decoded: Json = JSON.parse(value);
    return decoded;
  } catch {
    return value; // Not JSON after all: an ordinary text that begins with a bracket.
  }
}

/** The part of a value, or of the marks beside it. */
export function at(value: Json, key: string | number): Json {
  if (value === true) return true; // A mark on the whole counts for its parts.
  if (typeof key === 'number') return Array.isArray(value) ? (value as readonly Json[])[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The keys or indices of containers of one kind, each once; sorted, so that the order they came in means nothing. */
export function keysOf(...sides: readonly Json[]): (string | number)[] {
  if (sides.some((side) => Array.isArray(side))) {
    const length = Math.max(...sides.map((side) => (Array.isArray(side) ? side.length : 0)));
    return Array.from({ length }, (_, index) => index);
  }
  return [...new Set(sides.flatMap((side) => (isObject(side) ? Object.keys(side) : [])))].toSorted();
}

export function isEmpty(value: Json): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether anything in a tree of marks is marked. */
export function hasTrue(value: Json): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => hasTrue(item));
  return isObject(value) ? Object.values(value).some(hasTrue) : value === true;
}

export function sameJson(left: Json, right: Json): boolean {
  return canonicalText(left) === canonicalText(right);
}

/** The same text for the same value, in whatever order its keys came. */
export function canonicalText(value: Json): string {
  return JSON.stringify(canonical(value));
}

function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => canonical(item));
  if (!isObject(value)) return value ?? null;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, canonical(item)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
