import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type Cluster,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetGroup,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions, type ServiceContext } from '../context.ts';

/** The most that GetParameters takes. */
const MAX_PARAMETERS = 10;

/** What ECS asks of other services, and of the emulator's part of ECS itself. */
export class Neighbours {
  readonly #ecs: ECSClient;
  readonly #balancing: ElasticLoadBalancingV2Client;
  readonly #logs: CloudWatchLogsClient;
  readonly #ssm: SSMClient;
  /** They never change. */
  readonly #definitions = new Map<string, TaskDefinition>();

  constructor(context: ServiceContext) {
    const options = clientOptions(context);
    this.#ecs = new ECSClient(options);
    this.#balancing = new ElasticLoadBalancingV2Client(options);
    this.#logs = new CloudWatchLogsClient(options);
    this.#ssm = new SSMClient(options);
  }

  close(): void {
    for (const client of [this.#ecs, this.#balancing, this.#logs, this.#ssm]) client.destroy();
  }

  async cluster(arn: string): Promise<Cluster | undefined> {
    const { clusters = [] } = await this.#ecs.send(new DescribeClustersCommand({ clusters: [arn] }));
    return clusters.find((cluster) => cluster.status === 'ACTIVE');
  }

  /** By family, family:revision or ARN; as it is now. `undefined` when there is none. */
  async findTaskDefinition(reference: string): Promise<TaskDefinition | undefined> {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: reference });
      return (await this.#ecs.send(command)).taskDefinition;
    } catch (error) {
      if (nameOf(error) === 'ClientException') return undefined;
      throw error;
    }
  }

  async taskDefinition(arn: string): Promise<TaskDefinition> {
    const known = this.#definitions.get(arn);
    if (known !== undefined) return known;
    const definition = await this.findTaskDefinition(arn);
    if (definition === undefined) throw new Error(`There is no task definition ${arn}.`);
    this.#definitions.set(arn, definition);
    return definition;
  }

  async targetGroup(arn: string): Promise<TargetGroup | undefined> {
    try {
      const answer = await this.#balancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }));
      return answer.TargetGroups?.[0];
    } catch (error) {
      if (isTargetGroupNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Whether a listener or one of its rules sends anything to it, or could. */
  async hasLoadBalancer(group: TargetGroup): Promise<boolean> {
    if ((group.LoadBalancerArns ?? []).length > 0) return true;
    const arn = group.TargetGroupArn ?? '';
    const { LoadBalancers = [] } = await this.#balancing.send(new DescribeLoadBalancersCommand({}));
    for (const { LoadBalancerArn } of LoadBalancers) {
      const { Listeners = [] } = await this.#balancing.send(new DescribeListenersCommand({ LoadBalancerArn }));
      if (JSON.stringify(Listeners.map((listener) => listener.DefaultActions)).includes(`"${arn}"`)) return true;
      for (const { ListenerArn } of Listeners) {
        const { Rules = [] } = await this.#balancing.send(new DescribeRulesCommand({ ListenerArn }));
        if (JSON.stringify(Rules.map((rule) => rule.Actions)).includes(`"${arn}"`)) return true;
      }
    }
    return false;
  }

  async register(groupArn: string, address: string, port: number): Promise<void> {
    const Targets = [{ Id: address, Port: port }];
    await this.#balancing.send(new RegisterTargetsCommand({ TargetGroupArn: groupArn, Targets }));
  }

  /** One that is not registered, or in a group that is gone, is out of it just as well. */
  async deregister(groupArn: string, address: string, port: number): Promise<void> {
    const Targets = [{ Id: address, Port: port }];
    try {
      await this.#balancing.send(new DeregisterTargetsCommand({ TargetGroupArn: groupArn, Targets }));
    } catch (error) {
      if (!isTargetGroupNotFound(error) && nameOf(error) !== 'InvalidTargetException') throw error;
    }
  }

  /** Of all its targets; none when it is gone. */
  async targetHealth(groupArn: string): Promise<TargetHealthDescription[]> {
    try {
      const answer = await this.#balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: groupArn }));
      return answer.TargetHealthDescriptions ?? [];
    } catch (error) {
      if (isTargetGroupNotFound(error)) return [];
      throw error;
    }
  }

  /** In milliseconds of AWS. */
  async deregistrationDelay(groupArn: string): Promise<number> {
    try {
      const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: groupArn });
      const { Attributes = [] } = await this.#balancing.send(command);
      const value = Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
      return Number(value ?? 300) * 1_000;
    } catch (error) {
      if (isTargetGroupNotFound(error)) return 0;
      throw error;
    }
  }

  async createLogStream(group: string, stream: string, createGroup: boolean): Promise<void> {
    const ignoreExisting = (error: unknown): void => {
      if (nameOf(error) !== 'ResourceAlreadyExistsException') throw error;
    };
    if (createGroup) {
      await this.#logs.send(new CreateLogGroupCommand({ logGroupName: group })).catch(ignoreExisting);
    }
    const command = new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream });
    await this.#logs.send(command).catch(ignoreExisting);
  }

  async putLogEvents(group: string, stream: string, logEvents: InputLogEvent[]): Promise<void> {
    await this.#logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
  }

  /** Values by name or ARN, as they were asked for; what is not there is left out. */
  async parameters(references: readonly string[]): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for (let from = 0; from < references.length; from += MAX_PARAMETERS) {
      const Names = references.slice(from, from + MAX_PARAMETERS);
      const { Parameters = [] } = await this.#ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
      for (const { Name, ARN, Value } of Parameters) {
        for (const reference of Names) {
          if (Value !== undefined && (reference === Name || reference === ARN)) values.set(reference, Value);
        }
      }
    }
    return values;
  }
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function isTargetGroupNotFound(error: unknown): boolean {
  return ['TargetGroupNotFoundException', 'TargetGroupNotFound'].includes(nameOf(error));
}
