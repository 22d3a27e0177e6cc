import type {
  CapacityProviderStrategyItem,
  LoadBalancer,
  NetworkConfiguration,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../json-protocol.ts';
import { tail } from './names.ts';
import type { Neighbours } from './neighbours.ts';

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** What makes a task set or a deployment, as CreateService, UpdateService and CreateTaskSet give it. */
export interface SetInput {
  readonly clusterArn: string;
  readonly taskDefinition: string | undefined;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly networkConfiguration: NetworkConfiguration | undefined;
  readonly launchType: string | undefined;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  /** CodeDeploy makes a task set before a listener sends anything to its target group; all others must not. */
  readonly beforeListener?: boolean;
}

export interface CheckedSet {
  readonly taskDefinition: TaskDefinition & { readonly taskDefinitionArn: string };
  readonly launchType?: string;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
}

/**
 * Checks the references of a task set as ECS does, and fills in where it runs.
 *
 * @throws {AwsError} ClusterNotFoundException, ClientException, InvalidParameterException
 */
export async function checkSet(neighbours: Neighbours, input: SetInput): Promise<CheckedSet> {
  const cluster = await neighbours.cluster(input.clusterArn);
  if (cluster === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  const definition = await checkTaskDefinition(neighbours, input.taskDefinition);
  if (input.launchType !== undefined && input.capacityProviderStrategy.length > 0) {
    throw invalid(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  for (const { capacityProvider = '' } of input.capacityProviderStrategy) {
    if (!(cluster.capacityProviders ?? []).includes(tail(capacityProvider))) {
      throw invalid(
        `The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster: ${capacityProvider}.`,
      );
    }
  }
  checkNetwork(definition, input.networkConfiguration);
  for (const balancer of input.loadBalancers) {
    const group = await checkLoadBalancer(neighbours, definition, balancer);
    if (input.beforeListener !== true && !(await neighbours.hasLoadBalancer(group))) {
      const lacks = 'does not have an associated load balancer.';
      throw invalid(`The target group with targetGroupArn ${group.TargetGroupArn} ${lacks}`);
    }
  }
  if (input.launchType !== undefined) {
    return { taskDefinition: definition, launchType: input.launchType, capacityProviderStrategy: [] };
  }
  const own = input.capacityProviderStrategy;
  const strategy = own.length > 0 ? own : (cluster.defaultCapacityProviderStrategy ?? []);
  const fargate = definition.requiresCompatibilities?.includes('FARGATE') === true;
  return {
    taskDefinition: definition,
    capacityProviderStrategy: strategy,
    ...(strategy.length > 0 ? {} : { launchType: fargate ? 'FARGATE' : 'EC2' }),
  };
}

export async function checkTaskDefinition(
  neighbours: Neighbours,
  reference: string | undefined,
): Promise<CheckedSet['taskDefinition']> {
  if (reference === undefined) throw invalid('TaskDefinition can not be blank.');
  const definition = await neighbours.findTaskDefinition(reference);
  const arn = definition?.taskDefinitionArn;
  if (definition === undefined || arn === undefined) throw new AwsError('ClientException', 'TaskDefinition not found.');
  if (definition.status !== 'ACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
  return { ...definition, taskDefinitionArn: arn };
}

function checkNetwork(definition: TaskDefinition, network: NetworkConfiguration | undefined): void {
  const given = (network?.awsvpcConfiguration?.subnets ?? []).length > 0;
  if (definition.networkMode === 'awsvpc' && !given) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (definition.networkMode !== 'awsvpc' && given) {
    throw invalid('Network Configuration is not valid for the given networkMode of this task definition.');
  }
}

async function checkLoadBalancer(
  neighbours: Neighbours,
  definition: TaskDefinition,
  { targetGroupArn, containerName, containerPort }: LoadBalancer,
): Promise<TargetGroup> {
  const container = definition.containerDefinitions?.find(({ name }) => name === containerName);
  if (container === undefined) {
    throw invalid(`The container ${containerName} does not exist in the task definition.`);
  }
  if (container.portMappings?.some((mapping) => mapping.containerPort === containerPort) !== true) {
    throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
  if (targetGroupArn === undefined)
    throw invalid('targetGroupArn must be set: the sandbox has no classic load balancer.');
  const group = await neighbours.targetGroup(targetGroupArn);
  if (group === undefined) throw invalid(`The specified target group ${targetGroupArn} does not exist.`);
  if (group.TargetType !== 'ip' && definition.networkMode === 'awsvpc') {
    const wrong = `has target type ${group.TargetType}, which is incompatible with the awsvpc network mode specified`;
    throw invalid(`The provided target group ${targetGroupArn} ${wrong} in the task definition.`);
  }
  return group;
}
