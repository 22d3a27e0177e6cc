import { renderApplied, renderApplyFailure, renderFollowUp } from '../../actions/lib/markdown/apply.ts';
import { renderOutdated } from '../../actions/lib/markdown/outdated.ts';
import { COMMENT, renderPlan, renderPlanFailure, type PlanContext } from '../../actions/lib/markdown/plan.ts';
import { guardNote, unfinishedNote } from '../../actions/lib/review/notes.ts';
import type { ApplyOutcome } from '../../actions/lib/review/outcome.ts';
import { renderStop } from '../../actions/lib/review/stop.ts';
import { comparePlans } from '../../actions/lib/terraform/compare.ts';
import { planDigest } from '../../actions/lib/terraform/digest.ts';
import { protectedChanges } from '../../actions/lib/terraform/guard.ts';
import { summarisePlan } from '../../actions/lib/terraform/plan-summary.ts';
import type { Shown } from './page.ts';
import { now, plain, replacement, reviewed } from './plans.ts';

export interface Case extends Shown {
  /** Of the picture in `docs/comments`, without its ending. */
  readonly name: string;
}

const context: PlanContext = {
  commit: '9c1d3e5f7a9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d',
  base: '4b8e2a6c0d4f8b2e6a0c4d8f2b6e0a4c8d2f6b0e',
  actor: 'octocat',
  runUrl: 'https://github.com/owner/repository/actions/runs/4711',
  seconds: 41,
};
const { base: _, ...merged } = context;

const [plainPlan, replacementPlan] = [summarisePlan(plain, 'test'), summarisePlan(replacement, 'test')];

const outcome: ApplyOutcome = {
  environment: 'test',
  done: [
    { address: 'module.api_gateway.module.integrations.aws_iam_role_policy.this["replace-strings"]', action: 'update' },
    { address: 'module.dashboard.aws_cloudwatch_dashboard.this', action: 'move' },
  ],
  failed: [],
  pending: [],
  errors: [],
  seconds: 184,
  outputs: [
    { name: 'api_endpoints', text: '{ "prod": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod" }' },
    { name: 'service_url', text: '"http://test-strings-1234567890.eu-west-1.elb.amazonaws.com"' },
  ],
  carried: [7],
};

const failure: ApplyOutcome = {
  ...outcome,
  failed: [
    {
      address: 'module.api_gateway.module.integrations.aws_lambda_function.this["replace-strings"]',
      action: 'update',
      error: [
        'updating Lambda Function (test-replace-strings) configuration: AccessDeniedException',
        'The role terraform-apply may not pass the role test-replace-strings to lambda.amazonaws.com.',
        'with module.api_gateway.module.integrations.aws_lambda_function.this["replace-strings"]',
      ].join('\n'),
    },
  ],
  pending: [
    {
      address: 'module.api_gateway.module.integrations.aws_cloudwatch_metric_alarm.this["replace-strings/prod/errors"]',
      action: 'create',
    },
    { address: 'module.api_gateway.aws_api_gateway_documentation_part.api', action: 'update' },
  ],
  outputs: [],
  carried: [7, 9],
};

/** What people see of a change to the infrastructure, from the pull request to the end. */
export function screenshotCases(): readonly Case[] {
  const guarded = { changes: protectedChanges(replacementPlan), digest: planDigest(replacementPlan), allowed: false };
  const unfinished = { sha: 'e3a1c5d7', at: '', state: 'failed' as const, redeploy: [], runUrl: context.runUrl ?? '' };
  return [
    {
      name: 'plan',
      markdown: renderPlan(
        plainPlan,
        { ...context, warnings: ['Argument is deprecated\nUse "threshold_metric_id" instead.'] },
        COMMENT,
      ),
      opened: ['module.api_gateway.module.integrations', 'module.api_gateway '],
    },
    {
      name: 'destroy-refused',
      markdown: renderPlan(replacementPlan, { ...context, notes: [guardNote(guarded)] }, COMMENT),
    },
    {
      name: 'plan-failed',
      markdown: renderPlanFailure(
        'test',
        [
          'Unsupported argument\nAn argument named "memory" is not expected here. Did you mean "memory_mb"?',
          'Invalid value for variable\nThe log retention must be one of 7, 30 or 90 days.\nwith module.fargate.module.service.aws_cloudwatch_log_group.this',
        ],
        { ...context, notes: [unfinishedNote('test', unfinished)] },
        COMMENT,
      ),
    },
    {
      name: 'state-locked',
      markdown: renderPlanFailure('test', [LOCKED], merged, COMMENT),
    },
    {
      name: 'outdated',
      markdown: renderOutdated(renderPlan(plainPlan, context, COMMENT), {
        reason: 'Commit `e3a1c5d` of #9 was applied to `test` by [a run](https://github.com) after this plan was made.',
        again: true,
      }),
    },
    { name: 'apply-refused', markdown: refused() },
    { name: 'applied', markdown: renderApplied(outcome, merged, COMMENT) },
    {
      name: 'apply-failed',
      markdown: renderApplyFailure(failure, merged, COMMENT),
      opened: ['Not begun'],
    },
    followUp(),
  ];
}

function refused(): string {
  const [before, after] = [summarisePlan(reviewed, 'test'), summarisePlan(now, 'test')];
  return renderStop(
    {
      environment: 'test',
      digest: planDigest(after),
      pulls: [{ number: 7, labels: [] }],
      verdict: {
        kind: 'different',
        problems: [],
        reviewedDigest: planDigest(before),
        differences: comparePlans(before, after),
      },
      guarded: [],
      queued: false,
    },
    merged,
    COMMENT,
  );
}

function followUp(): Case {
  const { title, body } = renderFollowUp(failure, merged, COMMENT);
  return { name: 'follow-up', title, markdown: body };
}

const LOCKED = `Error acquiring the state lock
Error message: operation error S3: PutObject, https response error StatusCode: 412, PreconditionFailed
Lock Info:
  ID:        5d8e3c1a-9b7f-4c2e-8a6d-1f0e2b4c6a8d
  Path:      terraform-state/test/terraform.tfstate
  Operation: OperationTypeApply
  Who:       runner@runner-42
  Version:   1.11.4
  Created:   2026-11-25 12:31:07.123 +0000 UTC
  Info:`;
