import Joi from 'joi';
import { MappingError } from './mapping-error.ts';
import { compile, type Finder, type Mapping, type Replacer } from './replacer.ts';

/** A map that has been checked, with what replaces by it and what finds its entries. */
export type LoadedMapping = { readonly mapping: Mapping; readonly replace: Replacer; readonly find: Finder };

const schema = Joi.object<Record<string, string>>()
  .pattern(/^/, Joi.string().required())
  .required()
  .prefs({ convert: false });

/**
 * Reads the map as it is stored: a JSON object of strings, `{ "<key>": "<value>" }`.
 *
 * @throws MappingError that names what is wrong and, where it is about an entry, its key. It never quotes a value, and carries
 *   no cause: the errors of the parser and of joi hold the text, and the text of a wrong parameter may be a secret.
 */
export function loadMapping(json: string): LoadedMapping {
  const parsed = parse(json);
  // joi drops it without a word.
  if (typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, '__proto__')) {
    throw new MappingError('The key "__proto__" cannot be replaced: remove it.');
  }
  const { error, value } = schema.validate(parsed);
  if (error !== undefined) throw new MappingError(explain(error, parsed));
  return { mapping: value, ...compile(value) };
}

/** As `loadMapping`, for those who need no replacer. */
export function parseMapping(json: string): Record<string, string> {
  return { ...loadMapping(json).mapping };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const position = error instanceof SyntaxError ? /at position \d+/.exec(error.message)?.[0] : undefined;
    const where = position === undefined ? '' : ` (${position})`;
    throw new MappingError(`The map is not JSON${where}: write an object of strings, {"key": "value"}.`);
  }
}

function explain(error: Joi.ValidationError, parsed: unknown): string {
  const key = error.details[0]?.path[0];
  if (key === undefined) return `The map is ${kindOf(parsed)}: write an object of strings, {"key": "value"}.`;
  const found = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  const wrong = found.find(([name]) => name === key)?.[1];
  if (wrong === '') return `The value of ${JSON.stringify(key)} is empty: give it at least one character.`;
  return `The value of ${JSON.stringify(key)} is ${kindOf(wrong)}: write a string.`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}
