import { describeError, UserError } from '../../lib/errors.ts';
import { upsertComment, type CommentApi } from '../../lib/github/comments.ts';
import type { Deployments } from '../../lib/github/deployments.ts';
import {
  COMMENT,
  planHeadline,
  renderPlan,
  renderPlanFailure,
  STEP_SUMMARY,
  WHOLE,
  type Limits,
  type PlanContext,
} from '../../lib/markdown/plan.ts';
import { formatRecord, parseRecord, planMarker, roomBeside, type PlanRecord } from '../../lib/review/marker.ts';
import { guardNote, unfinishedNote, type PlanNote } from '../../lib/review/notes.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { allowLabel, protectedChanges, type Guarded } from '../../lib/terraform/guard.ts';
import { isEmptyPlan, summarisePlan, type PlanSummary } from '../../lib/terraform/plan-summary.ts';
import { errorsOf, planContext, warningsOf, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan, type Planner } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

/** Where the comment goes: absent for a push, and a reason instead where this run may not write one. */
export type CommentTarget = CommentApi | { readonly unavailable: string };

export interface Deps extends RunDeps {
  readonly terraform: Planner;
  readonly comments?: CommentTarget;
  /** The labels of the pull request as they are now. */
  readonly labels: () => Promise<readonly string[]>;
  readonly deployments: Pick<Deployments, 'state'>;
  readonly runId: number;
  /** Writes the whole plan to a file and answers its path. */
  readonly writePlanFile: (markdown: string) => Promise<string>;
}

export interface Outputs {
  readonly hasChanges: boolean;
  readonly headline: string;
  readonly digest: string;
  readonly planFile: string;
  readonly commentId?: number;
}

/**
 * Plans an environment and shows the plan.
 *
 * @throws UserError if there is no plan, or if it destroys what is protected and nothing allows it; the comment and the summary say so
 *   before, so that no older plan is taken for this one.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  const showFailure = async (errors: readonly string[]): Promise<void> => {
    const context = await planContext(deps, started);
    const record = recordOf(inputs, deps, context, started, { state: 'failed' });
    await show((limits) => renderPlanFailure(environment, errors, context, limits), record, inputs, deps);
  };
  try {
    await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  } catch (error) {
    if (error instanceof UserError) await showFailure([describeError(error)]);
    throw error;
  }
  return withPlan(deps.terraform, { environment, lock: false }, async (result) => {
    if (result.kind === 'failed') {
      await showFailure(errorsOf(result.diagnostics));
      throw new UserError(`Terraform could not plan "${environment}".`, 'The errors are above and in the summary.');
    }
    const summary = summarisePlan(result.plan, environment);
    const digest = planDigest(summary);
    const guarded = await guardedChanges(summary, digest, deps);
    const notes = [...(guarded === undefined ? [] : [guardNote(guarded)]), ...(await unfinishedNotes(inputs, deps))];
    const warnings = warningsOf(result.diagnostics);
    const context = { ...(await planContext(deps, started)), digest, notes, warnings };
    const record = recordOf(inputs, deps, context, started, { state: 'planned', digest, summary });
    const shown = await show((limits) => renderPlan(summary, context, limits), record, inputs, deps);
    if (guarded?.allowed === false) throw refusal(guarded);
    return { hasChanges: !isEmptyPlan(summary), headline: planHeadline(summary), digest, ...shown };
  });
}

async function guardedChanges(
  summary: PlanSummary,
  digest: string,
  { labels }: Pick<Deps, 'labels'>,
): Promise<Guarded | undefined> {
  const changes = protectedChanges(summary);
  if (changes.length === 0) return undefined;
  return { changes, digest, allowed: (await labels()).includes(allowLabel(digest)) };
}

function refusal({ changes, digest }: Guarded): UserError {
  const names = changes.slice(0, 5).map(({ address }) => address);
  const more = changes.length > names.length ? ` and ${changes.length - names.length} more` : '';
  return new UserError(
    `The plan would destroy what is protected: ${names.join(', ')}${more}.`,
    `If that is meant, add the label "${allowLabel(digest)}" to the pull request.`,
  );
}

/** What GitHub does not tell does not keep anybody from reading the plan. */
async function unfinishedNotes({ environment }: Inputs, { deployments, log }: Deps): Promise<readonly PlanNote[]> {
  try {
    const { unfinished } = await deployments.state(environment);
    return unfinished === undefined ? [] : [unfinishedNote(environment, unfinished)];
  } catch (error) {
    log.warning(`Whether the last apply succeeded is not known (${describeError(error)}).`);
    return [];
  }
}

function recordOf(
  { environment }: Inputs,
  { runId }: Deps,
  { commit, base }: PlanContext,
  started: number,
  what: Pick<PlanRecord, 'state' | 'digest' | 'summary'>,
): PlanRecord {
  return {
    environment,
    head: commit,
    ...(base === undefined ? {} : { base }),
    run: runId,
    planned: new Date(started).toISOString(),
    ...what,
  };
}

async function show(
  render: (limits: Limits) => string,
  record: PlanRecord,
  inputs: Inputs,
  deps: Deps,
): Promise<Pick<Outputs, 'planFile' | 'commentId'>> {
  const whole = render(WHOLE);
  await deps.log.group(`Plan of ${inputs.environment}`, () => Promise.resolve(deps.log.info(whole)));
  await deps.writeSummary(render(STEP_SUMMARY));
  const planFile = await deps.writePlanFile(whole);
  const room = Math.min(COMMENT.total, roomBeside(record, planMarker(inputs.environment)));
  const text = `${formatRecord(record)}\n${render({ ...COMMENT, total: room })}`;
  const commentId = await comment(text, record, inputs, deps);
  return { planFile, ...(commentId === undefined ? {} : { commentId }) };
}

/** A comment that cannot be written never hides the plan's own result: it becomes a warning, and the summary has it all. */
async function comment(
  body: string,
  { planned }: PlanRecord,
  inputs: Inputs,
  { comments, log }: Deps,
): Promise<number | undefined> {
  if (comments === undefined) return undefined;
  if ('unavailable' in comments) {
    log.info(`No comment is written, because ${comments.unavailable}. The plan is in the summary of this run.`);
    return undefined;
  }
  try {
    const { id, action } = await upsertComment(comments, {
      marker: planMarker(inputs.environment),
      author: inputs.commentAuthor,
      body,
      keeps: (other) => (parseRecord(other)?.planned ?? '') > planned,
    });
    log.info(
      action === 'kept' ? `Comment ${id} has a plan that was begun later: it stays.` : `Comment ${id} ${action}.`,
    );
    return id;
  } catch (error) {
    log.warning(
      `The plan could not be written as a comment (${describeError(error)}). It is in the summary of this run.`,
    );
    return undefined;
  }
}
