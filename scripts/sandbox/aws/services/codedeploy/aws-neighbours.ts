import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { S3Location } from '@aws-sdk/client-codedeploy';
import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  DescribeTaskSetsCommand,
  ECSClient,
  paginateListTasks,
  UpdateServicePrimaryTaskSetCommand,
  type Service,
  type Task,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
  UpdateAliasCommand,
  type AliasConfiguration,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientOptions, type ServiceContext } from '../context.ts';
import type { AppSpec } from './ecs/appspec.ts';
import { reweigh, type Weights } from './ecs/listeners.ts';
import type { AliasOf, EcsNeighbours, LambdaNeighbours, Place } from './neighbours.ts';

/** DescribeTasks takes so many at once. */
const TASKS = 100;

/** By the SDK, as anybody would. */
export class AwsNeighbours implements EcsNeighbours, LambdaNeighbours {
  readonly #ecs: ECSClient;
  readonly #balancing: ElasticLoadBalancingV2Client;
  readonly #cloudWatch: CloudWatchClient;
  readonly #lambda: LambdaClient;
  readonly #s3: S3Client;

  constructor(context: ServiceContext) {
    const options = clientOptions(context);
    this.#ecs = new ECSClient(options);
    this.#balancing = new ElasticLoadBalancingV2Client(options);
    this.#cloudWatch = new CloudWatchClient(options);
    this.#lambda = new LambdaClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
  }

  close(): void {
    for (const client of [this.#ecs, this.#balancing, this.#cloudWatch, this.#lambda, this.#s3]) client.destroy();
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

  async stoppedReasons({ cluster, service }: Place, taskSet: string): Promise<readonly string[]> {
    const found: Task[] = [];
    const query = { cluster, serviceName: service, desiredStatus: 'STOPPED' as const, maxResults: TASKS };
    for await (const { taskArns = [] } of paginateListTasks({ client: this.#ecs }, query)) {
      if (taskArns.length === 0) continue;
      const { tasks = [] } = await this.#ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      found.push(...tasks.filter(({ startedBy }) => startedBy === taskSet));
    }
    const time = ({ stoppingAt, createdAt }: Task): number => (stoppingAt ?? createdAt)?.getTime() ?? 0;
    return found
      .toSorted((one, other) => time(one) - time(other))
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

  async forward(ListenerArn: string, pair: readonly string[], weights: Weights): Promise<number> {
    let changed = 0;
    const { Listeners = [] } = await this.#balancing.send(
      new DescribeListenersCommand({ ListenerArns: [ListenerArn] }),
    );
    const DefaultActions = reweigh(Listeners[0]?.DefaultActions ?? [], pair, weights);
    if (DefaultActions !== undefined) {
      await this.#balancing.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: [...DefaultActions] }));
      changed += 1;
    }
    let Marker: string | undefined;
    do {
      const page = await this.#balancing.send(new DescribeRulesCommand({ ListenerArn, Marker }));
      for (const { RuleArn, IsDefault = false, Actions: before = [] } of page.Rules ?? []) {
        const Actions = IsDefault ? undefined : reweigh(before, pair, weights);
        if (Actions === undefined) continue;
        await this.#balancing.send(new ModifyRuleCommand({ RuleArn, Actions: [...Actions] }));
        changed += 1;
      }
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    return changed;
  }

  async firing(alarms: readonly string[]): Promise<readonly string[]> {
    if (alarms.length === 0) return [];
    const { MetricAlarms = [], CompositeAlarms = [] } = await this.#cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [...alarms], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    return [...MetricAlarms, ...CompositeAlarms].flatMap(({ AlarmName, StateValue }) =>
      StateValue === 'ALARM' ? (AlarmName ?? []) : [],
    );
  }

  async invoke(FunctionName: string, payload: object): Promise<void> {
    await this.#lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );
  }

  async readObject({ bucket, key, version }: S3Location): Promise<string> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
    if (Body === undefined) throw new Error('it is empty');
    return Body.transformToString();
  }

  async alias({ functionName, alias }: AliasOf): Promise<AliasConfiguration | undefined> {
    return ifFound(this.#lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: alias })));
  }

  async hasVersion(FunctionName: string, Qualifier: string): Promise<boolean> {
    const asked = new GetFunctionConfigurationCommand({ FunctionName, Qualifier });
    return (await ifFound(this.#lambda.send(asked))) !== undefined;
  }

  async pointAlias(
    { functionName, alias }: AliasOf,
    FunctionVersion: string,
    share?: { readonly version: string; readonly percent: number },
  ): Promise<void> {
    const AdditionalVersionWeights = share === undefined ? {} : { [share.version]: share.percent / 100 };
    await this.#lambda.send(
      new UpdateAliasCommand({
        FunctionName: functionName,
        Name: alias,
        FunctionVersion,
        RoutingConfig: { AdditionalVersionWeights },
      }),
    );
  }
}

async function ifFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
