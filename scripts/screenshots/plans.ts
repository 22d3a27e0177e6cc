import type { ChangeJson, Json, PlanJson, ResourceChangeJson } from '../../actions/lib/terraform/plan-json.ts';

/** Plans of this repository's own resources, in the form in which Terraform writes them. */

const LAMBDA = 'module.api_gateway.module.integrations';
const SERVICE = 'module.fargate.module.service';

function resource(
  address: string,
  change: Partial<ChangeJson>,
  more: Partial<ResourceChangeJson> = {},
): ResourceChangeJson {
  const module = /^(?:module\.[^.]+\.)+/.exec(address)?.[0].slice(0, -1);
  const [type = '', name = ''] = address.slice(module === undefined ? 0 : module.length + 1).split('.');
  return {
    address,
    ...(module === undefined ? {} : { module_address: module }),
    mode: 'managed',
    type,
    name: name.replace(/\[.*/, ''),
    change: { actions: ['update'], before: null, after: null, ...change },
    ...more,
  };
}

function planOf(resources: readonly ResourceChangeJson[], more: Partial<PlanJson> = {}): PlanJson {
  return { format_version: '1.2', terraform_version: '1.11.4', resource_changes: resources, ...more };
}

const policy = (...actions: string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Map', Effect: 'Allow', Action: actions, Resource: '*' }],
  });

const dashboard = (p95: number): string =>
  [
    '# Strings',
    '',
    'Replaces names of banks in a text.',
    '',
    `Alarm when p95 is above ${p95} ms.`,
    'See the runbook.',
    '',
  ].join('\n');

const code = (hash: string): Json => ({ s3_key: `lambdas/replace-strings-${hash}.zip`, source_code_hash: `${hash}=` });

const lambdaChanges = (timeout: number): readonly ResourceChangeJson[] => [
  resource(`${LAMBDA}.aws_lambda_function.this["replace-strings"]`, {
    before: { ...Object(code('4f1c22d9a0')), timeout: 3, environment: [{ variables: { LOG_LEVEL: 'info' } }] },
    after: { ...Object(code('b77e06315d')), timeout, environment: [{ variables: { LOG_LEVEL: 'debug' } }] },
    after_unknown: { version: true, qualified_arn: true, last_modified: true },
  }),
  resource(`${LAMBDA}.aws_iam_role_policy.this["replace-strings"]`, {
    before: { policy: policy('ssm:GetParameter') },
    after: { policy: policy('ssm:GetParameter', 'ssm:GetParameters', 'kms:Decrypt') },
  }),
];

/** A plain change: nothing goes. */
export const plain: PlanJson = planOf(
  [
    ...lambdaChanges(5),
    resource(`${LAMBDA}.aws_cloudwatch_metric_alarm.this["replace-strings/prod/errors"]`, {
      actions: ['create'],
      after: { alarm_name: 'test-replace-strings-prod-errors', threshold: 0, evaluation_periods: 1, period: 60 },
      after_unknown: { arn: true, id: true, alarm_actions: true },
    }),
    resource('module.api_gateway.aws_api_gateway_documentation_part.api', {
      before: { properties: dashboard(800) },
      after: { properties: dashboard(1000) },
    }),
    resource(`${SERVICE}.aws_ecs_task_definition.this`, { actions: ['no-op'] }),
    resource(
      'module.dashboard.aws_cloudwatch_dashboard.this',
      { actions: ['no-op'] },
      { previous_address: 'aws_cloudwatch_dashboard.both' },
    ),
  ],
  {
    output_changes: {
      alarms: { actions: ['update'], before: ['api-p95', 'api-4xx'], after: ['api-p95', 'api-4xx', 'prod-errors'] },
    },
  },
);

/** What is protected would be replaced, and something else destroyed. */
export const replacement: PlanJson = planOf([
  resource(
    `${SERVICE}.aws_cloudwatch_log_group.this`,
    {
      actions: ['delete', 'create'],
      before: { name: '/ecs/test-strings', retention_in_days: 30 },
      after: { name: '/ecs/test-service', retention_in_days: 30 },
      after_unknown: { arn: true, id: true },
      replace_paths: [['name']],
    },
    { action_reason: 'replace_because_cannot_update' },
  ),
  resource(
    'module.fargate.module.notifications.aws_sns_topic_subscription.email["old@example.com"]',
    {
      actions: ['delete'],
      before: {
        id: 'arn:aws:sns:eu-west-1:123456789012:test-alarms:6a1b',
        endpoint: 'old@example.com',
        protocol: 'email',
      },
    },
    { action_reason: 'delete_because_each_key' },
  ),
  resource(`${SERVICE}.aws_ecs_service.this`, {
    before: { desired_count: 2, health_check_grace_period_seconds: 30 },
    after: { desired_count: 2, health_check_grace_period_seconds: 60 },
  }),
]);

/** What was reviewed, and what main's own plan wants a day later: somebody has changed things by hand. */
export const reviewed: PlanJson = planOf(lambdaChanges(5));
export const now: PlanJson = planOf([
  resource(`${LAMBDA}.aws_lambda_function.this["replace-strings"]`, {
    before: { ...Object(code('4f1c22d9a0')), timeout: 20, environment: [{ variables: { LOG_LEVEL: 'info' } }] },
    after: { ...Object(code('b77e06315d')), timeout: 5, environment: [{ variables: { LOG_LEVEL: 'debug' } }] },
    after_unknown: { version: true, qualified_arn: true, last_modified: true },
  }),
  ...lambdaChanges(5).slice(1),
  resource('module.api_gateway.module.stages.aws_api_gateway_usage_plan.this["test"]', {
    before: { throttle_settings: [{ rate_limit: 50, burst_limit: 10 }] },
    after: { throttle_settings: [{ rate_limit: 10, burst_limit: 10 }] },
  }),
]);
