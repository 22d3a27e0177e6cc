import { UserError } from '../../lib/errors.ts';
import { choice, ENVIRONMENTS, keepInput, requiredInput, type Environment, type ReadInput } from '../../lib/inputs.ts';
import { STRATEGIES, type Strategy } from '../../lib/promotion/strategies.ts';

export interface Inputs {
  readonly environment: Environment;
  /** Ids, or `all`. */
  readonly functions: readonly string[] | 'all';
  /** A published version's number; absent means what the `test` alias runs. */
  readonly version?: string;
  readonly strategy: Strategy;
  /** How many of the newest versions of a function are never deleted. */
  readonly keep: number;
  readonly token: string;
}

export function readInputs(read: ReadInput): Inputs {
  const version = read('version').trim();
  if (version !== '' && !/^[1-9]\d*$/.test(version)) {
    throw new UserError(
      `"${version}" is not a published version.`,
      'Give a number such as 7, or nothing for what the test alias runs.',
    );
  }
  const functions = readFunctions(requiredInput(read, 'function'));
  if (version !== '' && (functions === 'all' || functions.length > 1)) {
    throw new UserError('A version belongs to one function.', 'Name one function, or leave the version empty.');
  }
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    functions,
    ...(version === '' ? {} : { version }),
    strategy: choice('strategy', requiredInput(read, 'strategy'), STRATEGIES),
    keep: keepInput(read),
    token: requiredInput(read, 'github-token'),
  };
}

function readFunctions(text: string): readonly string[] | 'all' {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.length === 1 && ids[0] === 'all') return 'all';
  const bad = ids.find((id) => !/^[a-z][a-z0-9-]*$/.test(id));
  if (bad !== undefined) {
    throw new UserError(
      `"${bad}" is not the id of a lambda.`,
      'Give the names of lambda folders, separated by commas, or "all".',
    );
  }
  return [...new Set(ids)];
}
