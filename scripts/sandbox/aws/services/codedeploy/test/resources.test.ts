import {
  BatchGetApplicationsCommand,
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  CreateApplicationCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  DeleteApplicationCommand,
  DeleteDeploymentConfigCommand,
  DeleteDeploymentGroupCommand,
  GetApplicationCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  GetDeploymentTargetCommand,
  ListApplicationsCommand,
  ListDeploymentConfigsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApplicationCommand,
  UpdateDeploymentGroupCommand,
  type CodeDeployClient,
  type CreateDeploymentGroupInput,
  type ListDeploymentsCommandInput,
} from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HookCall } from './fake-ecs.ts';
import { group, Stage } from './stage.ts';

const ARN = 'arn:aws:codedeploy:eu-west-1:000000000000';
const web = { applicationName: 'web', deploymentGroupName: 'web' };

let stage: Stage;
let client: CodeDeployClient;
beforeEach(async () => {
  stage = await Stage.withGroup({ tags: [{ Key: 'made', Value: 'by hand' }] });
  client = stage.client;
});
afterEach(() => stage.end());

describe('an application', () => {
  test('is told as it was made, renamed with all that belongs to it, and deleted', async () => {
    const { application } = await client.send(new GetApplicationCommand(web));
    expect(application).toMatchObject({ applicationName: 'web', computePlatform: 'ECS', linkedToGitHub: false });
    expect(application?.createTime?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const id = await stage.deploy();
    await stage.ended(id);
    await client.send(new UpdateApplicationCommand({ applicationName: 'web', newApplicationName: 'next' }));
    expect(await stage.look(id)).toMatchObject({ applicationName: 'next', deploymentGroupName: 'web' });
    expect((await client.send(new ListApplicationsCommand({}))).applications).toEqual(['next']);
    await client.send(new DeleteApplicationCommand({ applicationName: 'next' }));
    // Deleting what is gone already is fine.
    await client.send(new DeleteApplicationCommand({ applicationName: 'next' }));
    expect((await client.send(new ListApplicationsCommand({}))).applications).toEqual([]);
  });

  test('comes in pages and in batches', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `application-${index}`);
    for (const applicationName of names) await client.send(new CreateApplicationCommand({ applicationName }));
    const first = await client.send(new ListApplicationsCommand({}));
    const second = await client.send(new ListApplicationsCommand({ nextToken: first.nextToken }));
    expect([...(first.applications ?? []), ...(second.applications ?? [])]).toEqual(['web', ...names]);
    expect(second.nextToken).toBeUndefined();
    const asked = new BatchGetApplicationsCommand({ applicationNames: names.slice(0, 25) });
    expect((await client.send(asked)).applicationsInfo).toHaveLength(25);
    await expect(
      client.send(new BatchGetApplicationsCommand({ applicationNames: names.slice(0, 26) })),
    ).rejects.toMatchObject({ name: 'BatchLimitExceededException' });
  });

  test('is refused when it cannot be', async () => {
    const create = (applicationName: string | undefined, computePlatform?: string): Promise<unknown> =>
      // @ts-expect-error -- a platform that there is not
      client.send(new CreateApplicationCommand({ applicationName, computePlatform }));
    await expect(create('web')).rejects.toMatchObject({ name: 'ApplicationAlreadyExistsException' });
    await expect(create(undefined)).rejects.toMatchObject({ name: 'ApplicationNameRequiredException' });
    await expect(create('a b')).rejects.toMatchObject({ name: 'InvalidApplicationNameException' });
    await expect(create('b', 'Mars')).rejects.toMatchObject({ name: 'InvalidComputePlatformException' });
    await expect(client.send(new GetApplicationCommand({ applicationName: 'toString' }))).rejects.toMatchObject({
      name: 'ApplicationDoesNotExistException',
      message: 'No application found for name: toString',
    });
  });
});

