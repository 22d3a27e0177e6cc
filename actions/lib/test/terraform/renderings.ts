import { COMMENT, planHeadline, renderPlan, STEP_SUMMARY, WHOLE, type PlanContext } from '../../markdown/plan.ts';
import type { PlanSummary } from '../../terraform/plan-summary.ts';

export const CONTEXT: PlanContext = {
  commit: '0123456789abcdef',
  actor: 'octocat',
  runUrl: 'https://github.com/owner/repo/actions/runs/1',
  seconds: 12,
};

/** The summary itself and every text that is made of it. */
export function everyRendering(summary: PlanSummary): string[] {
  return [
    JSON.stringify(summary),
    planHeadline(summary),
    ...[COMMENT, STEP_SUMMARY, WHOLE].map((limits) => renderPlan(summary, CONTEXT, limits)),
  ];
}

/** Those of `secrets` that a reader of the summary, or of anything made of it, would see. */
export function leaked(summary: PlanSummary, secrets: readonly string[]): string[] {
  const texts = everyRendering(summary);
  return secrets.filter((secret) => texts.some((text) => text.includes(secret)));
}
