import { UserError } from '../../lib/errors.ts';
import {
  booleanInput,
  requiredInput,
  terraformInputs,
  type ReadInput,
  type TerraformInputs,
} from '../../lib/inputs.ts';

export interface Inputs extends TerraformInputs {
  readonly token: string;
  readonly commentAuthor: string;
  /** The digest that somebody has approved by hand; then no pull request is asked. */
  readonly approved?: string;
  /** Whether they have approved what is protected with it. */
  readonly allowDestroy: boolean;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  const approved = read('digest').trim().toLowerCase();
  if (approved !== '' && !/^[0-9a-f]{64}$/.test(approved))
    throw new UserError(
      `"${read('digest')}" is no digest of a plan.`,
      'Copy it from the comment or the summary: 64 hexadecimal digits.',
    );
  return {
    ...terraformInputs(read, workspace),
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
    ...(approved === '' ? {} : { approved }),
    allowDestroy: booleanInput(read, 'allow-destroy'),
  };
}
