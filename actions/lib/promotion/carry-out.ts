import type { DeployTargets } from '../aws/deploy-targets.ts';
import { describeError } from '../errors.ts';
import { PINNED_ALIAS } from './aliases.ts';
import type { PromotionDeps } from './deps.ts';
import type { Why } from './failure.ts';
import type { Candidate } from './prepare.ts';
import { shiftAlias, type ShiftOutcome, type ShiftPlan } from './shift.ts';
import type { SmokeTest } from './smoke.ts';
import { factsOf, STRATEGY_FACTS } from './strategies.ts';

/** How it ended for one lambda. */
export interface Outcome {
  readonly candidate: Candidate;
  /** For people: `canary`. */
  readonly strategy: string;
  /** Whether `prod` runs the new version, and it stays: then it is what is pinned. */
  readonly runs: boolean;
  /** In a few words. */
  readonly result: string;
  /** What makes the run red, in sentences. */
  readonly problem?: string;
  readonly alarms: Why['alarms'];
  readonly deployment?: string;
  readonly seconds: number;
}

/** Moves every lambda at the same time; what becomes of one is no matter to another. Nothing is thrown: it is in the outcome. */
export function carryOut(
  candidates: readonly Candidate[],
  { api }: DeployTargets,
  deps: PromotionDeps,
): Promise<readonly Outcome[]> {
  const call = api === undefined ? undefined : deps.smoke(api);
  if (call === undefined && candidates.some(({ smoke }) => smoke !== undefined)) {
    deps.log.info('This environment has no API, so nothing is called before and after.');
  }
  return Promise.all(
    candidates.map(async (candidate) => {
      const begun = deps.clock.now();
      const ended = await one(candidate, call, deps);
      const seconds = Math.round((deps.clock.now() - begun) / 1000);
      if (ended.problem !== undefined) deps.log.error(`${candidate.id}: ${ended.problem}`);
      return { alarms: [], strategy: kindOf(candidate), ...ended, candidate, seconds };
    }),
  );
}

type Ended = Pick<Outcome, 'runs' | 'result'> &
  Partial<Pick<Outcome, 'problem' | 'alarms' | 'deployment' | 'strategy'>>;

async function one(candidate: Candidate, call: SmokeTest | undefined, deps: PromotionDeps): Promise<Ended> {
  const { id, to } = candidate;
  try {
    if (candidate.already) return await alreadyThere(candidate, call, deps);
    const before = await tryProd(candidate, call);
    for (const problem of before) deps.log.warning(`${id}: before the shift, through the stage prod: ${problem}`);
    const outcome = await move(candidate, deps);
    if (outcome.kind !== 'shifted') return notShifted(candidate, outcome);
    const shown = outcome.deployment === undefined ? {} : { deployment: outcome.deployment };
    deps.log.info(`${id}: ${PINNED_ALIAS} runs version ${to}.`);
    return { ...(await judge(candidate, before, await tryProd(candidate, call), deps)), ...shown };
  } catch (error) {
    return { runs: false, result: 'failed', problem: `${describeError(error)} ${await runsNow(candidate, deps)}` };
  }
}

async function alreadyThere(candidate: Candidate, call: SmokeTest | undefined, deps: PromotionDeps): Promise<Ended> {
  const { id, to } = candidate;
  deps.log.info(`${id}: ${PINNED_ALIAS} runs version ${to} already.`);
  for (const problem of await tryProd(candidate, call)) {
    deps.log.warning(`${id}: through the stage prod: ${problem}`);
  }
  return { runs: true, result: 'ran it already', strategy: 'none' };
}

/** What the stage does not answer as it should. */
async function tryProd({ smoke = [] }: Candidate, call: SmokeTest | undefined): Promise<readonly string[]> {
  return call === undefined || smoke.length === 0 ? [] : call(PINNED_ALIAS, smoke);
}

