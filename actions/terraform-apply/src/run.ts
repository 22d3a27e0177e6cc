import { describeError, UserError } from '../../lib/errors.ts';
import { applyFailure, applySuccess, redeployFailure } from '../../lib/markdown/apply.ts';
import { planHeadline, renderPlan, renderPlanFailure, STEP_SUMMARY, WHOLE } from '../../lib/markdown/plan.ts';
import { varFileOf, type Terraform } from '../../lib/terraform/cli.ts';
import { isEmptyPlan, summarisePlan } from '../../lib/terraform/plan-summary.ts';
import { deployAfterwards, redeploy } from '../../lib/terraform/redeploy.ts';
import { errorsOf, planContext, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends RunDeps {
  readonly terraform: Pick<Terraform, 'init' | 'plan' | 'apply'>;
}

export interface Outputs {
  readonly changed: boolean;
  readonly headline: string;
}

/**
 * Plans what is checked out and applies that saved plan, under one lock each.
 *
 * @throws UserError if Terraform could not plan or apply; what was done and what was not is in the log and the summary.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  return withPlan(deps.terraform, { environment, lock: true }, async (result, planFile) => {
    const context = await planContext(deps, started);
    if (result.kind === 'failed') {
      await deps.writeSummary(renderPlanFailure(environment, errorsOf(result.diagnostics), context, STEP_SUMMARY));
      throw new UserError(`Terraform could not plan "${environment}".`, 'Nothing was changed. The errors are above.');
    }
    const summary = summarisePlan(result.plan, environment);
    const headline = planHeadline(summary);
    await deps.log.group(`Plan of ${environment}`, () =>
      Promise.resolve(deps.log.info(renderPlan(summary, context, WHOLE))),
    );
    await deps.writeSummary(renderPlan(summary, context, STEP_SUMMARY));
    if (isEmptyPlan(summary)) {
      deps.log.info('Nothing to apply.');
      return { changed: false, headline };
    }
    const { ok, diagnostics } = await deps.terraform.apply({ planFile, varFile: varFileOf(environment) });
    const elapsed = (): number => (deps.now() - started) / 1000;
    if (!ok) {
      const afterwards = deployAfterwards(environment, result.plan);
      await deps.writeSummary(applyFailure(errorsOf(diagnostics), elapsed(), afterwards));
      throw new UserError(
        `Terraform could not apply all of the plan to "${environment}".`,
        `The log says what was done. Mend the cause and run this again: it goes on from there.${afterwards}`,
      );
    }
    const options = { environment, applied: result.plan, log: deps.log };
    const redeployed = await redeploy(deps.terraform, options).catch(async (error: unknown) => {
      await deps.writeSummary(redeployFailure(describeError(error), elapsed()));
      throw error;
    });
    await deps.writeSummary(applySuccess(elapsed(), redeployed));
    return { changed: true, headline };
  });
}
