import { describeError, UserError } from '../../lib/errors.ts';
import { upsertComment, type CommentApi } from '../../lib/github/comments.ts';
import {
  COMMENT,
  planHeadline,
  renderPlan,
  renderPlanFailure,
  STEP_SUMMARY,
  WHOLE,
  type Limits,
} from '../../lib/markdown/plan.ts';
import { isEmptyPlan, summarisePlan } from '../../lib/terraform/plan-summary.ts';
import { errorsOf, planContext, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan, type Planner } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

/** Where the comment goes: absent for a push, and a reason instead where this run may not write one. */
export type CommentTarget = CommentApi | { readonly unavailable: string };

export interface Deps extends RunDeps {
  readonly terraform: Planner;
  readonly comments?: CommentTarget;
  /** Writes the whole plan to a file and answers its path. */
  readonly writePlanFile: (markdown: string) => Promise<string>;
}

export interface Outputs {
  readonly hasChanges: boolean;
  readonly headline: string;
  readonly planFile: string;
  readonly commentId?: number;
}

/** The hidden first line by which a comment is found again. */
export function planMarker(environment: string): string {
  return `<!-- terraform-plan environment=${environment} -->`;
}

/**
 * Plans an environment and shows the plan.
 *
 * @throws UserError if there is no plan; the comment and the summary say so before, so that no older plan is taken for this one.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  const showFailure = async (errors: readonly string[]): Promise<void> => {
    const context = await planContext(deps, started);
    await show((limits) => renderPlanFailure(environment, errors, context, limits), inputs, deps);
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
    const context = await planContext(deps, started);
    const summary = summarisePlan(result.plan, environment);
    const shown = await show((limits) => renderPlan(summary, context, limits), inputs, deps);
    return { hasChanges: !isEmptyPlan(summary), headline: planHeadline(summary), ...shown };
  });
}

async function show(
  render: (limits: Limits) => string,
  inputs: Inputs,
  deps: Deps,
): Promise<Pick<Outputs, 'planFile' | 'commentId'>> {
  const whole = render(WHOLE);
  await deps.log.group(`Plan of ${inputs.environment}`, () => Promise.resolve(deps.log.info(whole)));
  await deps.writeSummary(render(STEP_SUMMARY));
  const planFile = await deps.writePlanFile(whole);
  const commentId = await comment(render(COMMENT), inputs, deps);
  return { planFile, ...(commentId === undefined ? {} : { commentId }) };
}

/** A comment that cannot be written never hides the plan's own result: it becomes a warning, and the summary has it all. */
async function comment(body: string, inputs: Inputs, { comments, log }: Deps): Promise<number | undefined> {
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
    });
    log.info(`Comment ${id} ${action}.`);
    return id;
  } catch (error) {
    log.warning(
      `The plan could not be written as a comment (${describeError(error)}). It is in the summary of this run.`,
    );
    return undefined;
  }
}
