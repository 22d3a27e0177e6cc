import {
  choice,
  ENVIRONMENTS,
  folderInput,
  requiredInput,
  type Environment,
  type ReadInput,
} from '../../lib/inputs.ts';

export interface Inputs {
  readonly environment: Environment;
  /** Absolute, inside the workspace. */
  readonly folder: string;
}

export function readInputs(read: ReadInput, workspace: string): Inputs {
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    folder: folderInput(read, 'working-directory', workspace),
  };
}
