import type {
  PolicyType,
  ScalableDimension,
  ServiceNamespace,
  StepScalingPolicyConfiguration,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';

/** What is scaled: one dimension of one resource. */
export interface TargetKey {
  readonly ServiceNamespace: ServiceNamespace;
  readonly ResourceId: string;
  readonly ScalableDimension: ScalableDimension;
}

export interface PolicyRecord {
  readonly arn: string;
  readonly name: string;
  type: PolicyType;
  targetTracking?: TargetTrackingScalingPolicyConfiguration;
  stepScaling?: StepScalingPolicyConfiguration;
  /** Names of the two alarms of target tracking. */
  alarms: { readonly high: string; readonly low: string } | undefined;
  readonly createdAt: number;
}

export interface ActivityRecord {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  /** What it set, to see when that is so. */
  readonly desired: number;
  endedAt?: number;
  status: 'InProgress' | 'Successful' | 'Overridden' | 'Failed';
  message: string;
}

export interface ScalableTargetRecord {
  readonly arn: string;
  readonly key: TargetKey;
  minCapacity: number;
  maxCapacity: number;
  roleArn: string;
  suspended: SuspendedState;
  readonly createdAt: number;
  tags: Record<string, string>;
  policies: PolicyRecord[];
  /** The newest first. */
  activities: ActivityRecord[];
  /** When it was scaled last by a policy, in each direction, and how long nothing more follows, in milliseconds of AWS. */
  scaledOut?: { readonly at: number; readonly cooldownMs: number };
  scaledIn?: { readonly at: number; readonly cooldownMs: number };
}

export interface AutoscalingState {
  /** By the three parts of the key. */
  readonly targets: Record<string, ScalableTargetRecord>;
}

export function keyOf({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): string {
  return `${ServiceNamespace}|${ResourceId}|${ScalableDimension}`;
}
