import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { cloudWatchAlarms } from '../../aws/alarms.ts';
import { apiGatewayKeys } from '../../aws/api-gateway.ts';
import { codeDeployShifts } from '../../aws/code-deploy.ts';
import { refusal, sentJson, wire, type Answer, type Sent } from './wire.ts';

const operation = (request: Sent | undefined): string => request?.headers['x-amz-target']?.split('.')[1] ?? 'none';

describe('shifts', () => {
  const at = (...answers: readonly Answer[]) => {
    const { sent, config } = wire(...answers);
    return { sent, shifts: codeDeployShifts(new CodeDeployClient(config)) };
  };
  const REQUEST = {
    application: 'api',
    functionName: 'api-ant',
    alias: 'prod',
    from: '7',
    to: '8',
    config: 'CodeDeployDefault.LambdaAllAtOnce',
    description: 'why',
    watchAlarms: true,
  };
  const info = (more: object = {}): Answer => ({
    body: {
      deploymentInfo: {
        status: 'InProgress',
        createTime: 1_772_442_000,
        deploymentConfigName: 'c',
        creator: 'user',
        ...more,
      },
    },
  });

  test('begin with an AppSpec that says which alias goes from which version to which', async () => {
    const { shifts, sent } = at({ body: { deploymentId: 'd-1' } });
    expect(await shifts.start(REQUEST)).toBe('d-1');
    const content =
      '{"version":0,"Resources":[{"api-ant":{"Type":"AWS::Lambda::Function","Properties":{"Name":"api-ant","Alias":"prod","CurrentVersion":"7","TargetVersion":"8"}}}]}';
    expect(sentJson(sent[0])).toEqual({
      applicationName: 'api',
      deploymentGroupName: 'api-ant',
      deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
      description: 'why',
      revision: {
        revisionType: 'AppSpecContent',
        appSpecContent: { content, sha256: createHash('sha256').update(content).digest('hex') },
      },
    });
  });

  test('that no alarm is to stop say so', async () => {
    const { shifts, sent } = at({ body: { deploymentId: 'd-1' } });
    await shifts.start({ ...REQUEST, watchAlarms: false });
    expect(sentJson(sent[0])).toMatchObject({ overrideAlarmConfiguration: { enabled: false } });
  });

  test('are not begun where one is going on', async () => {
    const { shifts } = at(refusal(400, 'DeploymentLimitExceededException'), refusal(400, 'AccessDeniedException'));
    expect(await shifts.start(REQUEST)).toBeUndefined();
    await expect(shifts.start(REQUEST)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('are told with their versions, by the AppSpec', async () => {
    const content = '{"Resources":[{"f":{"Properties":{"CurrentVersion":"7","TargetVersion":"8"}}}]}';
    const { shifts, sent } = at(
      info({
        status: 'Stopped',
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
        errorInformation: { code: 'ALARM_ACTIVE', message: 'An alarm fired.' },
        rollbackInfo: { rollbackDeploymentId: 'd-2' },
        description: 'why',
      }),
    );
    expect(await shifts.get('d-1')).toEqual({
      id: 'd-1',
      status: 'Stopped',
      config: 'c',
      creator: 'user',
      createdAt: new Date('2026-03-02T09:00:00Z'),
      from: '7',
      to: '8',
      description: 'why',
      error: { code: 'ALARM_ACTIVE', message: 'An alarm fired.' },
      rollback: { id: 'd-2' },
    });
    expect(sent).toHaveLength(1);
  });

  test('or by their target, where CodeDeploy gives the AppSpec back without its content', async () => {
    const { shifts, sent } = at(
      info({ revision: { revisionType: 'AppSpecContent', appSpecContent: { sha256: 'x' } } }),
      { body: { targetIds: ['api-ant:prod'] } },
      {
        body: {
          deploymentTarget: { lambdaTarget: { lambdaFunctionInfo: { currentVersion: '7', targetVersion: '8' } } },
        },
      },
    );
    expect(await shifts.get('d-1')).toMatchObject({ from: '7', to: '8' });
    expect(sent.map(operation)).toEqual(['GetDeployment', 'ListDeploymentTargets', 'GetDeploymentTarget']);
  });

  test('that are asked for again need no more than one call', async () => {
    const { shifts, sent } = at(
      info(),
      { body: { targetIds: ['t'] } },
      {
        body: {
          deploymentTarget: { lambdaTarget: { lambdaFunctionInfo: { currentVersion: '7', targetVersion: '8' } } },
        },
      },
      info(),
      { body: { deploymentTarget: { lambdaTarget: {} } } },
    );
    await shifts.get('d-1');
    expect(await shifts.get('d-1')).toMatchObject({ from: '7', to: '8' });
    await shifts.events('d-1');
    expect(sent.slice(3).map(operation)).toEqual(['GetDeployment', 'GetDeploymentTarget']);
  });

  test('of a function that has no deployment group: none goes on, and none can be begun', async () => {
    const without = refusal(400, 'DeploymentGroupDoesNotExistException');
    const { shifts } = at(without, without);
    expect(await shifts.active('api', 'api-ant')).toBeUndefined();
    await expect(shifts.start(REQUEST)).rejects.toMatchObject({
      name: 'UserError',
      message: 'CodeDeploy has no deployment group api-ant.',
    });
  });

  test('that have just begun have no target and no event yet', async () => {
    const { shifts } = at(info(), refusal(400, 'DeploymentNotStartedException'), { body: { targetIds: [] } });
    expect(await shifts.get('d-1')).not.toHaveProperty('to');
    expect(await shifts.events('d-1')).toEqual([]);
  });

  test('have events in their order', async () => {
    const lifecycleEvents = [
      { lifecycleEventName: 'BeforeAllowTraffic', status: 'Failed', diagnostics: { message: 'no' } },
      { lifecycleEventName: 'AllowTraffic', status: 'Pending', startTime: 1_772_442_000 },
    ];
    const { shifts } = at(
      { body: { targetIds: ['t'] } },
      { body: { deploymentTarget: { lambdaTarget: { lifecycleEvents } } } },
    );
    expect(await shifts.events('d-1')).toEqual([
      { name: 'BeforeAllowTraffic', status: 'Failed', message: 'no' },
      { name: 'AllowTraffic', status: 'Pending', startedAt: new Date('2026-03-02T09:00:00Z') },
    ]);
  });

  test('that go on are found by their group, on every page; one that has ended meanwhile is none', async () => {
    const { shifts, sent } = at(
      { body: { deployments: ['d-1'], nextToken: 'more' } },
      info({ status: 'Succeeded' }),
      { body: { targetIds: [] } },
      { body: { deployments: ['d-2'] } },
      info(),
      { body: { targetIds: [] } },
    );
    expect(await shifts.active('api', 'api-ant')).toMatchObject({ id: 'd-2', status: 'InProgress' });
    expect(sentJson(sent[0])).toEqual({
      applicationName: 'api',
      deploymentGroupName: 'api-ant',
      includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
    });
  });

  test('are stopped with the way back, if there is something to stop', async () => {
    const { shifts, sent } = at({ body: { status: 'Pending' } }, refusal(400, 'DeploymentAlreadyCompletedException'));
    expect(await shifts.stop('d-1')).toBe(true);
    expect(await shifts.stop('d-1')).toBe(false);
    expect(sentJson(sent[0])).toEqual({ deploymentId: 'd-1', autoRollbackEnabled: true });
  });
});

describe('alarms', () => {
  const at = (...answers: readonly Answer[]) => {
    const { sent, config } = wire(...answers);
    return { sent, alarms: cloudWatchAlarms(new CloudWatchClient(config)) };
  };
  const ALARM = {
    AlarmName: 'a-shift-errors',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a-shift-errors',
    AlarmDescription: 'judges a shift',
    ActionsEnabled: true,
    AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:alarms'],
    StateValue: 'OK',
    StateReason: 'quiet',
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Dimensions: [
      { Name: 'FunctionName', Value: 'a' },
      { Name: 'Resource', Value: 'a:prod' },
      { Name: 'ExecutedVersion', Value: '7' },
    ],
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  };

  test('are told by the beginning of their names, all pages of them', async () => {
    const { alarms, sent } = at(
      { body: { MetricAlarms: [{ ...ALARM, AlarmName: 'b', StateValue: 'ALARM' }], NextToken: 'more' } },
      { body: { MetricAlarms: [ALARM] } },
    );
    expect(await alarms.beginningWith('a')).toEqual([
      { name: 'a-shift-errors', firing: false, reason: 'quiet' },
      { name: 'b', firing: true, reason: 'quiet' },
    ]);
    expect(sentJson(sent[0])).toEqual({ AlarmNamePrefix: 'a', AlarmTypes: ['MetricAlarm'] });
  });

  test('measure another version with everything else as it was', async () => {
    const { alarms, sent } = at({ body: { MetricAlarms: [ALARM] } }, {});
    await alarms.measure('a-shift-errors', '8');
    const { AlarmArn: _, StateValue: __, StateReason: ___, ...kept } = ALARM;
    expect(sentJson(sent[1])).toEqual({
      ...kept,
      Dimensions: [...ALARM.Dimensions.slice(0, 2), { Name: 'ExecutedVersion', Value: '8' }],
    });
    expect(sent).toHaveLength(2);
  });

  test('forget what they saw of another version', async () => {
    const { alarms, sent } = at({ body: { MetricAlarms: [{ ...ALARM, StateValue: 'ALARM' }] } }, {}, {});
    await alarms.measure('a-shift-errors', '8');
    expect(sentJson(sent[2])).toEqual({
      AlarmName: 'a-shift-errors',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'It fired for version 7, and is about to judge version 8.',
    });
  });

  test('that measure it already, and are quiet, are left as they are', async () => {
    const { alarms, sent } = at({ body: { MetricAlarms: [ALARM] } });
    await alarms.measure('a-shift-errors', '7');
    expect(sent).toHaveLength(1);
  });

  test('that are not there are an error', async () => {
    const { alarms } = at({ body: { MetricAlarms: [] } });
    await expect(alarms.measure('a', '8')).rejects.toThrow('There is no alarm a.');
  });
});

test('the value of an API key is asked for by its id', async () => {
  const { sent, config } = wire({ body: { id: 'k1', value: 'secret' } }, { body: { id: 'k1' } });
  const keys = apiGatewayKeys(new APIGatewayClient(config));
  expect(await keys.value('k1')).toBe('secret');
  expect(sent[0]).toMatchObject({ method: 'GET', path: '/apikeys/k1', query: { includeValue: 'true' } });
  await expect(keys.value('k1')).rejects.toThrow('without its value');
});
