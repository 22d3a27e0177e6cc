import { request } from 'node:http';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentCommand,
  type CreateDeploymentGroupInput,
  type CreateDeploymentInput,
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
import type { LoadBalancer } from '../../../../../demo/service.ts';
import type { ServiceRequest, ServiceResponse } from '../../../service-request.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { network, startEcsWorld, until, type EcsWorld } from '../../ecs/test/world.ts';
import { loadBalancingService } from '../../elastic-load-balancing/index.ts';
import type { SandboxService } from '../../service.ts';
import { codedeployService } from '../index.ts';
import { appSpec } from './app-spec.ts';
import type { HookCall } from './fake-ecs.ts';

export const APPLICATION = 'web';
export const GROUP = 'web';

/** A service with tasks that really run behind a load balancer that really balances, and a deployment group for it. */
export class DeployWorld {
  /** What hooks are called with, in place of lambdas. */
  readonly hookCalls: HookCall[];
  readonly aws: EcsWorld;
  readonly codedeploy: CodeDeployClient;
  readonly #groups: Record<string, string> = {};
  #balancer = '';
  production = '';
  testing = '';

  private constructor(aws: EcsWorld, hookCalls: HookCall[]) {
    this.aws = aws;
    this.hookCalls = hookCalls;
    this.codedeploy = new CodeDeployClient(clientOptions(aws.context));
  }

  static async start(): Promise<DeployWorld> {
    const hookCalls: HookCall[] = [];
    // A minute is 200 ms: steps of a shift can be told apart.
    const aws = await startEcsWorld({ speed: 300, startMs: 1_000, more: (context) => services(context, hookCalls) });
    const world = new DeployWorld(aws, hookCalls);
    await world.#makeBalancer();
    await world.#makeService();
    const { codedeploy } = world;
    await codedeploy.send(new CreateApplicationCommand({ applicationName: APPLICATION, computePlatform: 'ECS' }));
    await codedeploy.send(new CreateDeploymentGroupCommand(world.group()));
    return world;
  }

  async end(): Promise<void> {
    this.codedeploy.destroy();
    await this.aws.end();
  }

  async #makeBalancer(): Promise<void> {
    const { balancing } = this.aws;
    const { LoadBalancers } = await balancing.send(
      new CreateLoadBalancerCommand({ Name: 'web', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    this.#balancer = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    for (const Name of ['blue', 'green']) {
      const { TargetGroups } = await balancing.send(
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
      this.#groups[Name] = TargetGroupArn;
      const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
      await balancing.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    }
    this.production = await this.#listen(80);
    this.testing = await this.#listen(8080);
  }

  async #listen(Port: number): Promise<string> {
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: this.#groups['blue'] }];
    const { Listeners } = await this.aws.balancing.send(
      new CreateListenerCommand({ LoadBalancerArn: this.#balancer, Port, Protocol: 'HTTP', DefaultActions }),
    );
    return Listeners?.[0]?.ListenerArn ?? '';
  }

  async #makeService(): Promise<void> {
    const taskDefinition = await this.define('one');
    await this.aws.ecs.send(
      new CreateServiceCommand({
        cluster: 'c',
        serviceName: 'web',
        taskDefinition,
        desiredCount: 1,
        deploymentController: { type: 'CODE_DEPLOY' },
        launchType: 'FARGATE',
        networkConfiguration: network,
        healthCheckGracePeriodSeconds: 60,
        loadBalancers: [{ targetGroupArn: this.#groups['blue'], containerName: 'web', containerPort: 8080 }],
      }),
    );
    await until(
      () => this.aws.service('web'),
      ({ taskSets = [] }) => taskSets[0]?.stabilityStatus === 'STEADY_STATE',
    );
  }

  group(): CreateDeploymentGroupInput {
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
            prodTrafficRoute: { listenerArns: [this.production] },
            testTrafficRoute: { listenerArns: [this.testing] },
          },
        ],
      },
      autoRollbackConfiguration: {
        enabled: true,
        events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    };
  }

  define(name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const environment = Object.entries({ VERSION: name, ...more }).map(([key, value]) => ({ name: key, value }));
    return this.aws.define('web', { environment });
  }

  async deploy(
    taskDefinition: string,
    config = 'ECSAllAtOnce',
    more: { readonly hooks?: Readonly<Record<string, string>>; readonly input?: Partial<CreateDeploymentInput> } = {},
  ): Promise<string> {
    const { deploymentId = '' } = await this.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: APPLICATION,
        deploymentGroupName: GROUP,
        deploymentConfigName: `CodeDeployDefault.${config}`,
        revision: {
          revisionType: 'AppSpecContent',
          appSpecContent: { content: appSpec(taskDefinition, more.hooks ?? {}) },
        },
        ...more.input,
      }),
    );
    return deploymentId;
  }

  async look(deploymentId: string): Promise<DeploymentInfo> {
    const { deploymentInfo } = await this.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
    if (deploymentInfo === undefined) throw new Error(`There is no ${deploymentId}.`);
    return deploymentInfo;
  }

  ended(id: string): Promise<DeploymentInfo> {
    return until(
      () => this.look(id),
      ({ status }) => status === 'Succeeded' || status === 'Failed' || status === 'Stopped',
      60_000,
    );
  }

  /** The deployment that rolls this one back, once it has ended too. */
  rolledBack({ rollbackInfo }: DeploymentInfo): Promise<DeploymentInfo> {
    return this.ended(rollbackInfo?.rollbackDeploymentId ?? '');
  }

  /** What is taken out ends when its requests have had their time. */
  async oneTaskSet(): Promise<void> {
    await until(
      () => this.aws.service('web'),
      ({ taskSets = [] }) => taskSets.length === 1 && taskSets[0]?.status === 'PRIMARY',
    );
  }

  /** Of blue and of green. */
  groupArns(): readonly string[] {
    return Object.values(this.#groups);
  }

  /** Per cent by target group, of the production listener. */
  async weights(): Promise<Record<string, number>> {
    const { Listeners } = await this.aws.balancing.send(
      new DescribeListenersCommand({ ListenerArns: [this.production] }),
    );
    const forward = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    const name = (arn: string | undefined): string =>
      Object.keys(this.#groups).find((one) => this.#groups[one] === arn) ?? '';
    return Object.fromEntries(forward.map(({ TargetGroupArn, Weight = 0 }) => [name(TargetGroupArn), Weight]));
  }

  async untilShare(percent: number): Promise<void> {
    await until(
      () => this.weights(),
      (seen) => Object.values(seen).includes(percent),
    );
  }

  /** Who answers at a listener. */
  async version(port = 80): Promise<{ status: number; version: string }> {
    const response = await fetch(`${this.aws.context.endpointUrl}/_sandbox/load-balancers`);
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
}

function services(context: ServiceContext, hookCalls: HookCall[]): SandboxService {
  const callHook = async (asked: ServiceRequest): Promise<ServiceResponse> => {
    hookCalls.push(JSON.parse((await asked.body()).toString('utf8')));
    return { status: 202 };
  };
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
