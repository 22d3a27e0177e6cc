import { booleanInput, choice, ENVIRONMENTS, folderInput, type Environment, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  /** Absolute, inside the workspace. */
  readonly lambdas: string;
  /** Absolute, inside the workspace. */
  readonly terraform: string;
  readonly upload: boolean;
  /** Whose functions the packages are compared with; absent for none. */
  readonly environment?: Environment;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  const environment = read('environment');
  return {
    lambdas: folderInput(read, 'lambdas', workspace),
    terraform: folderInput(read, 'terraform', workspace),
    upload: booleanInput(read, 'upload'),
    ...(environment === '' ? {} : { environment: choice('environment', environment, ENVIRONMENTS) }),
  };
}
