import { at, decode, keysOf } from './json-tree.ts';
import { isObject, type Json } from './plan-json.ts';
import { hasSecretShape, isHarmlessName, isSecretName, redact, redactAssignments } from './secrets.ts';

/** What is shown instead of a secret. */
export const HIDDEN = '(sensitive)';

/** What is known about a place in a value when it is judged. */
export interface Place {
  /** Terraform's marks on both sides: a value was as secret before it was marked. */
  readonly marks: readonly Json[];
  /** Whether a name on the way speaks of a secret: then the texts below are hidden. */
  readonly secret: boolean;
}

/**
 * A secret by its own name, below a block of such a name, or the `value` beside a `name` (or `key`) that speaks of one, as in a
 * container's environment.
 */
export function isSecretHere(key: string | number, sides: readonly Json[], above: boolean): boolean {
  if (typeof key === 'number') return above;
  if (isSecretName(key)) return true;
  const named = /^values?$/i.test(key) && sides.some((side) => namesOf(side).some(isSecretName));
  return named || (above && !isHarmlessName(key));
}

function namesOf(value: Json): readonly string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, name]) =>
    /^(?:name|key)$/i.test(key) && typeof name === 'string' ? [name] : [],
  );
}

/** A number or a switch is no secret, and a block has names of its own inside. */
export function holdsText(value: Json): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.some((item: Json) => typeof item === 'string'));
}

/**
 * The texts of a value that are secret by marks or names. A provider's computed attribute often repeats such a text without the
 * mark, so the same text is a secret everywhere in its resource.
 */
export function secretTexts(value: Json, { marks, secret }: Place, found: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string' && value !== '' && (secret || marks.includes(true))) found.add(value);
  const decoded = decode(value);
  for (const key of keysOf(decoded)) {
    const place = { marks: marks.map((mark) => at(mark, key)), secret: isSecretHere(key, [decoded], secret) };
    secretTexts(at(decoded, key), place, found);
  }
  return found;
}

/** A value with its secrets hidden, also inside: a whole block can appear or go as one value. */
export function withoutSecrets(value: Json, { marks, secret }: Place, known: ReadonlySet<string>): Json {
  if (marks.includes(true)) return HIDDEN;
  if (typeof value === 'string' && (secret || known.has(value))) return HIDDEN;
  const decoded = decode(value);
  if (typeof decoded === 'string') return hasSecretShape(decoded) ? HIDDEN : redactAssignments(decoded);
  const below = (key: string | number): Json => {
    const place = { marks: marks.map((mark) => at(mark, key)), secret: isSecretHere(key, [decoded], secret) };
    return withoutSecrets(at(decoded, key), place, known);
  };
  if (Array.isArray(decoded)) return decoded.map((_: Json, index) => below(index));
  if (!isObject(decoded)) return decoded;
  return Object.fromEntries(Object.keys(decoded).map((key) => [withoutShape(key), below(key)]));
}

/** A key is text from outside as well. */
export function withoutShape(key: string): string {
  return key.length < 8 ? key : redact(key);
}
