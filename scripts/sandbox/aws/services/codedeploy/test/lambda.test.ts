import { BatchGetDeploymentTargetsCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { PREDEFINED, stepsOf } from '../configs.ts';
import { functionSpec } from './app-spec.ts';
import { HELD, MINUTE_MS, Stage } from './stage.ts';

const CANARY = { deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes' };
const INVALID =
  'The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is missing or has an invalid configuration.';

let stage: Stage;
afterEach(() => stage.end());

function stop(deploymentId: string, autoRollbackEnabled?: boolean): Promise<unknown> {
  return stage.client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled }));
}

const expectOld = (): void => expect(stage.functions.prod).toEqual({ FunctionVersion: '1' });

describe('a good deployment to Lambda', () => {
  test.each(
    PREDEFINED.filter(({ computePlatform }) => computePlatform === 'Lambda').map(
      ({ deploymentConfigName, trafficRoutingConfig }) => ({ name: deploymentConfigName, route: trafficRoutingConfig }),
    ),
  )('by $name has the split that it says at every step', async ({ name, route }) => {
    stage = await Stage.withFunctions();
    const id = await stage.shift({ deploymentConfigName: name });
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded', computePlatform: 'Lambda' });
    const steps = stepsOf(route);
    const { shares, prod } = stage.functions;
    expect(shares.map(({ percent }) => percent)).toEqual(steps.map(({ weight }) => weight));
    for (const [index, { wait }] of steps.entries()) {
      const next = shares[index + 1];
      if (next === undefined) continue;
      // Timers may come a millisecond early.
      expect(next.at - (shares[index]?.at ?? 0)).toBeGreaterThanOrEqual((wait / 60_000) * MINUTE_MS - 1);
    }
    expect(prod).toEqual({ FunctionVersion: '2' });
  });

  test('shifts by the weights of the alias, and tells how far it is', async () => {
    stage = await Stage.withFunctions();
    const seen = Promise.withResolvers<undefined>();
    stage.functions.onChange = async (change) => {
      if (change === '2') await seen.promise;
    };
    const id = await stage.shift(CANARY);
    await stage.untilShifted(10);
    expect(stage.functions.prod).toEqual({
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } },
    });
    expect(await stage.functionTarget(id)).toMatchObject({
      deploymentId: id,
      targetId: 'greet',
      targetArn: 'arn:aws:lambda:eu-west-1:000000000000:function:greet:prod',
      status: 'InProgress',
      lambdaFunctionInfo: {
        functionName: 'greet',
        functionAlias: 'prod',
        currentVersion: '1',
        targetVersion: '2',
        targetVersionWeight: 10,
      },
    });
    expect(await stage.events(id)).toEqual([
      'BeforeAllowTraffic Succeeded',
      'AllowTraffic InProgress',
      'AfterAllowTraffic Pending',
    ]);
    seen.resolve(undefined);
    await stage.ended(id);
    expect(await stage.functionTarget(id)).toMatchObject({
      status: 'Succeeded',
      lambdaFunctionInfo: { targetVersionWeight: 100 },
    });
    expect(stage.functions.log).toEqual(['1 and 10 % 2', '2']);
  });

  test('goes to an older version as well, and all at once where nothing is said', async () => {
    stage = await Stage.withFunctions();
    stage.functions.prod = { FunctionVersion: '3' };
    const id = await stage.shift({}, functionSpec({ CurrentVersion: '3', TargetVersion: '2' }));
    expect(await stage.ended(id)).toMatchObject({
      status: 'Succeeded',
      deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
    });
    expect(stage.functions.log).toEqual(['2']);
  });

  test('asks each hook at its time, and waits for what it says', async () => {
    stage = await Stage.withFunctions();
    const { functions } = stage;
    functions.onInvoke = (_, call) => stage.answerHook(call, 'Succeeded');
    const hooks = { BeforeAllowTraffic: 'before', AfterAllowTraffic: 'after' };
    const id = await stage.shift(CANARY, functionSpec({}, hooks));
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(functions.log).toEqual(['invoke before', '1 and 10 % 2', '2', 'invoke after']);
  });

  test('is from an AppSpec in YAML and S3, too, with versions that are numbers', async () => {
    stage = await Stage.withFunctions();
    const parsed: unknown = JSON.parse(functionSpec({ CurrentVersion: 1, TargetVersion: 2 }));
    stage.functions.objects.set('bucket/app.yaml', stringify(parsed));
    const s3Location = { bucket: 'bucket', key: 'app.yaml', bundleType: 'YAML' as const };
    const id = await stage.shift({ revision: { revisionType: 'S3', s3Location } });
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    const { deploymentTargets } = await stage.client.send(
      new BatchGetDeploymentTargetsCommand({ deploymentId: id, targetIds: ['greet'] }),
    );
    expect(deploymentTargets).toMatchObject([
      { deploymentTargetType: 'LambdaTarget', lambdaTarget: { targetId: 'greet' } },
    ]);
  });
});

