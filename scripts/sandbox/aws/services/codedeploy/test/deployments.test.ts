import {
  ContinueDeploymentCommand,
  CreateDeploymentConfigCommand,
  type CreateDeploymentInput,
} from '@aws-sdk/client-codedeploy';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PREDEFINED, stepsOf } from '../configs.ts';
import { appSpec } from './app-spec.ts';
import { BLUE, GREEN } from './fake-ecs.ts';
import { MINUTE_MS, Stage } from './stage.ts';

const EVENTS = [
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'AllowTestTraffic',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AllowTraffic',
  'AfterAllowTraffic',
];
const HOOKS = EVENTS.filter((name) => !['Install', 'AllowTestTraffic', 'AllowTraffic'].includes(name));

let stage: Stage;
afterEach(() => stage.end());

describe('a good deployment', () => {
  test.each(
    PREDEFINED.filter(({ computePlatform }) => computePlatform === 'ECS').map(
      ({ deploymentConfigName, trafficRoutingConfig }) => ({ name: deploymentConfigName, route: trafficRoutingConfig }),
    ),
  )('by $name has the split that it says at every step', async ({ name, route }) => {
    stage = await Stage.withGroup();
    const id = await stage.deploy({ deploymentConfigName: name });
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded', deploymentConfigName: name });
    const steps = stepsOf(route);
    const { shares } = stage.ecs;
    expect(shares.map(({ percent }) => percent)).toEqual([0, ...steps.map(({ weight }) => weight)]);
    for (const [index, { wait }] of steps.entries()) {
      const next = shares[index + 2];
      if (next === undefined) continue;
      const waited = next.at - (shares[index + 1]?.at ?? 0);
      // Timers may come a millisecond early.
      expect(waited).toBeGreaterThanOrEqual((wait / 60_000) * MINUTE_MS - 1);
    }
  });

  test('goes by a configuration of the user’s own', async () => {
    stage = await Stage.withGroup();
    const trafficRoutingConfig = {
      type: 'TimeBasedLinear' as const,
      timeBasedLinear: { linearPercentage: 40, linearInterval: 1 },
    };
    const deploymentConfigName = 'mine';
    await stage.client.send(
      new CreateDeploymentConfigCommand({ deploymentConfigName, computePlatform: 'ECS', trafficRoutingConfig }),
    );
    await stage.ended(await stage.deploy({ deploymentConfigName }));
    expect(stage.ecs.shares.map(({ percent }) => percent)).toEqual([0, 40, 80, 100]);
  });

  test('does one thing after the other, and the old task set ends last', async () => {
    stage = await Stage.withGroup();
    const id = await stage.deploy();
    await stage.ended(id);
    expect(stage.ecs.log).toEqual([
      `production ${JSON.stringify({ [BLUE]: 100, [GREEN]: 0 })}`,
      `create web:2 behind ${GREEN}`,
      `test ${JSON.stringify({ [GREEN]: 100 })}`,
      `production ${JSON.stringify({ [GREEN]: 100 })}`,
      'primary ecs-svc/2',
      'delete ecs-svc/1',
    ]);
    expect(await stage.events(id)).toEqual(EVENTS.map((name) => `${name} Succeeded`));
    expect(await stage.target(id)).toMatchObject({
      targetId: 'c:web',
      targetArn: 'arn:aws:ecs:eu-west-1:000000000000:service/c/web',
      status: 'Succeeded',
      taskSetsInfo: [
        { taskSetLabel: 'Blue', trafficWeight: 0, targetGroup: { name: 'blue' }, status: 'DRAINING' },
        { taskSetLabel: 'Green', trafficWeight: 100, targetGroup: { name: 'green' }, status: 'PRIMARY' },
      ],
    });
  });

  test('comes back to blue with the next one', async () => {
    stage = await Stage.withGroup();
    await stage.ended(await stage.deploy());
    await stage.ended(await stage.deploy());
    expect(stage.ecs.listeners).toEqual({ production: { [BLUE]: 100 }, test: { [BLUE]: 100 } });
    expect(stage.ecs.sets.map(({ id }) => id)).toEqual(['ecs-svc/3']);
  });

  test('asks each hook at its time, and waits for what it says', async () => {
    stage = await Stage.withGroup();
    const asked: string[] = [];
    stage.ecs.onInvoke = async (name, call) => {
      asked.push(`${name} at ${stage.ecs.listeners['production']?.[GREEN] ?? 0} %`);
      await stage.answerHook(call, 'Succeeded');
    };
    const id = await stage.deploy({}, Object.fromEntries(HOOKS.map((name) => [name, `check-${name}`])));
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(asked).toEqual(HOOKS.map((name) => `check-${name} at ${name === 'AfterAllowTraffic' ? 100 : 0} %`));
  });

  test('is from an AppSpec in S3, too, and has what that says of the tasks', async () => {
    stage = await Stage.withGroup();
    const parsed: { Resources: { TargetService: { Properties: object } }[] } = JSON.parse(appSpec('web:7'));
    Object.assign(parsed.Resources[0]?.TargetService.Properties ?? {}, {
      PlatformVersion: '1.4.0',
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Base: 1, Weight: 2 }],
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ['s'], SecurityGroups: ['g'], AssignPublicIp: 'ENABLED' },
      },
    });
    stage.ecs.objects.set('bucket/app.json', JSON.stringify(parsed));
    const s3Location = { bucket: 'bucket', key: 'app.json', bundleType: 'JSON' as const };
    expect(await stage.ended(await stage.deploy({ revision: { revisionType: 'S3', s3Location } }))).toMatchObject({
      status: 'Succeeded',
      revision: { revisionType: 'S3', s3Location },
    });
    expect(stage.ecs.specs[0]).toEqual({
      taskDefinition: 'web:7',
      containerName: 'web',
      containerPort: 8080,
      platformVersion: '1.4.0',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 2 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['s'], securityGroups: ['g'], assignPublicIp: 'ENABLED' },
      },
      hooks: {},
    });
  });

  test('keeps the old task set where it is to be kept', async () => {
    stage = await Stage.withGroup({
      blueGreenDeploymentConfiguration: { terminateBlueInstancesOnDeploymentSuccess: { action: 'KEEP_ALIVE' } },
    });
    expect(await stage.ended(await stage.deploy())).toMatchObject({ instanceTerminationWaitTimeStarted: false });
    expect(stage.ecs.sets.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'ecs-svc/1 ACTIVE',
      'ecs-svc/2 PRIMARY',
    ]);
  });
});

