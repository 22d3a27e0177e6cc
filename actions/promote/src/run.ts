import { parseDeployTargets } from '../../lib/aws/deploy-targets.ts';
import { deployTargetsParameter, type ParameterReader } from '../../lib/aws/parameters.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import { escapeText, inlineCode } from '../../lib/markdown/escape.ts';
import { parsePins } from '../../lib/pins.ts';
import { carryOut, type Outcome } from '../../lib/promotion/carry-out.ts';
import type { PromotionDeps } from '../../lib/promotion/deps.ts';
import { notPinned, pin, renderPinned, type PinDeps, type Pinned } from '../../lib/promotion/pin.ts';
import { prepareAll } from '../../lib/promotion/prepare.ts';
import { prune } from '../../lib/promotion/prune.ts';
import { renderOutcomes } from '../../lib/promotion/summary.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends PromotionDeps, PinDeps {
  readonly parameters: ParameterReader;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

export interface Promotion {
  readonly id: string;
  readonly functionName: string;
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  /** Whether it is the code that the `test` alias runs now. */
  readonly tested: boolean;
}

export interface Outputs {
  readonly promoted: readonly Promotion[];
  readonly commit?: string;
  readonly pullRequest?: number;
}

/**
 * Shifts the `prod` alias and then pins what it runs. Everything is looked up before anything moves. A run that was interrupted is
 * repeated: a shift that goes on is followed, what has moved already is only pinned. What of several has moved is pinned also when
 * another has not: git says what runs. Ends with deleting old versions of what has moved.
 *
 * @throws UserError if anything is in the way, or if any of them does not run its version in the end.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const targets = parseDeployTargets(await deps.parameters.get(deployTargetsParameter(inputs.environment)));
  const before = await deps.pins.read();
  const pins = before === undefined ? {} : parsePins(before.text, deps.pins.path);
  const wanted = chooseFunctions(inputs.functions, Object.keys(targets.lambdas)).flatMap((id) => {
    const functionName = targets.lambdas[id]?.function_name;
    const version = inputs.version === undefined ? {} : { version: inputs.version };
    return functionName === undefined ? [] : [{ id, functionName, ...version }];
  });
  const candidates = await prepareAll(wanted, inputs.strategy, targets, deps);
  const outcomes = await carryOut(candidates, targets, deps);

  const running = outcomes.filter(({ runs }) => runs).map(({ candidate }) => candidate);
  let pinned: Pinned | undefined;
  let pinFailure: UserError | undefined;
  try {
    if (running.length > 0) {
      pinned = await pin(
        running.map(({ id, to, sha256 }) => ({ id, version: to, sha256 })),
        deps,
      );
    }
  } catch (error) {
    pinFailure = notPinned(error, deps.pins.path);
  }
  if (outcomes.length > 0)
    await deps.writeSummary(renderSummary(inputs.environment, outcomes, { pinned, pinFailure }, deps));
  // Of what git names, and what it named until now; aliases are looked at there.
  const lambdas = Object.fromEntries(running.map(({ id, functionName }) => [id, { function_name: functionName }]));
  await prune({ ...targets, lambdas }, pins, inputs.keep, deps);
  if (pinFailure !== undefined) throw pinFailure;
  refuse(outcomes);
  return {
    promoted: running.map(({ id, functionName, from, to, sha256, tested }) => ({
      id,
      functionName,
      from,
      to,
      sha256,
      tested,
    })),
    ...(pinned?.kind === 'committed' ? { commit: pinned.commit } : {}),
    ...(pinned?.kind === 'pull-request' ? { pullRequest: pinned.number } : {}),
  };
}

function chooseFunctions(wanted: readonly string[] | 'all', known: readonly string[]): readonly string[] {
  if (wanted === 'all') return known;
  const missing = wanted.find((id) => !known.includes(id));
  if (missing === undefined) return wanted;
  throw new UserError(
    `There is no lambda "${missing}" in this environment.`,
    known.length === 0 ? 'It has none: apply it first.' : `It has: ${known.join(', ')}. A new one is applied first.`,
  );
}

/** @throws UserError with what went wrong with each. */
function refuse(outcomes: readonly Outcome[]): void {
  const failed = outcomes.flatMap(({ candidate: { id }, problem }) => (problem === undefined ? [] : [{ id, problem }]));
  if (failed.length === 0) return;
  const others = outcomes.length - failed.length;
  throw new UserError(
    failed.map(({ id, problem }) => `${id}: ${problem}`).join(' '),
    others === 0
      ? 'When the cause is gone, promote again.'
      : 'What went well is pinned. When the cause is gone, promote again.',
  );
}

function renderSummary(
  environment: string,
  outcomes: readonly Outcome[],
  { pinned, pinFailure }: { readonly pinned: Pinned | undefined; readonly pinFailure: UserError | undefined },
  deps: Pick<Deps, 'region' | 'pins' | 'repositoryUrl'>,
): string {
  const isWell = pinFailure === undefined && outcomes.every(({ problem }) => problem === undefined);
  return [
    `### ${isWell ? 'Promoted' : 'Not everything was promoted'} in ${inlineCode(environment)}`,
    '',
    renderOutcomes(outcomes, deps.region),
    '',
    ...(pinFailure === undefined ? [] : [escapeText(describeError(pinFailure)), '']),
    pinned === undefined ? 'No pin has changed.' : renderPinned(pinned, deps),
  ].join('\n');
}
