import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  DescribeTaskSetsCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServicePrimaryTaskSetCommand,
  type Service,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientOptions, type ServiceContext } from '../context.ts';
import type { AppSpec } from './appspec.ts';

/** The service that is deployed to. */
export interface Place {
  readonly cluster: string;
  readonly service: string;
}

/** What CodeDeploy asks of other services. */
export interface Neighbours {
  service(place: Place): Promise<Service | undefined>;
  createTaskSet(place: Place, spec: AppSpec, targetGroupArn: string, label: string): Promise<string>;
  /** `undefined` when it is gone. */
  taskSet(place: Place, id: string): Promise<TaskSet | undefined>;
  /** Why tasks of a task set have ended, latest last. */
  stoppedReasons(place: Place, taskSet: TaskSet): Promise<readonly string[]>;
  setPrimary(place: Place, id: string): Promise<void>;
  deleteTaskSet(place: Place, id: string): Promise<void>;
  targetGroupArn(name: string): Promise<string>;
  /** Weights by target group. */
  forward(listenerArn: string, weights: Readonly<Record<string, number>>): Promise<void>;
  /** Names of those, of the given, that are in the state ALARM. */
  firing(alarms: readonly string[]): Promise<readonly string[]>;
  invoke(lambda: string, payload: object): Promise<void>;
}

/** By the SDK, as anybody would. */
export class AwsNeighbours implements Neighbours {
  readonly #ecs: ECSClient;
  readonly #balancing: ElasticLoadBalancingV2Client;
  readonly #cloudWatch: CloudWatchClient;
  readonly #lambda: LambdaClient;

  constructor(context: ServiceContext) {
    const options = clientOptions(context);
    this.#ecs = new ECSClient(options);
    this.#balancing = new ElasticLoadBalancingV2Client(options);
    this.#cloudWatch = new CloudWatchClient(options);
    this.#lambda = new LambdaClient(options);
  }

  close(): void {
    for (const client of [this.#ecs, this.#balancing, this.#cloudWatch, this.#lambda]) client.destroy();
  }

  async service({ cluster, service }: Place): Promise<Service | undefined> {
    const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services.find(({ status }) => status === 'ACTIVE');
  }

  async createTaskSet(place: Place, spec: AppSpec, targetGroupArn: string, externalId: string): Promise<string> {
    const { containerName, containerPort, taskDefinition, platformVersion } = spec;
    const service = await this.service(place);
    // What the AppSpec does not say stays as the service has it.
    const capacity = spec.capacityProviderStrategy ?? service?.capacityProviderStrategy ?? [];
    const networkConfiguration = spec.networkConfiguration ?? service?.networkConfiguration;
    const { taskSet } = await this.#ecs.send(
      new CreateTaskSetCommand({
        ...place,
        externalId,
        taskDefinition,
        platformVersion,
        networkConfiguration,
        loadBalancers: [{ containerName, containerPort, targetGroupArn }],
        scale: { unit: 'PERCENT', value: 100 },
        ...(capacity.length > 0 ? { capacityProviderStrategy: capacity } : { launchType: service?.launchType }),
      }),
    );
    if (taskSet?.id === undefined) throw new Error('ECS made a task set without an id.');
    return taskSet.id;
  }

  async taskSet(place: Place, id: string): Promise<TaskSet | undefined> {
    const { taskSets = [] } = await this.#ecs.send(new DescribeTaskSetsCommand({ ...place, taskSets: [id] }));
    return taskSets[0];
  }

  async stoppedReasons({ cluster, service }: Place, set: TaskSet): Promise<readonly string[]> {
    const { taskArns = [] } = await this.#ecs.send(
      new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED' }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.#ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 100) }));
    return tasks
      .filter(({ taskDefinitionArn, createdAt }) => {
        const since = set.createdAt?.getTime() ?? 0;
        return taskDefinitionArn === set.taskDefinition && (createdAt?.getTime() ?? 0) >= since;
      })
      .map(({ stoppedReason }) => stoppedReason ?? 'it does not say why');
  }

  async setPrimary(place: Place, primaryTaskSet: string): Promise<void> {
    await this.#ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...place, primaryTaskSet }));
  }

  async deleteTaskSet(place: Place, taskSet: string): Promise<void> {
    await this.#ecs.send(new DeleteTaskSetCommand({ ...place, taskSet, force: true }));
  }

  async targetGroupArn(name: string): Promise<string> {
    const { TargetGroups = [] } = await this.#balancing.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    const arn = TargetGroups[0]?.TargetGroupArn;
    if (arn === undefined) throw new Error(`There is no target group ${name}.`);
    return arn;
  }

  async forward(ListenerArn: string, weights: Readonly<Record<string, number>>): Promise<void> {
    const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    await this.#balancing.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
  }

  async firing(alarms: readonly string[]): Promise<readonly string[]> {
    if (alarms.length === 0) return [];
    const { MetricAlarms = [] } = await this.#cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [...alarms] }));
    return MetricAlarms.flatMap(({ AlarmName, StateValue }) => (StateValue === 'ALARM' ? (AlarmName ?? []) : []));
  }

  async invoke(FunctionName: string, payload: object): Promise<void> {
    await this.#lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );
  }
}
