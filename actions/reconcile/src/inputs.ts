import {
  booleanInput,
  choice,
  ENVIRONMENTS,
  keepInput,
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
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    strategy: choice('strategy', requiredInput(read, 'strategy'), STRATEGIES),
    check: booleanInput(read, 'check'),
    keep: keepInput(read),
    token: requiredInput(read, 'github-token'),
  };
}
