import { isOver, type Shift } from '../aws/code-deploy.ts';
import type { Alias } from '../aws/functions.ts';
import { describeError, UserError } from '../errors.ts';
import { PINNED_ALIAS } from './aliases.ts';
import type { PromotionDeps } from './deps.ts';
import { shiftAlarms, whyFailed, type Why } from './failure.ts';
import { deploymentUrl } from './links.ts';
import { hasMoved, Progress, type Snapshot } from './progress.ts';
import { factsOf, STRATEGY_FACTS, type Strategy } from './strategies.ts';

export interface ShiftPlan {
  readonly id: string;
  readonly functionName: string;
  readonly application: string;
  readonly from: string;
  readonly to: string;
  readonly strategy: Strategy;
  /** A shift to the same version that is going on already: it is followed, and none is begun. */
  readonly takeOver?: Shift;
}

export type ShiftOutcome =
  /** `prod` runs the new version, and it alone. */
  | { readonly kind: 'shifted'; readonly deployment?: string }
  /** It does not; `after` says what it runs. */
  | { readonly kind: 'failed'; readonly why: Why; readonly after: string; readonly deployment?: string }
  /** The run was cancelled, and CodeDeploy told to go back. */
  | { readonly kind: 'cancelled'; readonly after: string; readonly deployment?: string }
  /** Nobody here knows how it ends. */
  | { readonly kind: 'unknown'; readonly why: string; readonly deployment: string };

type Deps = Pick<PromotionDeps, 'functions' | 'shifts' | 'alarms' | 'clock' | 'log' | 'cancelled' | 'region' | 'by'>;

/** Often while much happens, then so that many lambdas at once do not exhaust the API. */
const POLL_MS = 2_000;
const LATER_POLL_MS = 5_000;
const EARLY_MS = 60_000;
/** CodeDeploy's own doing around the waits of a strategy. */
const SLACK_MS = 15 * 60_000;
/** How long the way back may take: it begins by itself after a failure, and goes all at once. */
const SETTLE_MS = 60_000;
const WAY_BACK_MS = 10 * 60_000;
/** The runner ends a cancelled process 10 seconds after it has told it. */
const CANCELLED_SETTLE_MS = 4_000;
/** Answers that fail one after the other before nobody believes that the next one will not. */
const MOST_FAILED_LOOKS = 5;

/** Shifts `prod` by CodeDeploy and follows it until it runs one version alone, or nothing more can be known. */
export async function shiftAlias(plan: ShiftPlan, deps: Deps): Promise<ShiftOutcome> {
  const { id, from, to } = plan;
  if (deps.cancelled.aborted) return { kind: 'cancelled', after: 'Nothing was begun.' };
  const begun = plan.takeOver ?? (await begin(plan, deps));
  const url = deploymentUrl(begun.id, deps.region);
  const how = factsOf(begun.config);
  deps.log.info(
    plan.takeOver === undefined
      ? `${id}: version ${from} → ${to}, ${how.plan}. CodeDeploy deployment ${begun.id}: ${url}`
      : `${id}: a shift to version ${to} is going on since ${begun.createdAt.toISOString()} (deployment ${begun.id}); it is followed: ${url}`,
  );
  return follow(plan, begun, deps);
}

async function begin(plan: ShiftPlan, deps: Deps): Promise<Shift> {
  const { id, functionName, application, from, to, strategy } = plan;
  const isGradual = strategy !== 'all-at-once';
  if (isGradual) {
    for (const { name } of await deps.alarms.beginningWith(shiftAlarms(functionName))) {
      await deps.alarms.measure(name, to);
    }
  }
  const started = await deps.shifts.start({
    application,
    functionName,
    alias: PINNED_ALIAS,
    from,
    to,
    config: STRATEGY_FACTS[strategy].config,
    description: `${id}: version ${from} to ${to}, ${deps.by}`.slice(0, 256),
    // Production being broken never stops its own mending (K16).
    watchAlarms: isGradual,
  });
  if (started !== undefined) return deps.shifts.get(started);
  const other = await deps.shifts.active(application, functionName);
  if (other !== undefined && other.to === to) return other;
  throw other === undefined
    ? new UserError(
        `Another shift of ${id} was going on a moment ago.`,
        'It has ended. Promote again, if prod does not run what you want.',
      )
    : goingOn(id, other, deps.region);
}

/** What to tell somebody who comes second. */
export function goingOn(id: string, { id: deployment, to, createdAt, creator }: Shift, region: string): UserError {
  const what = creator === 'codeDeployRollback' ? 'The way back after a failed shift' : 'Another shift';
  return new UserError(
    `${what} of ${id} is going on, to version ${to ?? 'unknown'}, since ${createdAt.toISOString()} (deployment ${deployment}).`,
    `Wait until it has ended, or stop it at ${deploymentUrl(deployment, region)} and promote again.`,
  );
}

