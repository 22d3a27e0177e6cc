import type { PlanSummary, ResourceChange } from './plan-summary.ts';

/** What holds data, or what others hold on to: with it goes what no apply brings back. */
export const PROTECTED_TYPES: readonly string[] = [
  'aws_api_gateway_api_key',
  'aws_cloudwatch_log_group',
  'aws_cognito_user_pool',
  'aws_db_instance',
  'aws_dynamodb_table',
  'aws_ecr_repository',
  'aws_efs_file_system',
  'aws_kms_key',
  'aws_rds_cluster',
  'aws_route53_zone',
  'aws_s3_bucket',
  'aws_secretsmanager_secret',
  'aws_sqs_queue',
];

/** The changes that destroy or replace something of a protected type. */
export function protectedChanges(
  { changes }: PlanSummary,
  types: readonly string[] = PROTECTED_TYPES,
): readonly ResourceChange[] {
  return changes.filter(({ action, type }) => (action === 'destroy' || action === 'replace') && types.includes(type));
}

/** The beginning of every label that allows a destroy; the workflow looks for it too. */
export const ALLOW_LABEL_PREFIX = 'allow-destroy/';

/**
 * The label of a pull request that allows what a plan of this digest destroys. It names the digest, so that it is none for any
 * other plan: the next commit, or a change in the world, and it has no effect.
 */
export function allowLabel(digest: string): string {
  return `${ALLOW_LABEL_PREFIX}${digest.slice(0, 16)}`;
}

/** Of a plan with this digest, what is protected and would go. */
export interface Guarded {
  readonly changes: readonly ResourceChange[];
  readonly digest: string;
  readonly allowed: boolean;
}
