import { requiredInput, terraformInputs, type ReadInput, type TerraformInputs } from '../../lib/inputs.ts';

export interface Inputs extends TerraformInputs {
  /** Without one, nothing is asked of GitHub and no issue is written. */
  readonly token?: string;
  readonly commentAuthor: string;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  const token = read('github-token');
  return {
    ...terraformInputs(read, workspace),
    ...(token === '' ? {} : { token }),
    commentAuthor: requiredInput(read, 'comment-author'),
  };
}
