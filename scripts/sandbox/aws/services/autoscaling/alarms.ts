import { randomUUID } from 'node:crypto';
import { DeleteAlarmsCommand, PutMetricAlarmCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Alarm } from '@aws-sdk/client-application-auto-scaling';
import { ACCOUNT } from '../context.ts';
import { HIGH_PERIODS, LOW_PERIODS, LOW_SHARE } from './decisions.ts';
import type { TrackedMetric } from './metrics.ts';
import type { PolicyRecord } from './records.ts';

export function alarmNames(resourceId: string): { high: string; low: string } {
  return {
    high: `TargetTracking-${resourceId}-AlarmHigh-${randomUUID()}`,
    low: `TargetTracking-${resourceId}-AlarmLow-${randomUUID()}`,
  };
}

export function alarmsOf(policy: PolicyRecord, region: string): Alarm[] {
  if (policy.alarms === undefined) return [];
  return [policy.alarms.high, policy.alarms.low].map((name) => ({
    AlarmName: name,
    AlarmARN: `arn:aws:cloudwatch:${region}:${ACCOUNT}:alarm:${name}`,
  }));
}

/** The two alarms that AWS makes for a policy of target tracking. They are to be seen; the engine looks at the metric itself. */
export async function putAlarms(
  client: CloudWatchClient,
  policy: PolicyRecord,
  metric: TrackedMetric,
  target: number,
): Promise<void> {
  if (policy.alarms === undefined) return;
  const { high, low } = policy.alarms;
  const common = {
    AlarmDescription: 'DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ' + policy.arn,
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions,
    Statistic: metric.statistic,
    Period: 60,
    AlarmActions: [policy.arn],
  };
  const above = 'GreaterThanThreshold' as const;
  const below = 'LessThanThreshold' as const;
  for (const alarm of [
    { AlarmName: high, ComparisonOperator: above, Threshold: target, EvaluationPeriods: HIGH_PERIODS },
    { AlarmName: low, ComparisonOperator: below, Threshold: target * LOW_SHARE, EvaluationPeriods: LOW_PERIODS },
  ]) {
    await client.send(new PutMetricAlarmCommand({ ...common, ...alarm }));
  }
}

export async function deleteAlarms(client: CloudWatchClient, policies: readonly PolicyRecord[]): Promise<void> {
  const names = policies.flatMap(({ alarms }) => (alarms === undefined ? [] : [alarms.high, alarms.low]));
  if (names.length > 0) await client.send(new DeleteAlarmsCommand({ AlarmNames: names }));
}
