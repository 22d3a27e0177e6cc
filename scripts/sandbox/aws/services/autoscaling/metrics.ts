import {
  GetMetricStatisticsCommand,
  type CloudWatchClient,
  type Datapoint,
  type Dimension,
} from '@aws-sdk/client-cloudwatch';
import type { TargetTrackingScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import { AwsError } from '../json-protocol.ts';
import type { Pace } from '../pace.ts';

/** A metric that is tracked, as CloudWatch names it. */
export interface TrackedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimension[];
  readonly statistic: 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount';
  /** A count of a minute: it is compared as what it would be in one. */
  readonly perMinute: boolean;
}

/** Of a period, which lasts `seconds`. */
export interface Measured {
  readonly at: number;
  readonly value: number;
}

/**
 * The metric of a policy.
 *
 * @param resourceId `service/<cluster>/<service>`
 * @throws {AwsError} ValidationException for one that the sandbox cannot track
 */
export function trackedMetric(
  configuration: TargetTrackingScalingPolicyConfiguration,
  resourceId: string,
): TrackedMetric {
  const custom = configuration.CustomizedMetricSpecification;
  if (custom !== undefined) {
    const { Namespace: namespace, MetricName: name, Statistic: statistic, Dimensions = [] } = custom;
    if (namespace === undefined || name === undefined || statistic === undefined) {
      throw invalid('The sandbox tracks a customized metric by its namespace, name and statistic, and no metric math.');
    }
    const dimensions = Dimensions.map(({ Name, Value }) => ({ Name, Value }));
    return { namespace, name, dimensions, statistic, perMinute: statistic === 'Sum' };
  }
  const { PredefinedMetricType: type, ResourceLabel: label } = configuration.PredefinedMetricSpecification ?? {};
  const [, cluster, service] = resourceId.split('/');
  const ofService = [
    { Name: 'ClusterName', Value: cluster },
    { Name: 'ServiceName', Value: service },
  ];
  const ecs = { namespace: 'AWS/ECS', dimensions: ofService, statistic: 'Average' as const, perMinute: false };
  if (type === 'ECSServiceAverageCPUUtilization') return { ...ecs, name: 'CPUUtilization' };
  if (type === 'ECSServiceAverageMemoryUtilization') return { ...ecs, name: 'MemoryUtilization' };
  if (type === 'ALBRequestCountPerTarget') {
    const [, loadBalancer, targetGroup] = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label ?? '') ?? [];
    if (loadBalancer === undefined) {
      throw invalid('ResourceLabel must be app/<name>/<id>/targetgroup/<name>/<id> for ALBRequestCountPerTarget.');
    }
    const dimensions = [
      { Name: 'LoadBalancer', Value: loadBalancer },
      { Name: 'TargetGroup', Value: targetGroup },
    ];
    return {
      namespace: 'AWS/ApplicationELB',
      name: 'RequestCountPerTarget',
      dimensions,
      statistic: 'Sum',
      perMinute: true,
    };
  }
  throw invalid(`The metric type ${type} is not for the resource ID ${resourceId}.`);
}

/** A minute of AWS as a period of CloudWatch's: a whole second at least. */
export function periodSeconds(pace: Pace): number {
  return Math.max(1, Math.round(pace.toReal(60_000) / 1_000));
}

/** What was measured in the last so many periods, the oldest first; periods without data are left out. */
export async function measure(
  client: CloudWatchClient,
  metric: TrackedMetric,
  { seconds, periods, now }: { readonly seconds: number; readonly periods: number; readonly now: number },
): Promise<Measured[]> {
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: metric.dimensions,
      Statistics: [metric.statistic],
      Period: seconds,
      StartTime: new Date(now - periods * seconds * 1_000),
      EndTime: new Date(now + 1_000),
    }),
  );
  return Datapoints.flatMap((point): Measured[] => {
    const value = statisticOf(point, metric.statistic);
    if (value === undefined || point.Timestamp === undefined) return [];
    return [{ at: point.Timestamp.getTime(), value: metric.perMinute ? (value * 60) / seconds : value }];
  }).toSorted((a, b) => a.at - b.at);
}

function statisticOf(point: Datapoint, statistic: TrackedMetric['statistic']): number | undefined {
  return point[statistic];
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
