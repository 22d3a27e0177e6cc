import { describeError, UserError } from '../../lib/errors.ts';
import type { Ancestry } from '../../lib/git.ts';
import { upsertComment, type CommentApi } from '../../lib/github/comments.ts';
import type { Deployments, EnvironmentState } from '../../lib/github/deployments.ts';
import type { Pull, Pulls } from '../../lib/github/pulls.ts';
import { COMMENT, planHeadline, renderPlan, renderPlanFailure, STEP_SUMMARY, WHOLE } from '../../lib/markdown/plan.ts';
import { carriedPulls, reviewsOf } from '../../lib/review/carried.ts';
import { closeFollowUp, openFollowUp, type FollowUpDeps } from '../../lib/review/follow-up.ts';
import { judge, unallowed, type ReviewedPull, type Verdict } from '../../lib/review/judge.ts';
import { guardNote, unfinishedNote } from '../../lib/review/notes.ts';
import { renderStop, stopTitle, type Stop } from '../../lib/review/stop.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { protectedChanges } from '../../lib/terraform/guard.ts';
import { isEmptyPlan, summarisePlan, type PlanSummary } from '../../lib/terraform/plan-summary.ts';
import { errorsOf, planContext, warningsOf, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan, type Planner } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends RunDeps, FollowUpDeps {
  readonly terraform: Planner;
  readonly deployments: Deployments;
  readonly pulls: Pick<Pulls, 'mergedBy'>;
  /** For a merge queue: the pull requests that the queue wants to merge, and nothing is applied. */
  readonly queued?: readonly Pull[];
  readonly comments: (number: number) => CommentApi;
  readonly ancestry: (from: string, to: string) => Promise<Ancestry>;
}

export interface Outputs {
  /** Whether there is something to apply, and it was reviewed. */
  readonly apply: boolean;
  readonly digest: string;
  readonly headline: string;
  readonly allowDestroy: boolean;
  readonly pulls: readonly number[];
}

/** The hidden first line of the comment that says why a merge was not applied. */
export function stopMarker(environment: string): string {
  return `<!-- terraform-stop environment=${environment} -->`;
}

/**
 * Plans what was merged (or is about to be) and holds it against what was reviewed, from the last commit that was applied on. Changes nothing.
 *
 * @throws UserError if it is something else; the pull requests and an issue say what differs and how to go on
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  const { commit } = await deps.commits();
  const state = await deps.deployments.state(environment);
  const commits = await commitsToApply(commit, state, deps);
  if (commits === 'older') return olderThanApplied(inputs, commit, state, deps);
  const pulls = await pullsOf(commits, inputs, deps);
  await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  return withPlan(deps.terraform, { environment, lock: false }, async (result) => {
    const context = await planContext(deps, started);
    if (result.kind === 'failed') {
      const failure = renderPlanFailure(environment, errorsOf(result.diagnostics), context, COMMENT);
      await deps.writeSummary(failure);
      await tell(pulls, failure, inputs, deps);
      throw new UserError(`Terraform could not plan "${environment}".`, 'Nothing was changed. The errors are above.');
    }
    const summary = summarisePlan(result.plan, environment);
    const digest = planDigest(summary);
    const guarded = inputs.allowDestroy ? [] : unallowed(summary, pulls);
    const notes = [
      ...(guarded.length === 0 ? [] : [guardNote({ changes: guarded, digest, allowed: false })]),
      ...(state.unfinished === undefined ? [] : [unfinishedNote(environment, state.unfinished)]),
    ];
    const shown = { ...context, digest, notes, warnings: warningsOf(result.diagnostics) };
    await deps.log.group(`Plan of ${environment}`, () =>
      Promise.resolve(deps.log.info(renderPlan(summary, shown, WHOLE))),
    );
    await deps.writeSummary(renderPlan(summary, shown, STEP_SUMMARY));
    const outputs = {
      digest,
      headline: planHeadline(summary),
      allowDestroy: protectedChanges(summary).length > 0,
      pulls: pulls.map(({ number }) => number),
    };
    const verdict = verdictOf(summary, digest, pulls, state, inputs);
    if (verdict.kind === 'nothing') {
      if (deps.queued === undefined) await nothingToApply(commit, digest, state, inputs, deps);
      return { ...outputs, apply: (state.unfinished?.redeploy ?? []).length > 0 };
    }
    if (verdict.kind === 'reviewed' && guarded.length === 0) {
      deps.log.info(reviewedText(verdict, digest));
      return { ...outputs, apply: true };
    }
    const stop: Stop = { environment, digest, pulls, verdict, guarded, queued: deps.queued !== undefined };
    const text = renderStop(stop, context, COMMENT);
    await deps.writeSummary(text);
    await tell(pulls, text, inputs, deps);
    if (deps.queued === undefined) {
      await openFollowUp(environment, { title: stopTitle(stop), body: text, assignee: deps.actor }, deps);
    }
    throw stopError(stop);
  });
}

/** From the last applied commit on, whatever became of the runs in between (K1). */
async function commitsToApply(
  commit: string,
  { applied }: EnvironmentState,
  { ancestry, log }: Deps,
): Promise<readonly string[] | 'older'> {
  if (applied === undefined || applied.sha === commit) return [commit];
  const found = await ancestry(applied.sha, commit);
  if (found.kind === 'after') return found.commits;
  if (found.kind === 'before') return 'older';
  log.warning(`Commit ${applied.sha} was applied last, and is not part of this branch any more.`);
  return [commit];
}

