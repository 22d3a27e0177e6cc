import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteAlarmsCommand, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  GetApplicationCommand,
  GetDeploymentCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  ListDeploymentsCommand,
  ListTagsForResourceCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDeploymentGroupCommand,
  type CreateDeploymentGroupInput,
  type DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import { CreateServiceCommand } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceRequest, ServiceResponse } from '../../../service-request.ts';
import type { LoadBalancer } from '../../../../../demo/service.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { network, startEcsWorld, until, type EcsWorld } from '../../ecs/test/world.ts';
import { loadBalancingService } from '../../elastic-load-balancing/index.ts';
import type { SandboxService } from '../../service.ts';
import { codedeployService } from '../index.ts';

const APPLICATION = 'web';
const GROUP = 'web';

/** What hooks are called with, in place of lambdas. */
const hookCalls: { DeploymentId?: string; LifecycleEventHookExecutionId?: string }[] = [];

async function callHook(asked: ServiceRequest): Promise<ServiceResponse> {
  hookCalls.push(JSON.parse((await asked.body()).toString('utf8')));
  return { status: 202 };
}

function services(context: ServiceContext): SandboxService {
  const all = [loadBalancingService(context), codedeployService(context)];
  return {
    handlers: [...all.flatMap(({ handlers }) => handlers), { service: 'lambda', handle: callHook }],
    controls: all.flatMap(({ controls = [] }) => controls),
    start: async () => {
      for (const service of all) await service.start?.();
    },
    close: async () => {
      for (const service of all.toReversed()) await service.close?.();
    },
  };
}

