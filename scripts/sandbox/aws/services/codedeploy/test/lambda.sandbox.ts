import { setTimeout as sleep } from 'node:timers/promises';
import { GetDeploymentTargetCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ALARM, FunctionWorld, LINEAR, type Call } from './function-world.ts';

const CANARY_MS = 5_000;

describe('CodeDeploy of the sandbox, with a function that runs', () => {
  let world: FunctionWorld;
  let good: string;
  let bad: string;

  beforeAll(async () => {
    world = await FunctionWorld.start();
    good = await world.publish("console.log('2'); return '2';");
    bad = await world.publish("console.log('3'); throw new Error('broken');");
  }, 60_000);

  afterAll(() => world.end(), 30_000);

  afterEach(() => world.reset());

  const toOld = { FunctionVersion: '1' };

  test('a canary of a good version has a tenth of the calls, and then all', async () => {
    const id = await world.watchedShift(good);
    await world.untilShare(good, 10);
    const step = new AbortController();
    const calling = world.callUntil(step.signal);
    await expect(world.shift(good)).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: `The Deployment Group 'greet' already has an active Deployment '${id}'`,
    });
    await expect(
      world.lambda.send(new DeleteFunctionCommand({ FunctionName: 'greet', Qualifier: good })),
    ).rejects.toMatchObject({ name: 'ResourceConflictException' });
    // The rest of the step is for a machine that is slow.
    await sleep(CANARY_MS * 0.7);
    step.abort();
    const calls = await calling;
    expect(await world.alias()).toEqual({
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { [good]: 0.1 } },
    });
    expect(calls.length).toBeGreaterThan(100);
    // Binomial, six standard deviations.
    const away = shareOf(calls, good) - calls.length / 10;
    expect(Math.abs(away)).toBeLessThan(6 * Math.sqrt(calls.length * 0.1 * 0.9));

    expect(await world.ended(id)).toMatchObject({ status: 'Succeeded', computePlatform: 'Lambda' });
    expect(await world.alias()).toEqual({ FunctionVersion: good });
    const { deploymentTarget } = await world.codedeploy.send(
      new GetDeploymentTargetCommand({ deploymentId: id, targetId: 'greet' }),
    );
    expect(deploymentTarget?.lambdaTarget).toMatchObject({
      status: 'Succeeded',
      lambdaFunctionInfo: { functionAlias: 'prod', targetVersion: good, targetVersionWeight: 100 },
    });
  }, 30_000);

  test('a canary of a version that throws is rolled back by the alarm on that version alone', async () => {
    const id = await world.watchedShift(bad);
    const over = new AbortController();
    const calling = world.callUntil(over.signal);
    const info = await world.ended(id);
    expect(await world.rolledBack(info)).toMatchObject({ status: 'Succeeded', creator: 'codeDeployRollback' });
    over.abort();
    const calls = await calling;
    expect(info).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining(`<${ALARM}>`) },
    });
    expect(await world.alias()).toEqual(toOld);
    const { createTime, completeTime } = info;
    expect(Number(completeTime) - Number(createTime)).toBeLessThan(CANARY_MS);
    const touched = calls.filter(({ failed }) => failed).length;
    expect(touched).toBe(shareOf(calls, bad));
    expect(touched).toBeGreaterThan(0);
    expect(touched).toBeLessThan(calls.length / 10 + 6 * Math.sqrt(calls.length * 0.1 * 0.9));

    // The same once more begins with an alarm that fires: nothing is begun. All at once, without alarms, it goes.
    expect(await world.ended(await world.shift(bad))).toMatchObject({ errorInformation: { code: 'ALARM_ACTIVE' } });
    const forced = {
      deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
      overrideAlarmConfiguration: { enabled: false },
    };
    expect(await world.ended(await world.shift(bad, forced))).toMatchObject({ status: 'Succeeded' });
    expect(await world.alias()).toEqual({ FunctionVersion: bad });
  }, 30_000);

  test('linear steps are seen in the alias, one after the other', async () => {
    const seen: number[] = [];
    const id = await world.watchedShift(good, { deploymentConfigName: LINEAR });
    const ending = world.ended(id);
    const over = new AbortController();
    void ending.then(() => over.abort());
    while (!over.signal.aborted) {
      const { FunctionVersion, RoutingConfig } = await world.alias();
      const share = FunctionVersion === good ? 1 : (RoutingConfig?.AdditionalVersionWeights?.[good] ?? 0);
      if (share !== seen.at(-1)) seen.push(share);
      await sleep(20);
    }
    expect(await ending).toMatchObject({ status: 'Succeeded' });
    expect(seen.filter((share) => share > 0)).toEqual([0.25, 0.5, 0.75, 1]);
  }, 30_000);

  test('one that is stopped goes back, unless that is not wanted', async () => {
    const stop = async (autoRollbackEnabled: boolean) => {
      const id = await world.watchedShift(good);
      await world.untilShare(good, 10);
      await world.codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled }));
      const info = await world.ended(id);
      expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
      return info;
    };
    expect(await world.rolledBack(await stop(true))).toMatchObject({ status: 'Succeeded' });
    expect(await world.alias()).toEqual(toOld);
    expect((await stop(false)).rollbackInfo).toEqual({});
    expect(await world.alias()).toMatchObject({ RoutingConfig: { AdditionalVersionWeights: { [good]: 0.1 } } });
  }, 30_000);

  test('a hook is a function that decides', async () => {
    const deploymentConfigName = 'CodeDeployDefault.LambdaAllAtOnce';
    const refused = await world.ended(
      await world.watchedShift(
        good,
        { deploymentConfigName },
        { BeforeAllowTraffic: 'good', AfterAllowTraffic: 'bad' },
      ),
    );
    expect(refused).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: expect.stringContaining('AfterAllowTraffic') },
    });
    await world.rolledBack(refused);
    expect(await world.alias()).toEqual(toOld);
    const id = await world.watchedShift(good, { deploymentConfigName }, { AfterAllowTraffic: 'good' });
    expect(await world.ended(id)).toMatchObject({ status: 'Succeeded' });
  }, 30_000);

  test('what was going on when the sandbox stopped is brought back at the next start', async () => {
    const id = await world.watchedShift(good, { autoRollbackConfiguration: { enabled: false } });
    await world.untilShare(good, 10);
    await world.restart();
    const info = await world.ended(id);
    expect(info).toMatchObject({
      status: 'Failed',
      errorInformation: { message: expect.stringContaining('stopped in the middle') },
    });
    expect(await world.rolledBack(info)).toMatchObject({ status: 'Succeeded' });
    expect(await world.alias()).toEqual(toOld);
  }, 30_000);
});

function shareOf(calls: readonly Call[], version: string): number {
  return calls.filter((call) => call.version === version).length;
}
