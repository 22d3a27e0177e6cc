import { UserError } from '../../lib/errors.ts';
import {
  booleanInput,
  choice,
  ENVIRONMENTS,
  requiredInput,
  type Environment,
  type ReadInput,
} from '../../lib/inputs.ts';

export interface Inputs {
  readonly environment: Environment;
  /** 7 to 40 hexadecimal digits; absent for the commit of the run. */
  readonly commit?: string;
  readonly check: boolean;
  readonly skipIfRunning: boolean;
  readonly token?: string;
}

export function readInputs(read: ReadInput): Inputs {
  const commit = read('commit').trim().toLowerCase();
  if (commit !== '' && !/^[0-9a-f]{7,40}$/.test(commit)) {
    throw new UserError(
      `"${commit}" is not a commit.`,
      'Give 7 to 40 hexadecimal digits, or nothing for the newest commit of main.',
    );
  }
  const token = read('github-token');
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    check: booleanInput(read, 'check'),
    skipIfRunning: booleanInput(read, 'skip-if-running'),
    ...(commit === '' ? {} : { commit }),
    ...(token === '' ? {} : { token }),
  };
}