describe('CodeDeploy of the sandbox, with tasks and a load balancer', () => {
  let world: EcsWorld;
  let codedeploy: CodeDeployClient;
  let production = '';
  let testing = '';
  let first = '';
  const groups: Record<string, string> = {};

  beforeAll(async () => {
    // A minute is 200 ms: steps of a shift can be told apart.
    world = await startEcsWorld({ speed: 300, startMs: 1_000, more: services });
    codedeploy = new CodeDeployClient(clientOptions(world.context));
    const { LoadBalancers } = await world.balancing.send(
      new CreateLoadBalancerCommand({ Name: 'web', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    for (const Name of ['blue', 'green']) {
      const { TargetGroups } = await world.balancing.send(
        new CreateTargetGroupCommand({
          Name,
          Protocol: 'HTTP',
          Port: 8080,
          TargetType: 'ip',
          VpcId: 'vpc-1',
          HealthCheckPath: '/health',
          UnhealthyThresholdCount: 2,
        }),
      );
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
      groups[Name] = TargetGroupArn;
      const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
      await world.balancing.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    }
    const listen = async (Port: number): Promise<string> => {
      const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: groups['blue'] }];
      const { Listeners } = await world.balancing.send(
        new CreateListenerCommand({ LoadBalancerArn, Port, Protocol: 'HTTP', DefaultActions }),
      );
      return Listeners?.[0]?.ListenerArn ?? '';
    };
    production = await listen(80);
    testing = await listen(8080);
    first = await define('one');
    await world.ecs.send(
      new CreateServiceCommand({
        cluster: 'c',
        serviceName: 'web',
        taskDefinition: first,
        desiredCount: 1,
        deploymentController: { type: 'CODE_DEPLOY' },
        launchType: 'FARGATE',
        networkConfiguration: network,
        healthCheckGracePeriodSeconds: 60,
        loadBalancers: [{ targetGroupArn: groups['blue'], containerName: 'web', containerPort: 8080 }],
      }),
    );
    await until(
      () => world.service('web'),
      ({ taskSets = [] }) => taskSets[0]?.stabilityStatus === 'STEADY_STATE',
    );
    await codedeploy.send(new CreateApplicationCommand({ applicationName: APPLICATION, computePlatform: 'ECS' }));
    await codedeploy.send(new CreateDeploymentGroupCommand(group()));
  }, 60_000);

  afterAll(async () => {
    codedeploy.destroy();
    await world.end();
  }, 30_000);

  afterEach(async () => {
    const { deployments = [] } = await codedeploy.send(
      new ListDeploymentsCommand({ includeOnlyStatuses: ['Created', 'InProgress', 'Ready'] }),
    );
    if (deployments.length > 0) throw new Error(`Deployments go on: ${deployments.join(', ')}.`);
  });

  function group(more: Partial<CreateDeploymentGroupInput> = {}): CreateDeploymentGroupInput {
    return {
      applicationName: APPLICATION,
      deploymentGroupName: GROUP,
      serviceRoleArn: 'arn:aws:iam::000000000000:role/deploy',
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 2 },
      },
      ecsServices: [{ clusterName: 'c', serviceName: 'web' }],
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            targetGroups: [{ name: 'blue' }, { name: 'green' }],
            prodTrafficRoute: { listenerArns: [production] },
            testTrafficRoute: { listenerArns: [testing] },
          },
        ],
      },
      autoRollbackConfiguration: {
        enabled: true,
        events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
      ...more,
    };
  }

  const define = (name: string, more: Readonly<Record<string, string>> = {}): Promise<string> =>
    world.define('web', {
      environment: Object.entries({ VERSION: name, ...more }).map(([key, value]) => ({ name: key, value })),
    });

  async function deploy(
    taskDefinition: string,
    config = 'ECSAllAtOnce',
    hooks: readonly Readonly<Record<string, string>>[] = [],
  ): Promise<string> {
    const content = JSON.stringify({
      version: 0.0,
      Resources: [
        {
          TargetService: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: taskDefinition,
              LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 },
            },
          },
        },
      ],
      ...(hooks.length === 0 ? {} : { Hooks: hooks }),
    });
    const { deploymentId = '' } = await codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: APPLICATION,
        deploymentGroupName: GROUP,
        deploymentConfigName: `CodeDeployDefault.${config}`,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      }),
    );
    return deploymentId;
  }

  const look = async (deploymentId: string): Promise<DeploymentInfo> => {
    const { deploymentInfo } = await codedeploy.send(new GetDeploymentCommand({ deploymentId }));
    if (deploymentInfo === undefined) throw new Error(`There is no ${deploymentId}.`);
    return deploymentInfo;
  };
  const ended = (id: string): Promise<DeploymentInfo> =>
    until(
      () => look(id),
      ({ status }) => status === 'Succeeded' || status === 'Failed' || status === 'Stopped',
      60_000,
    );

  /** What is taken out ends when its requests have had their time. */
  async function oneTaskSet(): Promise<void> {
    await until(
      () => world.service('web'),
      ({ taskSets = [] }) => taskSets.length === 1 && taskSets[0]?.status === 'PRIMARY',
    );
  }

  async function weights(listener = production): Promise<Record<string, number>> {
    const { Listeners } = await world.balancing.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
    const forward = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    const name = (arn: string | undefined): string => Object.keys(groups).find((one) => groups[one] === arn) ?? '';
    return Object.fromEntries(forward.map(({ TargetGroupArn, Weight = 0 }) => [name(TargetGroupArn), Weight]));
  }

  async function version(port = 80): Promise<{ status: number; version: string }> {
    const response = await fetch(`${world.context.endpointUrl}/_sandbox/load-balancers`);
    const balancers: readonly LoadBalancer[] = JSON.parse(await response.text());
    const address = balancers[0]?.listeners.find((listener) => listener.port === port)?.address;
    return new Promise((resolve, reject) => {
      const outgoing = request(`http://${address}/`, { agent: false });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
        incoming.on('end', () => {
          const answer: { env?: { VERSION?: string } } = incoming.statusCode === 200 ? JSON.parse(text) : {};
          resolve({ status: incoming.statusCode ?? 0, version: answer.env?.VERSION ?? '' });
        });
      });
      outgoing.end();
    });
  }

  test('what Terraform makes is told as it was made', async () => {
    const { application } = await codedeploy.send(new GetApplicationCommand({ applicationName: APPLICATION }));
    expect(application).toMatchObject({ applicationName: APPLICATION, computePlatform: 'ECS', linkedToGitHub: false });
    const asked = { applicationName: APPLICATION, deploymentGroupName: GROUP };
    const { deploymentGroupInfo } = await codedeploy.send(new GetDeploymentGroupCommand(asked));
    const { deploymentGroupName, ...given } = group();
    expect(deploymentGroupInfo).toMatchObject({ ...given, deploymentGroupName, computePlatform: 'ECS' });
    const arn = `arn:aws:codedeploy:eu-west-1:000000000000:deploymentgroup:${APPLICATION}/${GROUP}`;
    await codedeploy.send(
      new TagResourceCommand({
        ResourceArn: arn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await codedeploy.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] }));
    const { Tags } = await codedeploy.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  test('what is not there, or not right, is refused by name', async () => {
    const nothing = { applicationName: 'nothing', deploymentGroupName: 'nothing' };
    await expect(codedeploy.send(new GetDeploymentGroupCommand(nothing))).rejects.toMatchObject({
      name: 'ApplicationDoesNotExistException',
    });
    await expect(
      codedeploy.send(new GetDeploymentGroupCommand({ ...nothing, applicationName: APPLICATION })),
    ).rejects.toMatchObject({ name: 'DeploymentGroupDoesNotExistException' });
    await expect(codedeploy.send(new CreateDeploymentGroupCommand(group()))).rejects.toMatchObject({
      name: 'DeploymentGroupAlreadyExistsException',
    });
    await expect(
      codedeploy.send(new GetDeploymentConfigCommand({ deploymentConfigName: 'Mine' })),
    ).rejects.toMatchObject({ name: 'DeploymentConfigDoesNotExistException' });
    await expect(codedeploy.send(new GetDeploymentCommand({ deploymentId: 'd-1' }))).rejects.toMatchObject({
      name: 'DeploymentDoesNotExistException',
    });
    const revision = { revisionType: 'AppSpecContent' as const, appSpecContent: { content: 'version: 1' } };
    await expect(
      codedeploy.send(
        new CreateDeploymentCommand({ applicationName: APPLICATION, deploymentGroupName: GROUP, revision }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidRevisionException' });
  });

  test('a good version takes over step by step, and one deployment goes on at a time', async () => {
    const two = await define('two');
    const id = await deploy(two, 'ECSLinear10PercentEvery1Minutes');
    const seen: number[] = [];
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) {
        const green = (await weights())['green'] ?? 0;
        if (green !== seen.at(-1)) seen.push(green);
        await sleep(20);
      }
    })();
    await expect(deploy(two)).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: expect.stringContaining(id),
    });
    const info = await ended(id);
    done.abort();
    await watching;
    expect(info).toMatchObject({ status: 'Succeeded', creator: 'user' });
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(await version()).toEqual({ status: 200, version: 'two' });
    const service = await world.service('web');
    expect(service.taskDefinition).toBe(two);
    expect(service.taskSets?.find(({ status }) => status === 'PRIMARY')?.taskDefinition).toBe(two);
    await oneTaskSet();
    const { deploymentTargets } = await codedeploy.send(
      new BatchGetDeploymentTargetsCommand({ deploymentId: id, targetIds: ['c:web'] }),
    );
    const target = deploymentTargets?.[0]?.ecsTarget;
    expect(target?.lifecycleEvents?.map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`)).toEqual(
      ['Install Succeeded', 'AllowTestTraffic Succeeded', 'AllowTraffic Succeeded'],
    );
    expect(target?.taskSetsInfo?.map(({ taskSetLabel, trafficWeight }) => [taskSetLabel, trafficWeight])).toEqual([
      ['Blue', 0],
      ['Green', 100],
    ]);
  }, 60_000);

  test('a version that is not healthy never gets a request, and is brought back by a deployment of its own', async () => {
    const before = await version();
    const id = await deploy(await define('ill', { ILL: '1' }));
    const seen = new Set<string>();
    const watching = ended(id);
    const over = new AbortController();
    void watching.then(() => over.abort());
    while (!over.signal.aborted) {
      seen.add(JSON.stringify(await version()));
      await sleep(20);
    }
    const info = await watching;
    expect(info).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HEALTH_CONSTRAINTS', message: expect.stringContaining('does not become healthy') },
    });
    expect(seen).toEqual(new Set([JSON.stringify(before)]));
    const rollback = await look(info.rollbackInfo?.rollbackDeploymentId ?? '');
    expect(rollback).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
    await oneTaskSet();
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
    await world.cloudWatch.send(new PutMetricAlarmCommand(alarm));
    const watched = { alarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }] } };
    const change = { applicationName: APPLICATION, currentDeploymentGroupName: GROUP };
    await codedeploy.send(new UpdateDeploymentGroupCommand({ ...change, ...watched }));
    const before = await version();
    const id = await deploy(await define('loud'), 'ECSCanary10Percent15Minutes');
    await until(
      () => weights(),
      (seen) => Object.values(seen).includes(10),
    );
    await world.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test' }),
    );
    expect(await ended(id)).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining('<errors>') },
    });
    expect(Object.values(await weights())).toEqual([100]);
    expect(await version()).toEqual(before);
    await world.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    await codedeploy.send(
      new UpdateDeploymentGroupCommand({ ...change, alarmConfiguration: { enabled: false, alarms: [] } }),
    );
  }, 60_000);

  test('one that is stopped is brought back too', async () => {
    const before = await version();
    const id = await deploy(await define('unwanted'), 'ECSCanary10Percent15Minutes');
    await until(
      () => weights(),
      (seen) => Object.values(seen).includes(10),
    );
    await codedeploy.send(new StopDeploymentCommand({ deploymentId: id }));
    expect(await ended(id)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(await version()).toEqual(before);
    await expect(codedeploy.send(new StopDeploymentCommand({ deploymentId: id }))).rejects.toMatchObject({
      name: 'DeploymentAlreadyCompletedException',
    });
  }, 60_000);

  test('a hook decides, while the test listener leads to the new version already', async () => {
    const before = await version();
    for (const status of ['Failed', 'Succeeded'] as const) {
      hookCalls.length = 0;
      const id = await deploy(await define(`hooked-${status}`), 'ECSAllAtOnce', [{ AfterAllowTestTraffic: 'check' }]);
      const [call] = await until(
        async () => hookCalls,
        (calls) => calls.length > 0,
      );
      expect(call?.DeploymentId).toBe(id);
      expect(await version(8080)).toEqual({ status: 200, version: `hooked-${status}` });
      expect(await version()).toEqual(before);
      await codedeploy.send(
        new PutLifecycleEventHookExecutionStatusCommand({
          deploymentId: id,
          lifecycleEventHookExecutionId: call?.LifecycleEventHookExecutionId,
          status,
        }),
      );
      const info = await ended(id);
      expect(info.status).toBe(status);
      expect(info.errorInformation?.code).toBe(status === 'Failed' ? 'HOOK_EXECUTION_FAILURE' : undefined);
    }
    expect(await version()).toEqual({ status: 200, version: 'hooked-Succeeded' });
    const id = await deploy(await define('again'));
    const unknown = { deploymentId: id, lifecycleEventHookExecutionId: 'x', status: 'Succeeded' as const };
    await expect(codedeploy.send(new PutLifecycleEventHookExecutionStatusCommand(unknown))).rejects.toMatchObject({
      name: 'InvalidLifecycleEventHookExecutionIdException',
    });
    await ended(id);
  }, 60_000);

  test('what was going on when the sandbox stopped is brought back at the next start', async () => {
    const before = await version();
    const id = await deploy(await define('cut-off'), 'ECSCanary10Percent15Minutes');
    await until(
      () => weights(),
      (seen) => Object.values(seen).includes(10),
    );
    await world.restart();
    expect(await ended(id)).toMatchObject({
      status: 'Failed',
      errorInformation: { message: expect.stringContaining('stopped in the middle') },
    });
    await until(version, (now) => now.status === 200);
    expect(await version()).toEqual(before);
    await oneTaskSet();
  }, 60_000);
});