async function move(candidate: Candidate, deps: PromotionDeps): Promise<ShiftOutcome> {
  const { id, functionName, to, byHand } = candidate;
  if (byHand === undefined) return shiftAlias(planOf(candidate), deps);
  const isLatest = byHand.version === '$LATEST';
  const goesThere = isLatest || byHand.version === to;
  deps.log.warning(
    `${id}: somebody has set ${PINNED_ALIAS} by hand (${isLatest ? 'to $LATEST' : 'with weights that nobody shifts'}); it is set to version ${goesThere ? to : byHand.version} first.`,
  );
  await deps.functions.moveAlias(functionName, PINNED_ALIAS, goesThere ? to : byHand.version, byHand.revisionId);
  return goesThere ? { kind: 'shifted' } : shiftAlias(planOf(candidate), deps);
}

function planOf({ id, functionName, application, from, to, strategy, takeOver }: Candidate): ShiftPlan {
  const plan = { id, functionName, application, from, to, strategy };
  return takeOver === undefined ? plan : { ...plan, takeOver };
}

function notShifted(candidate: Candidate, outcome: Exclude<ShiftOutcome, { kind: 'shifted' }>): Ended {
  const { to } = candidate;
  const { deployment } = outcome;
  const shown = deployment === undefined ? {} : { deployment };
  if (outcome.kind === 'unknown') return { runs: false, result: 'not known', problem: outcome.why, ...shown };
  const { kind, after } = outcome;
  const result = `${kind}. ${after}`;
  if (kind === 'cancelled') {
    return { runs: false, result, problem: `The shift to version ${to} was cancelled. ${after}`, ...shown };
  }
  const { text, alarms } = outcome.why;
  return { runs: false, result, problem: `The shift to version ${to} failed. ${text} ${after}`, alarms, ...shown };
}

/** A version that breaks what was well before goes back; one that finds it broken, and leaves it so, is no reason to. */
async function judge(
  candidate: Candidate,
  before: readonly string[],
  after: readonly string[],
  deps: PromotionDeps,
): Promise<Ended> {
  const { id, from, to } = candidate;
  if (after.length === 0) return { runs: true, result: 'shifted' };
  const failed = `Version ${to} fails its smoke test through the stage prod: ${after.join('; ')}.`;
  if (before.length > 0 || from === '$LATEST') {
    const problem = `${failed} Version ${from} ${from === '$LATEST' ? 'cannot be gone back to' : 'did so, too'}, so ${to} stays and is pinned.`;
    return { runs: true, result: 'shifted, and fails its smoke test', problem };
  }
  deps.log.warning(`${id}: ${failed} It goes back to version ${from}.`);
  const { takeOver: _, byHand: __, ...rest } = candidate;
  const plan: ShiftPlan = { ...planOf(rest), from: to, to: from, strategy: 'all-at-once' };
  // It goes back also when the run is cancelled meanwhile: half of both is what nobody wants.
  const outcome = await shiftAlias(plan, { ...deps, cancelled: new AbortController().signal });
  const back = outcome.kind === 'shifted' ? `prod runs version ${from} again.` : await runsNow(candidate, deps);
  const why = outcome.kind === 'failed' ? ` ${outcome.why.text}` : outcome.kind === 'unknown' ? ` ${outcome.why}` : '';
  return { runs: false, result: `failed its smoke test. ${back}`, problem: `${failed}${why} ${back}` };
}

async function runsNow({ functionName }: Candidate, { functions }: PromotionDeps): Promise<string> {
  try {
    const alias = await functions.alias(functionName, PINNED_ALIAS);
    const others = Object.keys(alias?.shifting ?? {});
    return `prod runs version ${[alias?.version ?? 'unknown', ...others].join(' and ')}.`;
  } catch (error) {
    return `What prod runs could not be read (${describeError(error)}).`;
  }
}

function kindOf({ takeOver, strategy }: Candidate): string {
  return takeOver === undefined ? STRATEGY_FACTS[strategy].kind : factsOf(takeOver.config).kind;
}
