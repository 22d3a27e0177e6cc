import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../services/ecs/test/world.ts';
import { runPython } from './python.ts';
import { awsClientConfig, region, startTestSandbox, type TestSandbox } from './sandbox.ts';

describe('what follows from an evaluation range', () => {
  // The two tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: oldest
  // first, X breaches, 0 does not, - is missing; the state by TreatMissingData missing, ignore, breaching, notBreaching.
  test.each([
    ['0-X-X', 3, 3, 'OK OK OK OK'],
    ['0----', 3, 3, 'OK OK OK OK'],
    ['-----', 3, 3, 'INSUFFICIENT_DATA kept ALARM OK'],
    ['0XX-X', 3, 3, 'ALARM ALARM ALARM ALARM'],
    ['--X--', 3, 3, 'ALARM kept ALARM OK'],
    ['0-X-X', 3, 2, 'ALARM ALARM ALARM ALARM'],
    ['00X0X', 3, 2, 'ALARM ALARM ALARM ALARM'],
    ['0-X--', 3, 2, 'OK OK ALARM OK'],
    ['----0', 3, 2, 'OK OK ALARM OK'],
    ['---X-', 3, 2, 'ALARM kept ALARM OK'],
    // Not of the tables: a metric that has only begun; an old breach that newer data has pushed out.
    ['----X', 3, 3, 'kept kept ALARM OK'],
    ['XX000', 3, 1, 'OK OK OK OK'],
  ])('%s with N=%d and M=%d', async (range, n, m, states) => {
    const points = `[{'X': True, '0': False, '-': None}[point] for point in ${JSON.stringify(range)}]`;
    const answer = await runPython(`
import alarm_evaluation
for missing in ["missing", "ignore", "breaching", "notBreaching"]:
    print(alarm_evaluation.decide(${points}, ${n}, ${m}, missing, "kept"))
`);
    expect(answer).toMatchObject({ status: 0, printed: states.replaceAll(' ', '\n') });
  });
});

test('what the sandbox measured is old after seconds, and what was put is not', async () => {
  const answer = await runPython(`
import alarm_evaluation
now = 600000.0 + 30
def state(age, **point):
    alarm = {"Period": 60, "EvaluationPeriods": 1, "TreatMissingData": "notBreaching", "Threshold": 0,
             "ComparisonOperator": "GreaterThanThreshold", "StateValue": "ALARM"}
    points = [{"Timestamp": now - age, "Unit": "Count", "Value": 1, **point}, {"Timestamp": now, "Unit": "Count", "Value": 0}]
    return alarm_evaluation.evaluate(alarm, points, now, lambda period: sum(point["Value"] for point in period))[0]
print(state(4, Measured=True), state(6, Measured=True), state(6))
`);
  expect(answer).toMatchObject({ status: 0, printed: 'ALARM OK ALARM' });
});

