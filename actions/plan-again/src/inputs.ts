import { UserError } from '../../lib/errors.ts';
import { requiredInput, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  readonly workflow: string;
  readonly token: string;
  readonly commentAuthor: string;
}

export function readInputs(read: ReadInput): Inputs {
  const workflow = requiredInput(read, 'workflow');
  if (!/^[\w.-]+\.ya?ml$/.test(workflow))
    throw new UserError(`"${workflow}" is no workflow file.`, 'Give its name alone, such as pull-request.yml.');
  return {
    workflow,
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
  };
}
