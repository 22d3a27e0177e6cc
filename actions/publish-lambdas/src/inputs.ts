import { booleanInput, folderInput, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  /** Absolute, inside the workspace. */
  readonly lambdas: string;
  /** Absolute, inside the workspace. */
  readonly terraform: string;
  readonly upload: boolean;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  return {
    lambdas: folderInput(read, 'lambdas', workspace),
    terraform: folderInput(read, 'terraform', workspace),
    upload: booleanInput(read, 'upload'),
  };
}
