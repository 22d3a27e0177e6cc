import { randomUUID } from 'node:crypto';
import type {
  DeleteScalingPolicyRequest,
  DeregisterScalableTargetRequest,
  DescribeScalableTargetsRequest,
  DescribeScalingActivitiesRequest,
  DescribeScalingPoliciesRequest,
  ListTagsForResourceRequest,
  PutScalingPolicyRequest,
  RegisterScalableTargetRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-application-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { alarmNames, alarmsOf, deleteAlarms, putAlarms } from './alarms.ts';
import type { Engine } from './engine.ts';
import { invalid, trackedMetric } from './metrics.ts';
import {
  keyOf,
  type AutoscalingState,
  type PolicyRecord,
  type ScalableTargetRecord,
  type TargetKey,
} from './records.ts';

export interface AutoscalingParts {
  readonly region: string;
  readonly state: AutoscalingState;
  readonly engine: Engine;
  readonly cloudWatch: CloudWatchClient;
}

export function autoscalingOperations(parts: AutoscalingParts): Record<string, Operation> {
  return {
    RegisterScalableTarget: operation<RegisterScalableTargetRequest>((input) => register(parts, input)),
    DescribeScalableTargets: operation<DescribeScalableTargetsRequest>((input) => describeTargets(parts, input)),
    DeregisterScalableTarget: operation<DeregisterScalableTargetRequest>((input) => deregister(parts, input)),
    PutScalingPolicy: operation<PutScalingPolicyRequest>((input) => putPolicy(parts, input)),
    DescribeScalingPolicies: operation<DescribeScalingPoliciesRequest>((input) => describePolicies(parts, input)),
    DeleteScalingPolicy: operation<DeleteScalingPolicyRequest>((input) => deletePolicy(parts, input)),
    DescribeScalingActivities: operation<DescribeScalingActivitiesRequest>((input) => describeActivities(parts, input)),
    // Nothing scales by the clock here; the provider asks nobody, a person may.
    DescribeScheduledActions: operation(() => ({ ScheduledActions: [] })),
    TagResource: operation<TagResourceRequest>(({ ResourceARN, Tags }) => {
      Object.assign(byArn(parts, ResourceARN).tags, Tags);
      return {};
    }),
    UntagResource: operation<UntagResourceRequest>(({ ResourceARN, TagKeys = [] }) => {
      const target = byArn(parts, ResourceARN);
      target.tags = Object.fromEntries(Object.entries(target.tags).filter(([key]) => !TagKeys.includes(key)));
      return {};
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest>(({ ResourceARN }) => ({
      Tags: byArn(parts, ResourceARN).tags,
    })),
  };
}

type Reference = { readonly [Part in keyof TargetKey]: TargetKey[Part] | undefined };

function required({ ServiceNamespace, ResourceId, ScalableDimension }: Partial<Reference>): TargetKey {
  if (ServiceNamespace === undefined || ResourceId === undefined || ScalableDimension === undefined) {
    throw invalid('ServiceNamespace, ResourceId and ScalableDimension are required.');
  }
  return { ServiceNamespace, ResourceId, ScalableDimension };
}

function spell({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): string {
  return `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`;
}

function registered({ state }: AutoscalingParts, input: Partial<Reference>): ScalableTargetRecord {
  const key = required(input);
  const target = state.targets[keyOf(key)];
  if (target === undefined) {
    throw new AwsError('ObjectNotFoundException', `No scalable target found for ${spell(key)}`);
  }
  return target;
}

function byArn({ state }: AutoscalingParts, arn: string | undefined): ScalableTargetRecord {
  const target = Object.values(state.targets).find((known) => known.arn === arn);
  if (target === undefined) throw new AwsError('ResourceNotFoundException', `No scalable target found for ARN: ${arn}`);
  return target;
}

async function register(parts: AutoscalingParts, input: RegisterScalableTargetRequest): Promise<object> {
  const { region, state, engine } = parts;
  const key = required(input);
  if (key.ServiceNamespace !== 'ecs' || key.ScalableDimension !== 'ecs:service:DesiredCount') {
    throw invalid(`The sandbox scales services of ECS only (ecs:service:DesiredCount), not ${spell(key)}.`);
  }
  const existing = state.targets[keyOf(key)];
  const minCapacity = input.MinCapacity ?? existing?.minCapacity;
  const maxCapacity = input.MaxCapacity ?? existing?.maxCapacity;
  if (minCapacity === undefined || maxCapacity === undefined) {
    throw invalid('Both minimum and maximum capacity are required to register a new scalable target.');
  }
  if (minCapacity < 0 || minCapacity > maxCapacity) {
    throw invalid('Maximum capacity cannot be less than minimum capacity, and minimum capacity cannot be negative.');
  }
  if (existing === undefined && (await engine.service(key.ResourceId)) === undefined) {
    throw invalid(`ECS service doesn't exist: ${key.ResourceId}`);
  }
  const role = 'aws-service-role/ecs.application-autoscaling.amazonaws.com';
  const target: ScalableTargetRecord = existing ?? {
    arn: `arn:aws:application-autoscaling:${region}:${ACCOUNT}:scalable-target/${randomUUID().replaceAll('-', '')}`,
    key,
    minCapacity,
    maxCapacity,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${role}/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    suspended: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
    createdAt: Date.now(),
    tags: { ...input.Tags },
    policies: [],
    activities: [],
  };
  Object.assign(target, { minCapacity, maxCapacity, suspended: { ...target.suspended, ...input.SuspendedState } });
  state.targets[keyOf(key)] = target;
  engine.poke();
  return { ScalableTargetARN: target.arn };
}

function describeTargets({ state }: AutoscalingParts, input: DescribeScalableTargetsRequest): object {
  const found = Object.values(state.targets).filter(
    ({ key }) =>
      key.ServiceNamespace === input.ServiceNamespace &&
      (input.ResourceIds === undefined || input.ResourceIds.includes(key.ResourceId)) &&
      (input.ScalableDimension === undefined || input.ScalableDimension === key.ScalableDimension),
  );
  return {
    ScalableTargets: found.map((target) => ({
      ...target.key,
      MinCapacity: target.minCapacity,
      MaxCapacity: target.maxCapacity,
      RoleARN: target.roleArn,
      CreationTime: new Date(target.createdAt),
      SuspendedState: target.suspended,
      ScalableTargetARN: target.arn,
    })),
  };
}

async function deregister(parts: AutoscalingParts, input: DeregisterScalableTargetRequest): Promise<object> {
  const target = registered(parts, input);
  delete parts.state.targets[keyOf(target.key)];
  await deleteAlarms(parts.cloudWatch, target.policies);
  return {};
}

async function putPolicy(parts: AutoscalingParts, input: PutScalingPolicyRequest): Promise<object> {
  const target = registered(parts, input);
  const { PolicyName: name = '', TargetTrackingScalingPolicyConfiguration: tracking } = input;
  if (name === '') throw invalid('PolicyName is required.');
  const existing = target.policies.find((policy) => policy.name === name);
  const type = input.PolicyType ?? existing?.type ?? 'StepScaling';
  if (type === 'PredictiveScaling') throw invalid('The sandbox has no predictive scaling.');
  if (type === 'TargetTrackingScaling' && (tracking?.TargetValue === undefined || !(tracking.TargetValue > 0))) {
    throw invalid('TargetTrackingScalingPolicyConfiguration with a TargetValue above 0 is required.');
  }
  const { ResourceId } = target.key;
  // Refuses what it cannot track before anything is changed.
  const metric = tracking === undefined ? undefined : trackedMetric(tracking, ResourceId);
  const resource = `resource/ecs/${ResourceId}:policyName/${name}`;
  const policy: PolicyRecord = existing ?? {
    arn: `arn:aws:autoscaling:${parts.region}:${ACCOUNT}:scalingPolicy:${randomUUID()}:${resource}`,
    name,
    type,
    alarms: undefined,
    createdAt: Date.now(),
  };
  policy.type = type;
  delete policy.targetTracking;
  delete policy.stepScaling;
  if (tracking !== undefined) policy.targetTracking = tracking;
  if (input.StepScalingPolicyConfiguration !== undefined) policy.stepScaling = input.StepScalingPolicyConfiguration;
  if (existing === undefined) target.policies.push(policy);
  if (metric !== undefined && tracking?.TargetValue !== undefined) {
    policy.alarms ??= alarmNames(ResourceId);
    await putAlarms(parts.cloudWatch, policy, metric, tracking.TargetValue);
  }
  parts.engine.poke();
  return { PolicyARN: policy.arn, Alarms: alarmsOf(policy, parts.region) };
}

function describePolicies({ state, region }: AutoscalingParts, input: DescribeScalingPoliciesRequest): object {
  const targets = Object.values(state.targets).filter(
    ({ key }) =>
      key.ServiceNamespace === input.ServiceNamespace &&
      (input.ResourceId === undefined || input.ResourceId === key.ResourceId) &&
      (input.ScalableDimension === undefined || input.ScalableDimension === key.ScalableDimension),
  );
  const { PolicyNames: names } = input;
  return {
    ScalingPolicies: targets.flatMap((target) =>
      target.policies
        .filter(({ name }) => names === undefined || names.length === 0 || names.includes(name))
        .map((policy) => ({
          PolicyARN: policy.arn,
          PolicyName: policy.name,
          ...target.key,
          PolicyType: policy.type,
          TargetTrackingScalingPolicyConfiguration: policy.targetTracking,
          StepScalingPolicyConfiguration: policy.stepScaling,
          Alarms: alarmsOf(policy, region),
          CreationTime: new Date(policy.createdAt),
        })),
    ),
  };
}

async function deletePolicy(parts: AutoscalingParts, input: DeleteScalingPolicyRequest): Promise<object> {
  const target = registered(parts, input);
  const policy = target.policies.find(({ name }) => name === input.PolicyName);
  if (policy === undefined) {
    const missing = `No scaling policy found for ${spell(target.key)}, policy name: ${input.PolicyName}`;
    throw new AwsError('ObjectNotFoundException', missing);
  }
  target.policies.splice(target.policies.indexOf(policy), 1);
  await deleteAlarms(parts.cloudWatch, [policy]);
  return {};
}

function describeActivities({ state }: AutoscalingParts, input: DescribeScalingActivitiesRequest): object {
  const targets = Object.values(state.targets).filter(
    ({ key }) =>
      key.ServiceNamespace === input.ServiceNamespace &&
      (input.ResourceId === undefined || input.ResourceId === key.ResourceId),
  );
  return {
    ScalingActivities: targets.flatMap((target) =>
      target.activities.map((activity) => ({
        ActivityId: activity.id,
        ...target.key,
        Description: activity.description,
        Cause: activity.cause,
        StartTime: new Date(activity.startedAt),
        ...(activity.endedAt === undefined ? {} : { EndTime: new Date(activity.endedAt) }),
        StatusCode: activity.status,
        StatusMessage: activity.message,
      })),
    ),
  };
}
