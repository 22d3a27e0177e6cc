import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DeleteAlarmsCommand, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentTargetsCommand,
  ListDeploymentsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { CreateRuleCommand, DescribeRulesCommand, type Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { clientOptions } from '../../context.ts';
import { until } from '../../ecs/test/world.ts';
import { appSpec } from './app-spec.ts';
import { DeployWorld } from './world.ts';

describe('CodeDeploy of the sandbox, with tasks and a load balancer', () => {
  let world: DeployWorld;

  beforeAll(async () => {
    world = await DeployWorld.start();
  }, 60_000);

  afterAll(() => world.end(), 30_000);

  afterEach(async () => {
    const { deployments = [] } = await world.codedeploy.send(
      new ListDeploymentsCommand({ includeOnlyStatuses: ['Created', 'InProgress', 'Ready'] }),
    );
    if (deployments.length > 0) throw new Error(`Deployments go on: ${deployments.join(', ')}.`);
  });

  test('a good version takes over step by step, and one deployment goes on at a time', async () => {
    const two = await world.define('two');
    const id = await world.deploy(two, 'ECSLinear10PercentEvery1Minutes');
    const seen: number[] = [];
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) {
        const green = (await world.weights())['green'] ?? 0;
        if (green !== seen.at(-1)) seen.push(green);
        await sleep(20);
      }
    })();
    await expect(world.deploy(two)).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: expect.stringContaining(id),
    });
    const info = await world.ended(id);
    done.abort();
    await watching;
    expect(info).toMatchObject({ status: 'Succeeded', creator: 'user' });
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(await world.version()).toEqual({ status: 200, version: 'two' });
    const service = await world.aws.service('web');
    expect(service.taskDefinition).toBe(two);
    expect(service.taskSets?.find(({ status }) => status === 'PRIMARY')?.taskDefinition).toBe(two);
    await world.oneTaskSet();
    const { deploymentTargets } = await world.codedeploy.send(
      new BatchGetDeploymentTargetsCommand({ deploymentId: id, targetIds: ['c:web'] }),
    );
    const target = deploymentTargets?.[0]?.ecsTarget;
    expect(new Set(target?.lifecycleEvents?.map(({ status }) => status))).toEqual(new Set(['Succeeded']));
    expect(target?.taskSetsInfo?.map(({ taskSetLabel, trafficWeight }) => [taskSetLabel, trafficWeight])).toEqual([
      ['Blue', 0],
      ['Green', 100],
    ]);
  }, 60_000);

  test('a version that is not healthy never gets a request, and is brought back by a deployment of its own', async () => {
    const before = await world.version();
    const id = await world.deploy(await world.define('ill', { ILL: '1' }));
    const seen = new Set<string>();
    const watching = world.ended(id);
    const over = new AbortController();
    void watching.then(() => over.abort());
    while (!over.signal.aborted) {
      seen.add(JSON.stringify(await world.version()));
      await sleep(20);
    }
    const info = await watching;
    expect(info).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HEALTH_CONSTRAINTS', message: expect.stringContaining('does not become healthy') },
    });
    expect(seen).toEqual(new Set([JSON.stringify(before)]));
    expect(await world.rolledBack(info)).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
    await world.oneTaskSet();
  }, 60_000);

  test('an alarm in the middle of the shift brings the old version back', async () => {
    const alarm = {
      AlarmName: 'errors',
      Namespace: 'Test',
      MetricName: 'errors',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold' as const,
      Statistic: 'Sum' as const,
      TreatMissingData: 'ignore',
    };
    await world.aws.cloudWatch.send(new PutMetricAlarmCommand(alarm));
    const before = await world.version();
    const overrideAlarmConfiguration = { enabled: true, alarms: [{ name: 'errors' }] };
    const id = await world.deploy(await world.define('loud'), 'ECSCanary10Percent15Minutes', {
      input: { overrideAlarmConfiguration },
    });
    await world.untilShare(10);
    await world.aws.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test' }),
    );
    const info = await world.ended(id);
    expect(info).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining('<errors>') },
    });
    expect(await world.rolledBack(info)).toMatchObject({ status: 'Succeeded' });
    expect(Object.values(await world.weights())).toEqual([100]);
    expect(await world.version()).toEqual(before);
    await world.aws.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
  }, 60_000);

  test('one that is stopped is brought back too', async () => {
    const before = await world.version();
    const id = await world.deploy(await world.define('unwanted'), 'ECSCanary10Percent15Minutes');
    await world.untilShare(10);
    await world.codedeploy.send(new StopDeploymentCommand({ deploymentId: id }));
    const info = await world.ended(id);
    expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(await world.rolledBack(info)).toMatchObject({ status: 'Succeeded' });
    expect(await world.version()).toEqual(before);
  }, 60_000);

  test('one that is stopped without a rollback leaves a rest, which the next one clears away', async () => {
    const id = await world.deploy(await world.define('left'), 'ECSCanary10Percent15Minutes');
    await world.untilShare(10);
    await world.codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: false }));
    const info = await world.ended(id);
    expect(info).toMatchObject({ status: 'Stopped', rollbackInfo: {} });
    expect(info.rollbackInfo?.rollbackDeploymentId).toBeUndefined();
    expect(new Set(Object.values(await world.weights()))).toEqual(new Set([10, 90]));
    expect(await world.ended(await world.deploy(await world.define('next')))).toMatchObject({ status: 'Succeeded' });
    expect(await world.version()).toEqual({ status: 200, version: 'next' });
    await world.oneTaskSet();
  }, 60_000);

  test('rules of the listener that lead to the service follow, and the AppSpec may lie in S3', async () => {
    const { balancing, context } = world.aws;
    const [blue = '', green = ''] = world.groupArns();
    const current = 'blue' in (await world.weights()) ? blue : green;
    const rule = (Priority: number, path: string, action: Action): CreateRuleCommand =>
      new CreateRuleCommand({
        ListenerArn: world.production,
        Priority,
        Conditions: [{ Field: 'path-pattern', Values: [path] }],
        Actions: [action],
      });
    await balancing.send(rule(1, '/api/*', { Type: 'forward', TargetGroupArn: current }));
    await balancing.send(
      rule(2, '/fixed', { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody: 'fixed' } }),
    );
    const s3 = new S3Client({ ...clientOptions(context), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'revisions' }));
    const Body = appSpec(await world.define('from-s3'));
    await s3.send(new PutObjectCommand({ Bucket: 'revisions', Key: 'appspec.json', Body }));
    s3.destroy();
    const s3Location = { bucket: 'revisions', key: 'appspec.json', bundleType: 'JSON' as const };
    const id = await world.deploy('', 'ECSCanary10Percent15Minutes', {
      input: { revision: { revisionType: 'S3', s3Location } },
    });
    const shares = async (): Promise<unknown[]> => {
      const { Rules = [] } = await balancing.send(new DescribeRulesCommand({ ListenerArn: world.production }));
      return Rules.filter(({ IsDefault }) => IsDefault !== true).map(({ Actions }) =>
        Actions?.[0]?.Type === 'forward'
          ? Actions[0].ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)
          : Actions?.[0]?.Type,
      );
    };
    await world.untilShare(10);
    await until(shares, (seen) => isDeepStrictEqual(seen, [[90, 10], 'fixed-response']));
    expect(await world.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(await shares()).toEqual([[100], 'fixed-response']);
    expect(await world.version()).toEqual({ status: 200, version: 'from-s3' });
    await world.oneTaskSet();
  }, 60_000);

  test('a hook decides, while the test listener leads to the new version already', async () => {
    const before = await world.version();
    for (const status of ['Failed', 'Succeeded'] as const) {
      world.hookCalls.length = 0;
      const id = await world.deploy(await world.define(`hooked-${status}`), 'ECSAllAtOnce', {
        hooks: { AfterAllowTestTraffic: 'check' },
      });
      const [call] = await until(
        async () => world.hookCalls,
        (calls) => calls.length > 0,
      );
      expect(call?.DeploymentId).toBe(id);
      expect(await world.version(8080)).toEqual({ status: 200, version: `hooked-${status}` });
      expect(await world.version()).toEqual(before);
      await world.codedeploy.send(
        new PutLifecycleEventHookExecutionStatusCommand({
          deploymentId: id,
          lifecycleEventHookExecutionId: call?.LifecycleEventHookExecutionId,
          status,
        }),
      );
      const info = await world.ended(id);
      expect(info.status).toBe(status);
      expect(info.errorInformation?.code).toBe(status === 'Failed' ? 'HOOK_EXECUTION_FAILURE' : undefined);
      if (status === 'Failed') await world.rolledBack(info);
    }
    expect(await world.version()).toEqual({ status: 200, version: 'hooked-Succeeded' });
  }, 60_000);

  test('what was going on when the sandbox stopped is brought back at the next start', async () => {
    const before = await world.version();
    // Whatever the group says: nothing is left between.
    const autoRollbackConfiguration = { enabled: false, events: [] };
    const id = await world.deploy(await world.define('cut-off'), 'ECSCanary10Percent15Minutes', {
      input: { autoRollbackConfiguration },
    });
    await world.untilShare(10);
    await world.aws.restart();
    const info = await world.ended(id);
    expect(info).toMatchObject({
      status: 'Failed',
      errorInformation: { message: expect.stringContaining('stopped in the middle') },
    });
    expect(await world.rolledBack(info)).toMatchObject({ status: 'Succeeded' });
    await until(
      () => world.version(),
      (now) => now.status === 200,
    );
    expect(await world.version()).toEqual(before);
    await world.oneTaskSet();
  }, 60_000);
});
