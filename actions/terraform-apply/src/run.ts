import type { ParameterReader } from '../../lib/aws/parameters.ts';
import { UserError } from '../../lib/errors.ts';
import type { CheckedOutCommits } from '../../lib/git.ts';
import type { Log } from '../../lib/log.ts';
import { applyOutcome } from '../../lib/markdown/apply.ts';
import {
  planHeadline,
  renderPlan,
  renderPlanFailure,
  STEP_SUMMARY,
  WHOLE,
  type PlanContext,
} from '../../lib/markdown/plan.ts';
import type { Diagnostic } from '../../lib/terraform/diagnostics.ts';
import { varFileOf, type Terraform } from '../../lib/terraform/cli.ts';
import { isEmptyPlan, summarisePlan } from '../../lib/terraform/plan-summary.ts';
import { initEnvironment, withPlan } from '../../lib/terraform/workspace.ts';
import type { Inputs } from './inputs.ts';

export interface Deps {
  readonly terraform: Pick<Terraform, 'init' | 'plan' | 'apply'>;
  readonly parameters: ParameterReader;
  readonly log: Log;
  readonly region: string;
  readonly actor: string;
  readonly runUrl: string;
  readonly now: () => number;
  readonly commits: () => Promise<CheckedOutCommits>;
  readonly writeSummary: (markdown: string) => Promise<void>;
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
  const seconds = (): number => (deps.now() - started) / 1000;
  await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  return withPlan(deps.terraform, { environment, lock: true }, async (result, planFile) => {
    const context: PlanContext = {
      ...(await deps.commits()),
      actor: deps.actor,
      runUrl: deps.runUrl,
      seconds: seconds(),
    };
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
    await deps.writeSummary(applyOutcome({ ok, errors: errorsOf(diagnostics), seconds: seconds() }));
    if (!ok) {
      throw new UserError(
        `Terraform could not apply all of the plan to "${environment}".`,
        'The log says what was done. Mend the cause and run this again: it goes on from there.',
      );
    }
    return { changed: true, headline };
  });
}

function errorsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}