describe('a deployment group', () => {
  test('is told as it was made, and changed in what is given only', async () => {
    const look = async (name = 'web') =>
      (await client.send(new GetDeploymentGroupCommand({ ...web, deploymentGroupName: name }))).deploymentGroupInfo;
    expect(await look()).toMatchObject({ ...group, computePlatform: 'ECS', triggerConfigurations: [] });
    expect(await look()).not.toHaveProperty('tags');
    const { deploymentGroupId } = (await look()) ?? {};
    const alarmConfiguration = { enabled: true, alarms: [{ name: 'errors' }] };
    await client.send(
      new UpdateDeploymentGroupCommand({
        applicationName: 'web',
        currentDeploymentGroupName: 'web',
        newDeploymentGroupName: 'other',
        alarmConfiguration,
      }),
    );
    expect(await look('other')).toMatchObject({
      ...group,
      deploymentGroupName: 'other',
      deploymentGroupId,
      alarmConfiguration,
    });
    await expect(look()).rejects.toMatchObject({ name: 'DeploymentGroupDoesNotExistException' });
    const { deploymentGroups } = await client.send(new ListDeploymentGroupsCommand({ applicationName: 'web' }));
    expect(deploymentGroups).toEqual(['other']);
    const batch = new BatchGetDeploymentGroupsCommand({
      applicationName: 'web',
      deploymentGroupNames: ['other', 'no'],
    });
    expect(await client.send(batch)).toMatchObject({
      deploymentGroupsInfo: [{ deploymentGroupName: 'other' }],
      errorMessage: 'No Deployment Group found for name: no',
    });
    await client.send(new DeleteDeploymentGroupCommand({ ...web, deploymentGroupName: 'other' }));
    expect((await client.send(new ListDeploymentGroupsCommand(web))).deploymentGroups).toEqual([]);
  });

  test('is not deleted while something is deployed, and neither is its application', async () => {
    await stage.deploy({ deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
    const busy = { name: 'InvalidOperationException' };
    await expect(client.send(new DeleteDeploymentGroupCommand(web))).rejects.toMatchObject(busy);
    await expect(client.send(new DeleteApplicationCommand(web))).rejects.toMatchObject(busy);
  });

  test('is refused when it cannot be', async () => {
    const refused: [Partial<CreateDeploymentGroupInput>, string][] = [
      [{}, 'DeploymentGroupAlreadyExistsException'],
      [{ applicationName: 'nothing' }, 'ApplicationDoesNotExistException'],
      [{ deploymentGroupName: 'a', serviceRoleArn: undefined }, 'RoleRequiredException'],
      [{ deploymentGroupName: 'a', deploymentConfigName: 'nothing' }, 'DeploymentConfigDoesNotExistException'],
      [
        { deploymentGroupName: 'a', deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' },
        'InvalidDeploymentConfigNameException',
      ],
      [{ deploymentGroupName: 'a', deploymentStyle: undefined }, 'InvalidDeploymentStyleException'],
      [{ deploymentGroupName: 'a', ecsServices: [] }, 'InvalidECSServiceException'],
      [{ deploymentGroupName: 'a', loadBalancerInfo: undefined }, 'InvalidTargetGroupPairException'],
      [{ deploymentGroupName: 'a', alarmConfiguration: { enabled: true } }, 'InvalidAlarmConfigException'],
      [
        {
          deploymentGroupName: 'a',
          alarmConfiguration: { enabled: true, alarms: Array.from({ length: 11 }, (_, n) => ({ name: `a${n}` })) },
        },
        'AlarmsLimitExceededException',
      ],
    ];
    for (const [change, name] of refused) {
      await expect(client.send(new CreateDeploymentGroupCommand({ ...group, ...change }))).rejects.toMatchObject({
        name,
      });
    }
  });
});

test('tags are of the application, or of the group', async () => {
  const tagsOf = async (ResourceArn: string) =>
    (await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;
  const application = `${ARN}:application:web`;
  const deploymentGroup = `${ARN}:deploymentgroup:web/web`;
  expect(await tagsOf(application)).toEqual([]);
  const Tags = [
    { Key: 'made', Value: 'again' },
    { Key: 'b', Value: '2' },
  ];
  await client.send(new TagResourceCommand({ ResourceArn: deploymentGroup, Tags }));
  expect(await tagsOf(deploymentGroup)).toEqual(Tags);
  await client.send(new UntagResourceCommand({ ResourceArn: deploymentGroup, TagKeys: ['made'] }));
  expect(await tagsOf(deploymentGroup)).toEqual([{ Key: 'b', Value: '2' }]);
  expect(await tagsOf(application)).toEqual([]);
  await expect(tagsOf('arn:aws:s3:::bucket')).rejects.toMatchObject({ name: 'InvalidArnException' });
});

describe('a deployment configuration', () => {
  test('is AWS’s own, or one that was made, and stays while it is used', async () => {
    const look = async (deploymentConfigName: string) =>
      (await client.send(new GetDeploymentConfigCommand({ deploymentConfigName }))).deploymentConfigInfo;
    expect(await look('CodeDeployDefault.ECSCanary10Percent5Minutes')).toMatchObject({
      computePlatform: 'ECS',
      trafficRoutingConfig: {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: 5 },
      },
    });
    const mine = {
      deploymentConfigName: 'mine',
      computePlatform: 'ECS' as const,
      trafficRoutingConfig: {
        type: 'TimeBasedCanary' as const,
        timeBasedCanary: { canaryPercentage: 50, canaryInterval: 1 },
      },
    };
    await client.send(new CreateDeploymentConfigCommand(mine));
    expect(await look('mine')).toMatchObject({ ...mine, createTime: expect.any(Date) });
    await expect(client.send(new CreateDeploymentConfigCommand(mine))).rejects.toMatchObject({
      name: 'DeploymentConfigAlreadyExistsException',
    });
    const { deploymentConfigsList } = await client.send(new ListDeploymentConfigsCommand({}));
    expect(deploymentConfigsList).toContain('mine');
    const using = { applicationName: 'web', currentDeploymentGroupName: 'web' };
    await client.send(new UpdateDeploymentGroupCommand({ ...using, deploymentConfigName: 'mine' }));
    const remove = (deploymentConfigName: string) =>
      client.send(new DeleteDeploymentConfigCommand({ deploymentConfigName }));
    await expect(remove('mine')).rejects.toMatchObject({ name: 'DeploymentConfigInUseException' });
    await expect(remove('CodeDeployDefault.ECSAllAtOnce')).rejects.toMatchObject({ name: 'InvalidOperationException' });
    await client.send(
      new UpdateDeploymentGroupCommand({ ...using, deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' }),
    );
    await remove('mine');
    await expect(look('mine')).rejects.toMatchObject({ name: 'DeploymentConfigDoesNotExistException' });
  });

  test('has to say how traffic goes', async () => {
    const create = (canaryPercentage: number) =>
      client.send(
        new CreateDeploymentConfigCommand({
          deploymentConfigName: 'mine',
          computePlatform: 'Lambda',
          trafficRoutingConfig: { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage, canaryInterval: 1 } },
        }),
      );
    await expect(create(0)).rejects.toMatchObject({ name: 'InvalidTrafficRoutingConfigurationException' });
    await expect(create(100)).rejects.toMatchObject({ name: 'InvalidTrafficRoutingConfigurationException' });
    await create(99);
    await expect(
      client.send(
        new CreateDeploymentConfigCommand({
          deploymentConfigName: 'servers',
          computePlatform: 'Server',
          minimumHealthyHosts: undefined,
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidMinimumHealthyHostValueException' });
  });
});

describe('deployments', () => {
  test('are listed by group, state and time, the latest first', async () => {
    const one = await stage.deploy();
    await stage.ended(one);
    const between = new Date();
    const two = await stage.deploy({ description: 'The second.' });
    await stage.ended(two);
    const list = async (input: ListDeploymentsCommandInput) =>
      (await client.send(new ListDeploymentsCommand(input))).deployments;
    expect(await list({})).toEqual([two, one]);
    expect(await list({ ...web, includeOnlyStatuses: ['Succeeded'] })).toEqual([two, one]);
    expect(await list({ ...web, includeOnlyStatuses: ['Failed'] })).toEqual([]);
    expect(await list({ createTimeRange: { start: between } })).toEqual([two]);
    expect(await list({ createTimeRange: { end: between } })).toEqual([one]);
    await expect(list({ deploymentGroupName: 'web' })).rejects.toMatchObject({
      name: 'ApplicationNameRequiredException',
    });
    await expect(list({ ...web, deploymentGroupName: 'no' })).rejects.toMatchObject({
      name: 'DeploymentGroupDoesNotExistException',
    });
    const { deploymentsInfo } = await client.send(
      new BatchGetDeploymentsCommand({ deploymentIds: [one, 'd-NOTHING00', two] }),
    );
    expect(deploymentsInfo).toMatchObject([
      { deploymentId: one, deploymentOverview: { Succeeded: 1, Failed: 0 } },
      { deploymentId: two, description: 'The second.', previousRevision: { revisionType: 'AppSpecContent' } },
    ]);
  });

  test('have one target, the service', async () => {
    const deploymentId = await stage.deploy();
    await stage.ended(deploymentId);
    const { targetIds = [] } = await client.send(new ListDeploymentTargetsCommand({ deploymentId }));
    expect(targetIds).toEqual(['c:web']);
    const { deploymentTargets } = await client.send(new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds }));
    expect(deploymentTargets).toMatchObject([{ deploymentTargetType: 'ECSTarget', ecsTarget: { deploymentId } }]);
    await expect(
      client.send(new GetDeploymentTargetCommand({ deploymentId, targetId: 'c:other' })),
    ).rejects.toMatchObject({ name: 'DeploymentTargetDoesNotExistException' });
  });

  test('take one answer to a hook, and none to another', async () => {
    const calls: HookCall[] = [];
    const refusals: unknown[] = [];
    stage.ecs.onInvoke = async (_, call) => {
      calls.push(call);
      await stage.answerHook(call, 'Skipped').catch((error: unknown) => refusals.push(error));
      await stage.answerHook(call, 'Succeeded');
    };
    const id = await stage.deploy({}, { BeforeInstall: 'check' });
    expect(await stage.ended(id)).toMatchObject({ status: 'Succeeded' });
    expect(refusals).toMatchObject([{ name: 'InvalidLifecycleEventHookExecutionStatusException' }]);
    await expect(stage.answerHook(calls[0] ?? {}, 'Failed')).rejects.toMatchObject({
      name: 'LifecycleEventAlreadyCompletedException',
    });
    await expect(
      stage.answerHook({ DeploymentId: id, LifecycleEventHookExecutionId: 'other' }, 'Failed'),
    ).rejects.toMatchObject({ name: 'InvalidLifecycleEventHookExecutionIdException' });
  });

  test('to servers are not there, and that is said', async () => {
    await client.send(new CreateApplicationCommand({ applicationName: 'servers', computePlatform: 'Server' }));
    const { applicationName: _, ecsServices: __, loadBalancerInfo: ___, ...rest } = group;
    await client.send(new CreateDeploymentGroupCommand({ ...rest, applicationName: 'servers' }));
    await expect(stage.deploy({ applicationName: 'servers' })).rejects.toMatchObject({
      name: 'InvalidOperationException',
      message: 'The sandbox deploys to ECS, Lambda only, and not to Server.',
    });
  });
});
