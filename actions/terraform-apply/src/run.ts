import { describeError, UserError } from '../../lib/errors.ts';
import { upsertComment, type CommentApi } from '../../lib/github/comments.ts';
import type { Deployments } from '../../lib/github/deployments.ts';
import type { Pulls } from '../../lib/github/pulls.ts';
import { renderApplied, renderApplyFailure, renderFollowUp } from '../../lib/markdown/apply.ts';
import { inlineCode } from '../../lib/markdown/escape.ts';
import {
  COMMENT,
  planHeadline,
  renderPlan,
  renderPlanFailure,
  STEP_SUMMARY,
  WHOLE,
  type PlanContext,
} from '../../lib/markdown/plan.ts';
import { closeFollowUp, openFollowUp, type FollowUpDeps } from '../../lib/review/follow-up.ts';
import { whatBecame, type ApplyOutcome } from '../../lib/review/outcome.ts';
import { outdateOthers } from '../../lib/review/outdate.ts';
import { varFileOf, type PlanResult, type Terraform } from '../../lib/terraform/cli.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { protectedChanges } from '../../lib/terraform/guard.ts';
import { lockedError, lockOf } from '../../lib/terraform/lock.ts';
import { isEmptyPlan, summarisePlan, type PlanSummary } from '../../lib/terraform/plan-summary.ts';
import { deployAfterwards, deploymentsToRepeat, redeploy, stillOwed } from '../../lib/terraform/redeploy.ts';
import { errorsOf, planContext, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends RunDeps, FollowUpDeps {
  readonly terraform: Pick<Terraform, 'init' | 'plan' | 'apply' | 'outputs'>;
  readonly deployments: Deployments;
  readonly pulls: Pick<Pulls, 'open'>;
  readonly comments: (number: number) => CommentApi;
}

export interface Outputs {
  readonly changed: boolean;
  readonly headline: string;
}

type Planned = Extract<PlanResult, { kind: 'planned' }>;

/** The hidden first line of the comment that says how the apply of a pull request ended. */
export function applyMarker(environment: string): string {
  return `<!-- terraform-apply environment=${environment} -->`;
}

/**
 * Plans what is checked out once more, and applies that saved plan if it is still what was reviewed.
 *
 * @throws UserError if it is not, or if Terraform could not plan or apply; what was done and what was not is in the log, the summary, the
 *   pull requests and an issue.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  const { unfinished } = await deps.deployments.state(environment);
  await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  return withPlan(deps.terraform, { environment, lock: true }, async (result, planFile) => {
    const context = await planContext(deps, started);
    if (result.kind === 'failed') throw await notPlanned(errorsOf(result.diagnostics), context, inputs, deps);
    const summary = summarisePlan(result.plan, environment);
    await deps.log.group(`Plan of ${environment}`, () =>
      Promise.resolve(deps.log.info(renderPlan(summary, context, WHOLE))),
    );
    await deps.writeSummary(renderPlan(summary, context, STEP_SUMMARY));
    const digest = planDigest(summary);
    refuse(summary, digest, inputs);
    const owed = stillOwed(result.plan, unfinished?.redeploy ?? []);
    const deployment = await deps.deployments.start({
      environment,
      sha: context.commit,
      digest,
      redeploy: [...new Set([...owed, ...deploymentsToRepeat(result.plan)])],
    });
    try {
      await apply({ result, summary, planFile, owed, context, started }, inputs, deps);
    } catch (error) {
      await finish(deployment, { ok: false, description: describeError(error) }, deps);
      throw error;
    }
    await finish(deployment, { ok: true, description: planHeadline(summary) }, deps);
    return { changed: !isEmptyPlan(summary), headline: planHeadline(summary) };
  });
}

/** Where GitHub does not take it, the next run starts from further back than it must, and finds nothing to do there. */
async function finish(
  deployment: number,
  outcome: Parameters<Deployments['finish']>[1],
  { deployments, log }: Deps,
): Promise<void> {
  try {
    await deployments.finish(deployment, outcome);
  } catch (error) {
    log.warning(`GitHub did not take how the deployment ended (${describeError(error)}).`);
  }
}

async function notPlanned(
  errors: readonly string[],
  context: PlanContext,
  { environment }: Inputs,
  { writeSummary }: Deps,
): Promise<UserError> {
  await writeSummary(renderPlanFailure(environment, errors, context, STEP_SUMMARY));
  const lock = lockOf(errors);
  if (lock !== undefined) return lockedError(lock, environment);
  return new UserError(`Terraform could not plan "${environment}".`, 'Nothing was changed. The errors are above.');
}

/** What was reviewed a moment ago by another job can have changed since: somebody works by hand, or something runs in the account. */
function refuse(summary: PlanSummary, digest: string, { environment, digest: reviewed, allowDestroy }: Inputs): void {
  if (digest !== reviewed) {
    throw new UserError(
      `The plan of "${environment}" has the digest ${digest} now, and not ${reviewed} as reviewed: something has changed since.`,
      'Nothing was applied. Run all jobs again: the review compares once more, and says what differs.',
    );
  }
  const [first] = protectedChanges(summary);
  if (first !== undefined && !allowDestroy) {
    throw new UserError(
      `${first.address} is protected and would be destroyed.`,
      'Nothing was applied. Run apply.yml with this digest and "allow-destroy".',
    );
  }
}

interface Work {
  readonly result: Planned;
  readonly summary: PlanSummary;
  readonly planFile: string;
  /** API deployments that an earlier apply could not make a second time. */
  readonly owed: readonly string[];
  readonly context: PlanContext;
  readonly started: number;
}

async function apply(work: Work, inputs: Inputs, deps: Deps): Promise<void> {
  const { result, summary, planFile, owed, started } = work;
  const { environment } = inputs;
  const empty = isEmptyPlan(summary);
  const applied = empty
    ? { ok: true, steps: [], diagnostics: [] }
    : await deps.terraform.apply({ planFile, varFile: varFileOf(environment) });
  const became = (): Omit<ApplyOutcome, 'outputs'> => ({
    environment,
    ...whatBecame(summary, applied),
    seconds: (deps.now() - started) / 1000,
    carried: inputs.pulls,
  });
  if (!applied.ok) {
    const afterwards = deployAfterwards(environment, result.plan);
    await tellFailure({ ...became(), outputs: [] }, work.context, inputs, deps);
    throw new UserError(
      `Terraform could not apply all of the plan to "${environment}".`,
      `The summary says what was done. Mend the cause and run this again: it goes on from there.${afterwards}`,
    );
  }
  let redeployed = false;
  try {
    redeployed = await redeploy(deps.terraform, { environment, applied: result.plan, owed, log: deps.log });
  } catch (error) {
    const outcome = became();
    await tellFailure({ ...outcome, outputs: [], errors: [describeError(error)] }, work.context, inputs, deps);
    throw error;
  }
  const outcome = { ...became(), redeployed, outputs: await outputs(deps) };
  await tellSuccess(outcome, work.context, inputs, deps);
  if (!empty) await outdate(work.context, inputs, deps);
}

/** What is applied is applied, also when its outputs cannot be read. */
async function outputs({ terraform, log }: Deps): Promise<ApplyOutcome['outputs']> {
  try {
    return await terraform.outputs();
  } catch (error) {
    log.warning(`The outputs could not be read (${describeError(error)}).`);
    return [];
  }
}

async function tellSuccess(outcome: ApplyOutcome, context: PlanContext, inputs: Inputs, deps: Deps): Promise<void> {
  const text = renderApplied(outcome, context, COMMENT);
  await deps.writeSummary(text);
  await tell(text, inputs, deps);
  const done = `Commit ${context.commit.slice(0, 7)} is applied to ${inlineCode(inputs.environment)}.`;
  await closeFollowUp(inputs.environment, done, deps);
}

async function tellFailure(outcome: ApplyOutcome, context: PlanContext, inputs: Inputs, deps: Deps): Promise<void> {
  const text = renderApplyFailure(outcome, context, COMMENT);
  await deps.writeSummary(text);
  await tell(text, inputs, deps);
  const { title, body } = renderFollowUp(outcome, context, COMMENT);
  await openFollowUp(inputs.environment, { title, body, assignee: deps.actor }, deps);
}

/** In every pull request that this carries. A comment that cannot be written is a warning: the summary has it all. */
async function tell(body: string, { environment, pulls, commentAuthor }: Inputs, deps: Deps): Promise<void> {
  for (const number of pulls) {
    try {
      await upsertComment(deps.comments(number), { marker: applyMarker(environment), author: commentAuthor, body });
    } catch (error) {
      deps.log.warning(`No comment could be written in #${number} (${describeError(error)}).`);
    }
  }
}

async function outdate({ commit, runUrl }: PlanContext, { environment, pulls }: Inputs, deps: Deps): Promise<void> {
  const by = runUrl === undefined ? 'a run' : `[a run](${runUrl})`;
  const carried = pulls.length === 0 ? '' : ` of ${pulls.map((number) => `#${number}`).join(' and ')}`;
  const reason = `Commit ${inlineCode(commit.slice(0, 7))}${carried} was applied to ${inlineCode(environment)} by ${by} after this plan was made.`;
  const outdated = await outdateOthers(environment, { reason, except: pulls }, deps);
  if (outdated.length > 0) {
    deps.log.info(`Plans marked as outdated: ${outdated.map((number) => `#${number}`).join(', ')}.`);
  }
}
