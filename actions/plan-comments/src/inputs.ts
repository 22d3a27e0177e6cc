import { UserError } from '../../lib/errors.ts';
import { choice, ENVIRONMENTS, requiredInput, type Environment, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  readonly changed: readonly Environment[];
  readonly unchanged: readonly Environment[];
  readonly token: string;
  readonly commentAuthor: string;
}

export function readInputs(read: ReadInput): Inputs {
  return {
    changed: environments(read, 'changed'),
    unchanged: environments(read, 'unchanged'),
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
  };
}

function environments(read: ReadInput, name: string): readonly Environment[] {
  const text = requiredInput(read, name);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined; // Said below, with what it was.
  }
  if (!Array.isArray(list))
    throw new UserError(`The input "${name}" is "${text}", which is no JSON list.`, 'Give it as ["test"].');
  return list.map((item) => choice(name, String(item), ENVIRONMENTS));
}
