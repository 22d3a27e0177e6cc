import { describeError } from '../../errors.ts';
import type { ReadInput } from '../../inputs.ts';

/** The inputs of a step: as `@actions/core` does, what is not given is `''`. */
export function inputsOf(table: Readonly<Record<string, string>>): ReadInput {
  return (name) => table[name] ?? '';
}

/** What the reader of a failed run sees. */
export function sentenceOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return describeError(error);
  }
  return 'no error';
}
