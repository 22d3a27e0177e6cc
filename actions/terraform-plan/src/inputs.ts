import { requiredInput, terraformInputs, type ReadInput, type TerraformInputs } from '../../lib/inputs.ts';

export interface Inputs extends TerraformInputs {
  readonly token: string;
  readonly commentAuthor: string;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  return {
    ...terraformInputs(read, workspace),
    token: requiredInput(read, 'github-token'),
    commentAuthor: requiredInput(read, 'comment-author'),
  };
}
