import {
  GetDeploymentGroupCommand,
  StopDeploymentCommand,
  type CreateDeploymentInput,
} from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BLUE, GREEN } from './fake-ecs.ts';
import { Stage } from './stage.ts';

const CANARY = { deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent15Minutes' };
const NEVER = {
  terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 2880 },
} as const;
const alarmed = { enabled: true, alarms: [{ name: 'quiet' }, { name: 'errors' }] };

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.withGroup({ alarmConfiguration: alarmed, blueGreenDeploymentConfiguration: NEVER });
});
afterEach(() => stage.end());

/** Nothing is left of it. */
function expectOld(): void {
  expect(stage.ecs.listeners).toEqual({ production: { [BLUE]: 100 }, test: { [BLUE]: 100 } });
  expect(stage.ecs.sets.map(({ id, status }) => `${id} ${status}`)).toEqual(['ecs-svc/1 PRIMARY']);
}

async function stop(deploymentId: string, autoRollbackEnabled?: boolean): Promise<void> {
  await stage.client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled }));
}

async function inTermination(change: Partial<CreateDeploymentInput> = {}): Promise<string> {
  const id = await stage.deploy(change);
  await stage.until(id, (info) => info.instanceTerminationWaitTimeStarted === true);
  return id;
}

describe('a deployment that fails', () => {
  test('because its tasks stop again and again says with what words, and never had a request', async () => {
    Object.assign(stage.ecs, { steady: false, reasons: ['a', 'b', 'c', 'Task failed container health checks'] });
    const id = await stage.deploy();
    expect(await stage.ended(id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HEALTH_CONSTRAINTS', message: expect.stringContaining('container health checks') },
    });
    const rollback = await stage.rolledBack(id);
    expect(rollback).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
    expect(await stage.look(id)).toMatchObject({ rollbackInfo: { rollbackDeploymentId: rollback.deploymentId } });
    expect(stage.ecs.shares.map(({ percent }) => percent)).toEqual([0, 0]);
    expectOld();
    expect((await stage.events(id)).slice(0, 3)).toEqual([
      'BeforeInstall Succeeded',
      'Install Failed',
      'AfterInstall Skipped',
    ]);
  });

  test('because its tasks are never steady has waited its time', async () => {
    stage.ecs.steady = false;
    const id = await stage.deploy();
    expect(await stage.ended(id)).toMatchObject({ status: 'Failed', errorInformation: { code: 'TIMEOUT' } });
    await stage.rolledBack(id);
    expectOld();
  });

  test.each(['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic'])(
    'because of its hook %s goes back from where it was',
    async (event) => {
      stage.ecs.onInvoke = (_, call) => stage.answerHook(call, 'Failed');
      const id = await stage.deploy({}, { [event]: 'check' });
      expect(await stage.ended(id)).toMatchObject({
        status: 'Failed',
        errorInformation: {
          code: 'HOOK_EXECUTION_FAILURE',
          message: expect.stringContaining(`check of the hook ${event}`),
        },
      });
      await stage.rolledBack(id);
      expectOld();
    },
  );

  test('because its hook cannot be called, or never answers', async () => {
    const silent = await stage.deploy({}, { BeforeInstall: 'check' });
    expect(await stage.ended(silent)).toMatchObject({
      errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: expect.stringContaining('within an hour') },
    });
    await stage.rolledBack(silent);
    stage.ecs.onInvoke = async () => {
      throw new Error('Function not found');
    };
    const away = await stage.deploy({}, { BeforeInstall: 'check' });
    expect(await stage.ended(away)).toMatchObject({
      errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: expect.stringContaining('Function not found') },
    });
  });

  test('stays where it was when it is not to be rolled back, and the next one clears its rest away', async () => {
    const autoRollbackConfiguration = { enabled: false };
    const id = await stage.deploy({ ...CANARY, autoRollbackConfiguration });
    await stage.untilShare(10);
    await stop(id);
    const info = await stage.ended(id);
    expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' }, rollbackInfo: {} });
    expect(stage.ecs.listeners['production']).toEqual({ [BLUE]: 90, [GREEN]: 10 });
    expect(stage.ecs.sets).toHaveLength(2);
    stage.ecs.log.length = 0;
    await inTermination();
    expect(stage.ecs.log.slice(0, 3)).toEqual([
      `production ${JSON.stringify({ [BLUE]: 100, [GREEN]: 0 })}`,
      'delete ecs-svc/2',
      `create web:2 behind ${GREEN}`,
    ]);
  });

  test('is the last that was attempted, and what rolled it back the last that succeeded', async () => {
    const id = await inTermination();
    await stop(id);
    const { deploymentId } = await stage.rolledBack(id);
    const { deploymentGroupInfo } = await stage.client.send(
      new GetDeploymentGroupCommand({ applicationName: 'web', deploymentGroupName: 'web' }),
    );
    expect(deploymentGroupInfo).toMatchObject({
      lastAttemptedDeployment: { deploymentId, status: 'Succeeded' },
      lastSuccessfulDeployment: { deploymentId, status: 'Succeeded' },
    });
  });
});

