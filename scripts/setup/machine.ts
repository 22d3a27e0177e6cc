import { UserError } from '../../actions/lib/errors.ts';
import { findOnPath } from '../tools.ts';

/** What the machine itself must have, besides Node and Python. */
export function checkMachine(): void {
  const missing = ['git', 'bash', 'ps'].filter((program) => findOnPath(program) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `Missing: ${missing.join(', ')}.`,
      'Install it (ps is in the package procps) and run this again.',
    );
  }
}