/** A run that is repeated after newer ones: what it would plan takes back what they have applied. */
async function olderThanApplied(
  { environment }: Inputs,
  commit: string,
  { applied }: EnvironmentState,
  deps: Deps,
): Promise<Outputs> {
  const text = `Nothing is done: ${applied?.sha.slice(0, 7)} is applied to "${environment}", and it is newer than ${commit.slice(0, 7)}.`;
  deps.log.info(text);
  await deps.writeSummary(text);
  return { apply: false, digest: '', headline: 'Nothing to do', allowDestroy: false, pulls: [] };
}

async function pullsOf(commits: readonly string[], inputs: Inputs, deps: Deps): Promise<readonly ReviewedPull[]> {
  const wanted = {
    pulls: deps.pulls,
    comments: (number: number) => deps.comments(number).list(),
    author: inputs.commentAuthor,
  };
  const merged = await carriedPulls(commits, inputs.environment, wanted);
  const queued = await reviewsOf(deps.queued ?? [], inputs.environment, wanted);
  const pulls = [...merged, ...queued.filter(({ number }) => merged.every((pull) => pull.number !== number))];
  const names = pulls.map(({ number }) => `#${number}`).join(', ');
  deps.log.info(`${commits.length} commit(s) to apply, of ${names === '' ? 'no pull request' : names}.`);
  return pulls;
}

function verdictOf(
  summary: PlanSummary,
  digest: string,
  pulls: readonly ReviewedPull[],
  { unfinished }: EnvironmentState,
  { approved }: Inputs,
): Verdict {
  if (approved === undefined || isEmptyPlan(summary))
    return judge(summary, { pulls, resumes: unfinished !== undefined });
  return approved === digest
    ? { kind: 'reviewed', by: [], resumes: false }
    : { kind: 'different', problems: [], reviewedDigest: approved };
}

function reviewedText({ by, resumes }: Extract<Verdict, { kind: 'reviewed' }>, digest: string): string {
  if (by.length === 0) return `This is what was approved: digest ${digest}.`;
  const where = by.map((number) => `#${number}`).join(' and ');
  return resumes
    ? `This is what an apply that failed has left undone of ${where}.`
    : `This is what was reviewed in ${where}: digest ${digest}.`;
}

/** The environment is as far as this commit, so the next run need not look at what came before. */
async function nothingToApply(
  commit: string,
  digest: string,
  { applied, unfinished }: EnvironmentState,
  { environment }: Inputs,
  deps: Deps,
): Promise<void> {
  deps.log.info('Nothing to apply.');
  if ((unfinished?.redeploy ?? []).length > 0) return;
  if (applied?.sha !== commit || unfinished !== undefined) {
    const id = await deps.deployments.start({ environment, sha: commit, digest, redeploy: [] });
    await deps.deployments.finish(id, { ok: true, description: 'Nothing to change' });
  }
  await closeFollowUp(environment, `Nothing is left to apply to \`${environment}\` at ${commit.slice(0, 7)}.`, deps);
}

/** In every pull request that is concerned. A comment that cannot be written is a warning: the summary has it all. */
async function tell(pulls: readonly ReviewedPull[], body: string, inputs: Inputs, deps: Deps): Promise<void> {
  for (const { number } of pulls) {
    try {
      await upsertComment(deps.comments(number), {
        marker: stopMarker(inputs.environment),
        author: inputs.commentAuthor,
        body,
      });
    } catch (error) {
      deps.log.warning(`No comment could be written in #${number} (${describeError(error)}).`);
    }
  }
}

function stopError({ environment, digest, verdict, guarded, queued }: Stop): UserError {
  const again = queued ? 'Push to the pull request or plan it again, review it, and queue it again.' : undefined;
  if (verdict.kind === 'reviewed') {
    return new UserError(
      `${guarded.length} protected resource(s) of "${environment}" would be destroyed, and nothing allows it.`,
      again ?? 'The summary says which, and how to go on.',
    );
  }
  return new UserError(
    `What would be applied to "${environment}" is not what was reviewed.`,
    again ?? `The summary says what differs. To apply it as it is now, run apply.yml with the digest ${digest}.`,
  );
}