describe('a request to stop', () => {
  test('says itself whether it is rolled back', async () => {
    const kept = await stage.deploy(CANARY);
    await stage.untilShare(10);
    await stop(kept, false);
    expect((await stage.ended(kept)).rollbackInfo).toEqual({});

    const back = await stage.deploy({ ...CANARY, autoRollbackConfiguration: { enabled: false } });
    await stage.until(back, ({ status }) => status === 'InProgress');
    await stop(back, true);
    expect(await stage.rolledBack(back)).toMatchObject({ status: 'Succeeded' });
    expectOld();
    await expect(stop(back)).rejects.toMatchObject({ name: 'DeploymentAlreadyCompletedException' });
    await expect(stop('d-NOTHING00')).rejects.toMatchObject({ name: 'DeploymentDoesNotExistException' });
  });
});

describe('an alarm', () => {
  const active = {
    status: 'Stopped',
    errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining('<errors>') },
  };

  test('that is there at the start lets nothing begin', async () => {
    stage.ecs.alarms.add('errors');
    const id = await stage.deploy();
    expect(await stage.ended(id)).toMatchObject(active);
    await stage.rolledBack(id);
    expect(stage.ecs.log).toEqual([]);
  });

  test('in the middle of the shift brings all traffic back at once', async () => {
    const id = await stage.deploy(CANARY);
    await stage.untilShare(10);
    stage.ecs.alarms.add('errors');
    expect(await stage.ended(id)).toMatchObject(active);
    expect(await stage.rolledBack(id)).toMatchObject({ status: 'Succeeded' });
    expect(stage.ecs.shares.map(({ percent }) => percent)).toEqual([0, 10, 0]);
    expect(stage.ecs.log).not.toContain('primary ecs-svc/2');
    expectOld();
  });

  test('while the old task set waits for its end brings it back', async () => {
    const id = await inTermination();
    expect(stage.ecs.primary()).toBe('ecs-svc/2');
    stage.ecs.alarms.add('errors');
    expect(await stage.ended(id)).toMatchObject(active);
    await stage.rolledBack(id);
    expectOld();
  });

  test('is of no interest where it is overridden', async () => {
    stage.ecs.alarms.add('errors');
    const id = await inTermination({ overrideAlarmConfiguration: { enabled: false, alarms: [] } });
    expect(await stage.look(id)).toMatchObject({
      status: 'InProgress',
      overrideAlarmConfiguration: { enabled: false, alarms: [] },
    });
  });

  test('that cannot be read stops the deployment, unless that is to be ignored', async () => {
    stage.ecs.alarmsReadable = false;
    const overriding = (ignorePollAlarmFailure: boolean) => ({
      overrideAlarmConfiguration: { ...alarmed, ignorePollAlarmFailure },
    });
    const ignoring = await inTermination(overriding(true));
    await stop(ignoring);
    await stage.rolledBack(ignoring);
    expect(await stage.ended(await stage.deploy(overriding(false)))).toMatchObject({
      status: 'Failed',
      errorInformation: { message: expect.stringContaining('CloudWatch is away') },
    });
    expectOld();
  });
});

describe('a restart of the sandbox', () => {
  test('in the middle of the shift brings back, whatever the group says', async () => {
    const id = await stage.deploy({ ...CANARY, autoRollbackConfiguration: { enabled: false } });
    await stage.untilShare(10);
    await stage.restart();
    expect(await stage.ended(id)).toMatchObject({ status: 'Failed' });
    expect(await stage.rolledBack(id)).toMatchObject({ status: 'Succeeded' });
    expectOld();
  });

  test('while the old task set waits for its end lets the deployment end', async () => {
    const id = await inTermination();
    await stage.restart();
    expect(await stage.look(id)).toMatchObject({ status: 'InProgress' });
    await stage.restart(() => {
      // It was deleted when the sandbox was stopped, and nobody has noted it.
      stage.ecs.sets = stage.ecs.sets.filter((set) => set.id !== 'ecs-svc/1');
    });
    await stop(id, true);
    // There is nothing to go back to: better the new version than none.
    expect(await stage.rolledBack(id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'ECS_UPDATE_ERROR' },
    });
    expect(stage.ecs.listeners['production']).toEqual({ [GREEN]: 100 });
    expect(stage.reports).toEqual([expect.stringContaining(id)]);
  });

  test('in the middle of a rollback ends the rollback', async () => {
    const id = await stage.deploy(CANARY);
    await stage.untilShare(10);
    let fail = true;
    stage.ecs.onChange = async (change) => {
      if (!fail || change !== 'delete ecs-svc/2') return;
      await reached.promise;
      throw new Error('The connection is gone.');
    };
    const reached = Promise.withResolvers<undefined>();
    await stop(id);
    const { rollbackInfo } = await stage.ended(id);
    const closing = stage.restart(() => {
      fail = false;
    });
    reached.resolve(undefined);
    await closing;
    expect(await stage.ended(rollbackInfo?.rollbackDeploymentId ?? '')).toMatchObject({ status: 'Succeeded' });
    expectOld();
  });
});