describe('a deployment that waits', () => {
  const long = {
    terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 2880 },
  } as const;

  async function goOn(deploymentId: string, deploymentWaitType: 'READY_WAIT' | 'TERMINATION_WAIT'): Promise<void> {
    await stage.client.send(new ContinueDeploymentCommand({ deploymentId, deploymentWaitType }));
  }

  test('goes on with the traffic when somebody says so, and ends the old task set when somebody says so', async () => {
    stage = await Stage.withGroup({
      blueGreenDeploymentConfiguration: {
        ...long,
        deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 2880 },
      },
    });
    const id = await stage.deploy();
    await stage.until(id, ({ status }) => status === 'Ready');
    expect(stage.ecs.shares.at(-1)?.percent).toBe(0);
    await expect(goOn(id, 'TERMINATION_WAIT')).rejects.toMatchObject({ name: 'DeploymentIsNotInReadyStateException' });
    await goOn(id, 'READY_WAIT');
    await stage.until(id, (info) => info.instanceTerminationWaitTimeStarted === true);
    expect(stage.ecs.shares.at(-1)?.percent).toBe(100);
    expect(stage.ecs.sets).toHaveLength(2);
    await expect(goOn(id, 'READY_WAIT')).rejects.toMatchObject({ name: 'DeploymentIsNotInReadyStateException' });
    await goOn(id, 'TERMINATION_WAIT');
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(stage.ecs.sets).toHaveLength(1);
    await expect(goOn(id, 'TERMINATION_WAIT')).rejects.toMatchObject({ name: 'DeploymentAlreadyCompletedException' });
  });

  test('is stopped when nobody says so in time', async () => {
    stage = await Stage.withGroup({
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 2 },
      },
    });
    const id = await stage.deploy();
    expect(await stage.ended(id)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'TIMEOUT' } });
    await stage.rolledBack(id);
    expect(await stage.events(id)).toEqual([
      ...EVENTS.slice(0, 5).map((name) => `${name} Succeeded`),
      ...EVENTS.slice(5).map((name) => `${name} Skipped`),
    ]);
  });
});

