import type { ProviderType } from '@aws-sdk/client-codestar-connections';
import type { DetailType, NotificationRuleStatus, Target } from '@aws-sdk/client-codestar-notifications';

/** What both services remember. Times are in milliseconds. */
export interface State {
  /** By the id that ends their ARN: the service was renamed, and both of its names see the same ones. */
  readonly connections: Record<string, ConnectionRecord>;
  /** By their ARN. */
  readonly rules: Record<string, RuleRecord>;
}

export type Tags = Record<string, string>;

export interface ConnectionRecord {
  /** With the service's name by which it was made. */
  readonly arn: string;
  readonly name: string;
  readonly provider: ProviderType;
  readonly hostArn?: string;
  tags: Tags;
}

export interface RuleRecord {
  readonly arn: string;
  readonly resource: string;
  readonly createdAt: number;
  readonly createdBy: string;
  name: string;
  detailType: DetailType;
  eventTypeIds: string[];
  targets: Target[];
  status: NotificationRuleStatus;
  changedAt: number;
  clientRequestToken?: string;
  tags: Tags;
}