describe('alarms of the emulator', () => {
  let sandbox: TestSandbox;
  let client: CloudWatchClient;
  let count = 0;
  // One moment for all: a test that crosses the minute does not move its data to another period.
  const now = Date.now();

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    client = new CloudWatchClient(awsClientConfig(sandbox.url));
  });
  afterAll(async () => {
    client.destroy();
    await sandbox.end();
  });

  const Dimensions = [{ Name: 'Stage', Value: 'test' }];

  async function putAlarm(options: Partial<PutMetricAlarmCommandInput>): Promise<string> {
    const AlarmName = options.AlarmName ?? `alarm-${(count += 1)}`;
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'Test',
        MetricName: AlarmName,
        Dimensions,
        Statistic: options.ExtendedStatistic === undefined ? 'Average' : undefined,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 10,
        Period: 60,
        EvaluationPeriods: 2,
        TreatMissingData: 'notBreaching',
        ...options,
      }),
    );
    return AlarmName;
  }

  /** The values of the period that is so many minutes old. */
  async function put(MetricName: string, minutesAgo: number, Values: number[], dimensions = Dimensions) {
    const Timestamp = new Date(now - minutesAgo * 60_000);
    const datum = { MetricName, Dimensions: dimensions, Timestamp, Values };
    await client.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: [datum] }));
  }

  async function described(AlarmName: string): Promise<MetricAlarm> {
    const { MetricAlarms: [alarm] = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    if (alarm === undefined) throw new Error(`There is no alarm ${AlarmName}.`);
    return alarm;
  }

  const stateOf = async (name: string) => (await described(name)).StateValue;

  test('without data an alarm is what TreatMissingData says', async () => {
    expect(await stateOf(await putAlarm({}))).toBe('OK');
    expect(await stateOf(await putAlarm({ TreatMissingData: 'breaching' }))).toBe('ALARM');
    expect(await stateOf(await putAlarm({ TreatMissingData: 'missing' }))).toBe('INSUFFICIENT_DATA');
  });

  test('every period has to breach, and one that does not ends it', async () => {
    const name = await putAlarm({ EvaluationPeriods: 3 });
    for (const minutesAgo of [3, 2]) await put(name, minutesAgo, [11]);
    expect(await stateOf(name)).toBe('OK');
    await put(name, 1, [11]);
    expect(await described(name)).toMatchObject({
      StateValue: 'ALARM',
      StateReason: expect.stringContaining('3 of 3 datapoints [11.0, 11.0, 11.0]'),
    });
    await put(name, 0, [10]);
    expect(await stateOf(name)).toBe('OK');
    const { AlarmHistoryItems: history = [] } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: name, HistoryItemType: 'StateUpdate' }),
    );
    expect(history.map((item) => item.HistorySummary)).toEqual(
      expect.arrayContaining(['Alarm updated from OK to ALARM', 'Alarm updated from ALARM to OK']),
    );
  });

  test('M of N periods are enough, and older ones do not count', async () => {
    const name = await putAlarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const [minutesAgo, value] of [
      [5, 99],
      [3, 11],
      [2, 1],
      [1, 1],
    ] as const)
      await put(name, minutesAgo, [value]);
    expect(await stateOf(name)).toBe('OK');
    await put(name, 1, [99]);
    expect(await stateOf(name)).toBe('ALARM');
  });

  test('only data with exactly these dimensions counts', async () => {
    const name = await putAlarm({ EvaluationPeriods: 1 });
    await put(name, 0, [99], []);
    await put(name, 0, [99], [...Dimensions, { Name: 'Method', Value: 'GET' }]);
    await put(name, 0, [99], [{ Name: 'Stage', Value: 'prod' }]);
    expect(await stateOf(name)).toBe('OK');
    await put(name, 0, [99]);
    expect(await stateOf(name)).toBe('ALARM');
  });

  test.each([
    [{ Statistic: 'Average' }, 'OK'],
    [{ Statistic: 'Maximum' }, 'ALARM'],
    [{ Statistic: 'Sum' }, 'ALARM'],
    [{ Statistic: 'Minimum' }, 'OK'],
    [{ ExtendedStatistic: 'p50' }, 'OK'],
    [{ ExtendedStatistic: 'p95' }, 'ALARM'],
  ] as const)('%j of a period decides', async (statistic, state) => {
    const name = await putAlarm({ EvaluationPeriods: 1, ...statistic });
    await put(name, 0, [1, 1, 1, 20]);
    expect(await stateOf(name)).toBe(state);
  });

  test('one that is pointed to another metric keeps its state until it is judged again', async () => {
    const name = await putAlarm({ EvaluationPeriods: 1 });
    await put(name, 0, [11]);
    expect(await stateOf(name)).toBe('ALARM');
    const other = [{ Name: 'Stage', Value: 'prod' }];
    await putAlarm({ EvaluationPeriods: 1, AlarmName: name, Dimensions: other });
    expect(await described(name)).toMatchObject({ StateValue: 'ALARM', Dimensions: other, MetricName: name });
    await until(
      () => stateOf(name),
      (state) => state === 'OK',
    );
    await put(name, 0, [11], other);
    expect(await stateOf(name)).toBe('ALARM');
  });

  test('a state that is set stays until it is judged again', async () => {
    const name = await putAlarm({ EvaluationPeriods: 1 });
    await put(name, 0, [11]);
    const StateReason = 'a new version is judged';
    await client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'INSUFFICIENT_DATA', StateReason }));
    expect(await described(name)).toMatchObject({ StateValue: 'INSUFFICIENT_DATA', StateReason });
    await until(
      () => stateOf(name),
      (state) => state === 'ALARM',
    );
  });

  test('those whose names begin the same are found together', async () => {
    const names = ['greet-prod-errors', 'greet-prod-shift-errors', 'other-prod-errors'];
    for (const AlarmName of names) await putAlarm({ AlarmName });
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'greet-prod-' }));
    expect(new Set(MetricAlarms.map(({ AlarmName }) => AlarmName))).toEqual(new Set(names.slice(0, 2)));
  });

  test('a change of state is told to the topic of that state', async () => {
    const emulator = async (service: string, headers: Record<string, string>, body: BodyInit) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request`;
      const response = await fetch(sandbox.url, { method: 'POST', headers: { authorization, ...headers }, body });
      return response.text();
    };
    const sns = (form: Record<string, string>) => emulator('sns', {}, new URLSearchParams(form));
    const sqs = async (action: string, body: object): Promise<unknown> =>
      JSON.parse(
        await emulator(
          'sqs',
          { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
          JSON.stringify(body),
        ),
      );
    const topic = `arn:aws:sns:${region}:000000000000:alarms`;
    await sns({ Action: 'CreateTopic', Name: 'alarms' });
    const queue = await sqs('CreateQueue', { QueueName: 'alarms' });
    const Endpoint = `arn:aws:sqs:${region}:000000000000:alarms`;
    await sns({ Action: 'Subscribe', TopicArn: topic, Protocol: 'sqs', Endpoint });
    const name = await putAlarm({ EvaluationPeriods: 1, AlarmActions: [topic], OKActions: [] });
    await put(name, 0, [11]);
    await put(name, 0, [12]);
    const received = JSON.stringify(await sqs('ReceiveMessage', { ...Object(queue), MaxNumberOfMessages: 10 }));
    expect(received.match(/ALARM: /g)).toHaveLength(1);
    expect(received).toContain(name);
  });

  test('an alarm is described with all that was asked for, in both protocols', async () => {
    const topic = `arn:aws:sns:${region}:000000000000:alarms`;
    const asked = {
      AlarmDescription: 'slow & <steady>',
      ExtendedStatistic: 'p95',
      EvaluateLowSampleCountPercentile: 'ignore',
      DatapointsToAlarm: 2,
      ActionsEnabled: true,
      AlarmActions: [topic],
      OKActions: [topic],
      InsufficientDataActions: [topic],
    };
    const name = await putAlarm({ ...asked, Tags: [{ Key: 'team', Value: 'a' }] });
    const alarm = await described(name);
    expect(alarm).toMatchObject({ ...asked, Dimensions, Period: 60, Threshold: 10, TreatMissingData: 'notBreaching' });
    expect(alarm.Statistic).toBeUndefined();
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN: alarm.AlarmArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'a' }]);

    const query = (form: Record<string, string>) =>
      fetch(sandbox.emulator.url, {
        method: 'POST',
        headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/monitoring/aws4_request` },
        body: new URLSearchParams(form),
      }).then((response) => response.text());
    await query({
      Action: 'PutMetricAlarm',
      AlarmName: name,
      Namespace: 'Test',
      MetricName: name,
      ExtendedStatistic: 'p95',
      EvaluateLowSampleCountPercentile: 'ignore',
      'InsufficientDataActions.member.1': topic,
      'Dimensions.member.1.Name': 'Stage',
      'Dimensions.member.1.Value': 'test',
      AlarmDescription: 'slow & <steady>',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: '10',
      Period: '60',
      EvaluationPeriods: '2',
      TreatMissingData: 'notBreaching',
    });
    const xml = await query({ Action: 'DescribeAlarms', 'AlarmNames.member.1': name });
    for (const element of [
      '<AlarmDescription>slow &amp; &lt;steady&gt;</AlarmDescription>',
      '<ExtendedStatistic>p95</ExtendedStatistic>',
      '<EvaluateLowSampleCountPercentile>ignore</EvaluateLowSampleCountPercentile>',
      `<InsufficientDataActions><member>${topic}</member></InsufficientDataActions>`,
      '<Dimensions><member><Name>Stage</Name><Value>test</Value></member></Dimensions>',
      '<TreatMissingData>notBreaching</TreatMissingData>',
      '<ActionsEnabled>true</ActionsEnabled>',
      '<Period>60</Period>',
    ]) {
      expect(xml).toContain(element);
    }
    expect(xml).toMatch(/<StateUpdatedTimestamp>\d{4}-\d\d-\d\dT[\d:]+Z</);
    expect(xml).not.toContain('<Statistic>');
  });
});
