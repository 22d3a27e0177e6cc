import {
  CloudWatchClient,
  paginateDescribeAlarms,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  type Dimension,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';

export interface Alarm {
  readonly name: string;
  readonly firing: boolean;
  /** Why it is in its state, in CloudWatch's words. */
  readonly reason: string;
}

/** CloudWatch's alarms; the real one is `cloudWatchAlarms`. */
export interface Alarms {
  /** Those whose names begin like this, in the order of their names. */
  beginningWith(prefix: string): Promise<readonly Alarm[]>;
  /**
   * Has an alarm measure this version of a function, everything else as it was, and forget what it saw of another.
   *
   * @throws Error if there is no such alarm
   */
  measure(name: string, version: string): Promise<void>;
}

const VERSION_DIMENSION = 'ExecutedVersion';

export function cloudWatchAlarms(client: CloudWatchClient = new CloudWatchClient({})): Alarms {
  return {
    async beginningWith(prefix) {
      const found = await read({ AlarmNamePrefix: prefix });
      return found
        .map((alarm) => ({
          name: alarm.AlarmName ?? '',
          firing: alarm.StateValue === 'ALARM',
          reason: alarm.StateReason ?? '',
        }))
        .toSorted((left, right) => (left.name < right.name ? -1 : 1));
    },
    async measure(name, version) {
      const [alarm] = await read({ AlarmNames: [name] });
      if (alarm === undefined) throw new Error(`There is no alarm ${name}.`);
      const measured = alarm.Dimensions?.find((dimension) => dimension.Name === VERSION_DIMENSION)?.Value;
      if (measured !== version) await client.send(new PutMetricAlarmCommand(withVersion(alarm, name, version)));
      if (alarm.StateValue !== 'ALARM') return;
      await client.send(
        new SetAlarmStateCommand({
          AlarmName: name,
          StateValue: 'INSUFFICIENT_DATA',
          StateReason: `It fired for version ${measured ?? 'unknown'}, and is about to judge version ${version}.`,
        }),
      );
    },
  };

  async function read(wanted: { AlarmNamePrefix: string } | { AlarmNames: string[] }): Promise<readonly MetricAlarm[]> {
    const alarms: MetricAlarm[] = [];
    const pages = paginateDescribeAlarms({ client }, { ...wanted, AlarmTypes: ['MetricAlarm'] });
    for await (const { MetricAlarms = [] } of pages) alarms.push(...MetricAlarms);
    return alarms;
  }
}

/** PutMetricAlarm writes a whole alarm anew; its tags and its state stay. */
function withVersion(alarm: MetricAlarm, name: string, version: string): PutMetricAlarmCommand['input'] {
  const {
    ActionsEnabled,
    AlarmActions,
    AlarmDescription,
    ComparisonOperator,
    DatapointsToAlarm,
    Dimensions = [],
    EvaluateLowSampleCountPercentile,
    EvaluationPeriods,
    ExtendedStatistic,
    InsufficientDataActions,
    MetricName,
    Namespace,
    OKActions,
    Period,
    Statistic,
    Threshold,
    TreatMissingData,
    Unit,
  } = alarm;
  const others = Dimensions.filter((dimension: Dimension) => dimension.Name !== VERSION_DIMENSION);
  return {
    AlarmName: name,
    ActionsEnabled,
    AlarmActions,
    AlarmDescription,
    ComparisonOperator,
    DatapointsToAlarm,
    Dimensions: [...others, { Name: VERSION_DIMENSION, Value: version }],
    EvaluateLowSampleCountPercentile,
    EvaluationPeriods,
    ExtendedStatistic,
    InsufficientDataActions,
    MetricName,
    Namespace,
    OKActions,
    Period,
    Statistic,
    Threshold,
    TreatMissingData,
    Unit,
  };
}
