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
  /** Of the plan that may be applied, 64 hexadecimal digits. */
  readonly digest: string;
  readonly allowDestroy: boolean;
  /** The pull requests that are told how it ended. */
  readonly pulls: readonly number[];
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  const digest = requiredInput(read, 'digest');
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw new UserError(`"${digest}" is no digest of a plan.`, 'Take it from the output of terraform-review.');
  return {
    ...terraformInputs(read, workspace),
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
    digest,
    allowDestroy: booleanInput(read, 'allow-destroy'),
    pulls: numbers(read('pull-requests')),
  };
}

function numbers(list: string): readonly number[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      if (/^[1-9]\d*$/.test(word)) return Number(word);
      throw new UserError(
        `"${word}" is not the number of a pull request.`,
        'Give "pull-requests" as numbers with commas between.',
      );
    });
}