describe('a deployment to Lambda that cannot be', () => {
  test('is refused when its AppSpec is no document, or another one goes on', async () => {
    stage = await Stage.withFunctions();
    await expect(stage.shift({}, '{ "version": ')).rejects.toMatchObject({ name: 'InvalidRevisionException' });
    await expect(stage.shift({ deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' })).rejects.toMatchObject({
      name: 'InvalidDeploymentConfigNameException',
    });
    const id = await stage.shift(HELD);
    await expect(stage.shift()).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: `The Deployment Group 'greet' already has an active Deployment '${id}'`,
    });
    await stop(id);
    await stage.rolledBack(id);
    expect(await stage.ended(await stage.shift())).toMatchObject({ status: 'Succeeded' });
  });

  test.each([
    [
      'the alias is at another version',
      { CurrentVersion: '2', TargetVersion: '3' },
      {},
      'The Lambda function alias version does not match the current version in AppSpec file.',
    ],
    ['it goes where it is', { TargetVersion: '1' }, {}, undefined],
    [
      'it goes to $LATEST',
      { TargetVersion: '$LATEST' },
      {},
      expect.stringContaining('must be the number of a published version'),
    ],
    [
      'it comes from $LATEST',
      { CurrentVersion: '$LATEST' },
      {},
      expect.stringContaining('must be the number of a published version'),
    ],
    ['a version is missing', { CurrentVersion: undefined }, {}, expect.stringContaining('CurrentVersion" is required')],
    ['a hook has no function', {}, { AfterAllowTraffic: null }, 'The Lambda function name cannot be null or empty'],
    ['a hook is of ECS', {}, { AfterInstall: 'check' }, expect.stringContaining('AfterInstall" is not allowed')],
  ])('fails when %s', async (_, properties, hooks, reason: unknown) => {
    stage = await Stage.withFunctions();
    const { status, errorInformation } = await stage.ended(await stage.shift({}, functionSpec(properties, hooks)));
    expect({ status, code: errorInformation?.code }).toEqual({
      status: 'Failed',
      code: 'INVALID_LAMBDA_CONFIGURATION',
    });
    const [said, more] = [
      errorInformation?.message?.slice(0, INVALID.length),
      errorInformation?.message?.slice(INVALID.length + 1),
    ];
    expect([said, more || undefined]).toEqual([INVALID, reason]);
    expect(stage.functions.log).toEqual([]);
    expectOld();
  });

  test.each([
    ['function', { Name: 'other' }, 'There is no alias prod of a function other.'],
    ['alias', { Alias: 'other' }, 'There is no alias other of a function greet.'],
    ['version', { TargetVersion: '9' }, 'The function greet has no version 9.'],
  ])('fails when there is no such %s', async (_, properties, message) => {
    stage = await Stage.withFunctions();
    expect(await stage.ended(await stage.shift({}, functionSpec(properties)))).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'INVALID_LAMBDA_FUNCTION', message },
    });
    expect(stage.functions.log).toEqual([]);
  });

  test('fails when its AppSpec is not in S3', async () => {
    stage = await Stage.withFunctions();
    const s3Location = { bucket: 'bucket', key: 'app.yaml', bundleType: 'YAML' as const };
    expect(await stage.ended(await stage.shift({ revision: { revisionType: 'S3', s3Location } }))).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'REVISION_MISSING' },
    });
  });
});