describe('a deployment that cannot be', () => {
  const revision = (content: string): CreateDeploymentInput['revision'] => ({
    revisionType: 'AppSpecContent',
    appSpecContent: { content },
  });

  test('is refused before it begins', async () => {
    stage = await Stage.withGroup();
    const refused: [Partial<CreateDeploymentInput>, string][] = [
      [{ applicationName: 'nothing' }, 'ApplicationDoesNotExistException'],
      [{ deploymentGroupName: 'nothing' }, 'DeploymentGroupDoesNotExistException'],
      [{ deploymentConfigName: 'nothing' }, 'DeploymentConfigDoesNotExistException'],
      [{ deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' }, 'InvalidDeploymentConfigNameException'],
      [{ revision: undefined }, 'RevisionRequiredException'],
      [{ revision: revision('version: 1') }, 'InvalidRevisionException'],
      [{ revision: revision('{ "version": ') }, 'InvalidRevisionException'],
      [{ revision: { revisionType: 'GitHub' } }, 'InvalidRevisionException'],
      [
        { revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec('a'), sha256: '00' } } },
        'InvalidRevisionException',
      ],
      [
        { revision: { revisionType: 'S3', s3Location: { bucket: 'b', key: 'k', bundleType: 'zip' } } },
        'InvalidRevisionException',
      ],
      [{ description: 'x'.repeat(257) }, 'DescriptionTooLongException'],
      [{ overrideAlarmConfiguration: { enabled: true, alarms: [] } }, 'InvalidAlarmConfigException'],
      [{ autoRollbackConfiguration: { enabled: true } }, 'InvalidAutoRollbackConfigException'],
    ];
    for (const [change, name] of refused) await expect(stage.deploy(change)).rejects.toMatchObject({ name });
    expect(stage.ecs.log).toEqual([]);
  });

  test('is the second one of a group, until the first has ended', async () => {
    stage = await Stage.withGroup();
    const id = await stage.deploy({ deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
    await expect(stage.deploy()).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: `The Deployment Group 'web' already has an active Deployment '${id}'`,
    });
    await stage.ended(id);
    expect(await stage.ended(await stage.deploy())).toMatchObject({ status: 'Succeeded' });
  });

  test('fails when its AppSpec is not in S3, its service not in ECS, its listener not before it', async () => {
    stage = await Stage.withGroup();
    const s3Location = { bucket: 'bucket', key: 'app.yaml', bundleType: 'YAML' as const };
    const codeOf = async (change: Partial<CreateDeploymentInput> = {}): Promise<string | undefined> => {
      const { status, errorInformation } = await stage.ended(await stage.deploy(change));
      expect(status).toBe('Failed');
      return errorInformation?.code;
    };
    const autoRollbackConfiguration = { enabled: false };
    const missing = { revision: { revisionType: 'S3' as const, s3Location }, autoRollbackConfiguration };
    expect(await codeOf(missing)).toBe('REVISION_MISSING');
    stage.ecs.objects.set('bucket/app.yaml', 'version: 0.0');
    expect(await codeOf(missing)).toBe('INVALID_REVISION');
    stage.ecs.listeners['production'] = { 'arn:other': 100 };
    expect(await codeOf({ autoRollbackConfiguration })).toBe('ELASTIC_LOAD_BALANCING_INVALID');
    stage.ecs.sets = [];
    expect(await codeOf({ autoRollbackConfiguration })).toBe('INVALID_ECS_SERVICE');
    expect(stage.ecs.log).toEqual([]);
  });
});