async function follow(plan: ShiftPlan, begun: Shift, deps: Deps): Promise<ShiftOutcome> {
  const { clock, log, cancelled, shifts } = deps;
  const deployment = begun.id;
  // From the strategy's own waits (K23).
  const limitMs = factsOf(begun.config).shiftMs + SLACK_MS;
  const begunAt = clock.now();
  const deadline = begunAt + limitMs;
  const progress = new Progress(plan.id, plan.to);
  const goesOn = `CodeDeploy goes on without this run: see ${deploymentUrl(deployment, deps.region)}. Promote the same version again when it has ended: if prod runs it then, it is pinned.`;
  for (let failures = 0; ;) {
    try {
      const seen = await look(plan, deployment, deps);
      failures = 0;
      for (const line of progress.lines(seen)) log.info(line);
      if (isOver(seen.shift)) return await ended(plan, seen, deps);
    } catch (error) {
      failures += 1;
      log.warning(`${plan.id}: how far it is could not be read (${describeError(error)}).`);
      if (failures >= MOST_FAILED_LOOKS)
        return { kind: 'unknown', why: `${describeError(error)} ${goesOn}`, deployment };
    }
    if (cancelled.aborted) {
      try {
        if (await shifts.stop(deployment)) return await cancel(plan, deployment, deps);
      } catch (error) {
        const why = `The run was cancelled, and CodeDeploy could not be told to stop (${describeError(error)}). ${goesOn}`;
        return { kind: 'unknown', why, deployment };
      }
    }
    if (clock.now() > deadline) {
      const why = `It has not ended within ${limitMs / 60_000} minutes. ${goesOn}`;
      return { kind: 'unknown', why, deployment };
    }
    const pause = clock.now() - begunAt < EARLY_MS ? POLL_MS : LATER_POLL_MS;
    await clock.sleep(pause, cancelled.aborted ? undefined : cancelled);
  }
}

async function look(plan: ShiftPlan, deployment: string, { shifts, functions, clock }: Deps): Promise<Snapshot> {
  const shift = await shifts.get(deployment);
  const [events, alias] = await Promise.all([
    shifts.events(deployment),
    functions.alias(plan.functionName, PINNED_ALIAS),
  ]);
  return { shift, events, alias, at: clock.now() };
}

async function ended(plan: ShiftPlan, seen: Snapshot, deps: Deps): Promise<ShiftOutcome> {
  const { shift } = seen;
  if (shift.status === 'Succeeded') {
    const alias = await settled(plan, plan.to, SETTLE_MS, deps);
    if (runsAlone(alias, plan.to)) return { kind: 'shifted', deployment: shift.id };
    const why = { text: 'CodeDeploy says that it went through, but prod was moved by somebody else.', alarms: [] };
    return { kind: 'failed', why, after: describe(alias), deployment: shift.id };
  }
  const why = await whyFailed(seen, plan.functionName, deps);
  // One that failed before it had moved anything leaves nothing to go back from: what prod runs then, somebody else has set.
  const after = hasMoved(seen)
    ? await wentBack(plan, deps)
    : describe(await deps.functions.alias(plan.functionName, PINNED_ALIAS));
  return { kind: 'failed', why, after, deployment: shift.id };
}

/** After a failure: CodeDeploy goes back by itself. Where it does not, `prod` is not left between two versions. */
async function wentBack(plan: ShiftPlan, deps: Deps): Promise<string> {
  const { id, functionName, from, to } = plan;
  const alias = await settled(plan, from, SETTLE_MS, deps);
  if (runsAlone(alias, from)) return `prod runs version ${from} again.`;
  const isOurs = alias !== undefined && (alias.version === from || alias.version === to);
  if (!isOurs || (await deps.shifts.active(plan.application, functionName)) !== undefined) return describe(alias);
  deps.log.warning(`${id}: CodeDeploy has not gone back by itself, so prod is moved to version ${from} now.`);
  await deps.functions.moveAlias(functionName, PINNED_ALIAS, from, alias.revisionId);
  return `prod runs version ${from} again: this run has moved it, since CodeDeploy had not.`;
}

async function cancel(plan: ShiftPlan, deployment: string, deps: Deps): Promise<ShiftOutcome> {
  deps.log.warning(`${plan.id}: cancelled. CodeDeploy was told to stop, and to go back to version ${plan.from}.`);
  const alias = await settled(plan, plan.from, CANCELLED_SETTLE_MS, deps);
  const after = runsAlone(alias, plan.from)
    ? `prod runs version ${plan.from} again.`
    : `CodeDeploy is taking prod back to version ${plan.from}: see ${deploymentUrl(deployment, deps.region)}.`;
  return { kind: 'cancelled', after, deployment };
}

/** Waits until `prod` runs this version alone and nothing is going on, or it does not come to that. */
async function settled(
  { functionName, application }: ShiftPlan,
  version: string,
  patienceMs: number,
  { functions, shifts, clock }: Deps,
): Promise<Alias | undefined> {
  const begun = clock.now();
  for (;;) {
    const alias = await functions.alias(functionName, PINNED_ALIAS);
    const active = await shifts.active(application, functionName);
    if (active === undefined && runsAlone(alias, version)) return alias;
    const waited = clock.now() - begun;
    const patience = active === undefined || patienceMs < SETTLE_MS ? patienceMs : WAY_BACK_MS;
    if (waited > patience) return alias;
    await clock.sleep(Math.min(POLL_MS, patienceMs / 4));
  }
}

function runsAlone(alias: Alias | undefined, version: string): boolean {
  return alias !== undefined && alias.version === version && alias.shifting === undefined;
}

function describe(alias: Alias | undefined): string {
  if (alias === undefined) return 'There is no alias prod any more.';
  const others = Object.entries(alias.shifting ?? {}).map(
    ([version, share]) => ` and ${Math.round(share * 100)} % of the calls version ${version}`,
  );
  return `prod runs version ${alias.version}${others.join('')}.`;
}
