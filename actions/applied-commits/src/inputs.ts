import { UserError } from '../../lib/errors.ts';
import { choice, ENVIRONMENTS, requiredInput, type Environment, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  readonly environments: readonly Environment[];
  readonly token: string;
  readonly commentAuthor: string;
}

export function readInputs(read: ReadInput): Inputs {
  const text = requiredInput(read, 'environments');
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined; // Said below, with what it was.
  }
  if (!Array.isArray(list))
    throw new UserError(`The input "environments" is "${text}", which is no JSON list.`, 'Give it as ["test"].');
  return {
    environments: list.map((item) => choice('environments', String(item), ENVIRONMENTS)),
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
  };
}
