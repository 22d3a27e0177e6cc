import { UserError } from '../../lib/errors.ts';
import {
  booleanInput,
  choice,
  ENVIRONMENTS,
  requiredInput,
  type Environment,
  type ReadInput,
} from '../../lib/inputs.ts';
import { STRATEGIES, type Strategy } from '../../lib/promotion/strategies.ts';

export interface Inputs {
  readonly environment: Environment;
  readonly strategy: Strategy;
  /** Only say whether there is something to do. */
  readonly check: boolean;
  /** How many of the newest versions of a function are never deleted. */
  readonly keep: number;
  readonly token: string;
}

export function readInputs(read: ReadInput): Inputs {
  const keep = requiredInput(read, 'keep');
  if (!/^[1-9]\d{0,3}$/.test(keep)) {
    throw new UserError(`"${keep}" is no number of versions to keep.`, 'Give a number from 1 to 9999.');
  }
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    strategy: choice('strategy', requiredInput(read, 'strategy'), STRATEGIES),
    check: booleanInput(read, 'check'),
    keep: Number(keep),
    token: requiredInput(read, 'github-token'),
  };
}