describe('a deployment to Lambda that does not succeed', () => {
  test.each(['BeforeAllowTraffic', 'AfterAllowTraffic'])(
    'because of its hook %s leaves the old version',
    async (event) => {
      stage = await Stage.withFunctions();
      stage.functions.onInvoke = (_, call) => stage.answerHook(call, 'Failed');
      const id = await stage.shift({}, functionSpec({}, { [event]: 'check' }));
      expect(await stage.ended(id)).toMatchObject({
        status: 'Failed',
        errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: expect.stringContaining(`hook ${event}`) },
      });
      expect(await stage.rolledBack(id)).toMatchObject({
        status: 'Succeeded',
        creator: 'codeDeployRollback',
        rollbackInfo: { rollbackTriggeringDeploymentId: id },
      });
      expectOld();
    },
  );

  test('because of an alarm goes back at once, without a step more', async () => {
    stage = await Stage.withFunctions();
    const id = await stage.shift(HELD);
    await stage.untilShifted(10);
    stage.ecs.alarms.add('errors');
    expect(await stage.ended(id)).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining('<errors>') },
    });
    const rollback = await stage.rolledBack(id);
    expect(stage.functions.shares.map(({ percent }) => percent)).toEqual([10, 0]);
    expectOld();
    expect(await stage.functionTarget(rollback.deploymentId ?? '')).toMatchObject({
      status: 'Succeeded',
      lambdaFunctionInfo: { targetVersionWeight: 0 },
    });
    expect(await stage.events(id)).toEqual([
      'BeforeAllowTraffic Succeeded',
      'AllowTraffic Failed',
      'AfterAllowTraffic Skipped',
    ]);
  });

  test('is of no interest to alarms that it overrides, so that what is broken can be mended', async () => {
    stage = await Stage.withFunctions();
    stage.ecs.alarms.add('errors');
    const id = await stage.shift({ overrideAlarmConfiguration: { enabled: false } });
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(
      await stage.ended(await stage.shift({}, functionSpec({ CurrentVersion: '2', TargetVersion: '1' }))),
    ).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE' },
    });
    expect(stage.functions.prod).toEqual({ FunctionVersion: '2' });
  });

  test('because it was stopped goes back where that was asked for', async () => {
    stage = await Stage.withFunctions({ autoRollbackConfiguration: { enabled: false } });
    const id = await stage.shift(HELD);
    await stage.untilShifted(10);
    await stop(id, true);
    expect(await stage.ended(id)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(await stage.rolledBack(id)).toMatchObject({ status: 'Succeeded' });
    expectOld();
  });

  test('and was stopped without going back leaves two versions, and the next one says so', async () => {
    stage = await Stage.withFunctions();
    const id = await stage.shift(HELD);
    await stage.untilShifted(10);
    await stop(id, false);
    expect((await stage.ended(id)).rollbackInfo).toEqual({});
    const { errorInformation } = await stage.ended(await stage.shift());
    expect(errorInformation).toEqual({
      code: 'INVALID_LAMBDA_CONFIGURATION',
      message: `${INVALID} The alias prod references two versions of the function.`,
    });
    // What is not its own it does not bring back.
    expect(stage.functions.prod.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.1 } });
  });

  test('because the sandbox was stopped in the middle is brought back, whatever the group says', async () => {
    stage = await Stage.withFunctions({ autoRollbackConfiguration: { enabled: false } });
    const id = await stage.shift(HELD);
    await stage.untilShifted(10);
    await stage.restart();
    expect(await stage.ended(id)).toMatchObject({ status: 'Failed' });
    expect(await stage.rolledBack(id)).toMatchObject({ status: 'Succeeded' });
    expectOld();
  });

  test('because the sandbox was stopped after the shift, before its last hook, is brought back too', async () => {
    stage = await Stage.withFunctions();
    const asked = Promise.withResolvers<undefined>();
    stage.functions.onInvoke = async () => asked.resolve(undefined);
    const id = await stage.shift({}, functionSpec({}, { AfterAllowTraffic: 'check' }));
    await asked.promise;
    await stage.restart();
    expect(await stage.rolledBack(id)).toMatchObject({ status: 'Succeeded' });
    expectOld();
  });
});
