import { parseDeployTargets, type DeployTargets } from '../../lib/aws/deploy-targets.ts';
import { deployTargetsParameter, type ParameterReader } from '../../lib/aws/parameters.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { PinPulls } from '../../lib/github/pin-pulls.ts';
import type { RepositoryFile } from '../../lib/github/repository-file.ts';
import { escapeText, inlineCode } from '../../lib/markdown/escape.ts';
import { parsePins, type Pins } from '../../lib/pins.ts';
import { compareAliases } from '../../lib/promotion/aliases.ts';
import { carryOut, type Outcome } from '../../lib/promotion/carry-out.ts';
import type { PromotionDeps } from '../../lib/promotion/deps.ts';
import { prepareAll } from '../../lib/promotion/prepare.ts';
import { prune } from '../../lib/promotion/prune.ts';
import { renderOutcomes } from '../../lib/promotion/summary.ts';
import { decide, type Decision } from './decide.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends PromotionDeps {
  readonly parameters: ParameterReader;
  /** As it is on the default branch now: what an older commit has pinned is history. */
  readonly pins: Pick<RepositoryFile, 'path' | 'read'>;
  readonly pulls: Pick<PinPulls, 'list'>;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

export interface Outputs {
  readonly needed: boolean;
  readonly reconciled: readonly { readonly id: string; readonly from: string; readonly to: string }[];
}

/**
 * Shifts every `prod` alias that runs other code than is pinned to the pinned code, and then deletes old versions. With `check` it
 * changes nothing and says whether it would.
 *
 * @throws UserError if a pin names code that no version has, or if a shift did not go through; the others are shifted all the same.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { log } = deps;
  const file = await deps.pins.read();
  const pins = file === undefined ? {} : parsePins(file.text, deps.pins.path);
  const targets = await targetsOf(inputs, pins, deps);
  if (targets === undefined) return { needed: Object.keys(pins).length > 0, reconciled: [] };
  const decisions = await decisionsFor(pins, targets, deps);
  for (const { id, kind, why } of decisions) {
    if (kind === 'leave' || kind === 'warn' || kind === 'fail')
      log[kind === 'leave' ? 'info' : 'warning'](`${id}: ${why}`);
    else log.info(`${id}: ${why}`);
  }
  const needed = decisions.some(({ kind }) => kind === 'shift' || kind === 'fail');
  if (inputs.check) {
    const why = needed
      ? 'There is something to reconcile.'
      : 'Every pinned alias runs what is pinned, or is left as it is.';
    log.info(why);
    return { needed, reconciled: [] };
  }
  return reconcile(inputs, { pins, targets, decisions, needed }, deps);
}

/** `undefined` if there is nothing yet, which only a check may find: it comes before the first apply, too. */
async function targetsOf(
  { environment, check }: Inputs,
  pins: Pins,
  { parameters, log }: Deps,
): Promise<DeployTargets | undefined> {
  try {
    return parseDeployTargets(await parameters.get(deployTargetsParameter(environment)));
  } catch (error) {
    if (!check || !(error instanceof UserError)) throw error;
    const pinned = Object.keys(pins).length;
    log.info(
      `${error.message} ${pinned === 0 ? 'Nothing is pinned.' : 'When it is applied, what is pinned is looked for.'}`,
    );
    return undefined;
  }
}

async function decisionsFor(pins: Pins, targets: DeployTargets, deps: Deps): Promise<readonly Decision[]> {
  const states = await compareAliases(pins, targets, deps.functions);
  const application = targets.lambda_application;
  const waiting = states.every(({ kind }) => kind === 'as-pinned') ? [] : await deps.pulls.list();
  const pulls = waiting.flatMap(({ text, ...pull }) => {
    try {
      return [{ ...pull, pins: parsePins(text, deps.pins.path) }];
    } catch (error) {
      // Its own checks say so, and nothing is known of what it wants.
      if (!(error instanceof UserError)) throw error;
      deps.log.warning(`Pull request #${pull.number}: ${describeError(error)}`);
      return [];
    }
  });
  return Promise.all(
    states.map(async (state) => {
      const functionName = targets.lambdas[state.id]?.function_name;
      const isThere = functionName !== undefined && application !== undefined && state.kind !== 'as-pinned';
      const active = isThere ? await deps.shifts.active(application, functionName) : undefined;
      const runs =
        functionName === undefined || state.runs === undefined
          ? undefined
          : await deps.functions.version(functionName, state.runs);
      return decide(state, {
        functionName,
        active,
        pulls,
        runs: runs?.codeSha256,
        region: deps.region,
        path: deps.pins.path,
      });
    }),
  );
}

async function reconcile(
  inputs: Inputs,
  {
    pins,
    targets,
    decisions,
    needed,
  }: { pins: Pins; targets: DeployTargets; decisions: readonly Decision[]; needed: boolean },
  deps: Deps,
): Promise<Outputs> {
  const wanted = decisions.flatMap((decision) => (decision.kind === 'shift' ? [decision.wanted] : []));
  const outcomes = await carryOut(await prepareAll(wanted, inputs.strategy, targets, deps), targets, deps);
  const deleted = await prune(targets, pins, inputs.keep, deps);
  if (decisions.some(({ kind }) => kind !== 'as-pinned') || deleted > 0) {
    await deps.writeSummary(renderSummary(inputs.environment, outcomes, decisions, deleted, deps.region));
  }
  const problems = [
    ...decisions.flatMap(({ id, kind, why }) => (kind === 'fail' ? [`${id}: ${why}`] : [])),
    ...outcomes.flatMap(({ candidate: { id }, problem }) => (problem === undefined ? [] : [`${id}: ${problem}`])),
  ];
  if (problems.length > 0) {
    throw new UserError(problems.join(' '), 'The pins are as they were. When the cause is gone, run this job again.');
  }
  return {
    needed,
    reconciled: outcomes.filter(({ runs }) => runs).map(({ candidate: { id, from, to } }) => ({ id, from, to })),
  };
}

function renderSummary(
  environment: string,
  outcomes: readonly Outcome[],
  decisions: readonly Decision[],
  deleted: number,
  region: string,
): string {
  const others = decisions.filter(({ kind }) => kind !== 'as-pinned' && kind !== 'shift');
  return [
    `### Pins of ${inlineCode(environment)}`,
    ...(outcomes.length === 0 ? [] : ['', renderOutcomes(outcomes, region)]),
    ...(others.length === 0 ? [] : ['', ...others.map(({ id, why }) => `- ${inlineCode(id)}: ${escapeText(why)}`)]),
    ...(deleted === 0 ? [] : ['', `${deleted} old ${deleted === 1 ? 'version was' : 'versions were'} deleted.`]),
  ].join('\n');
}
