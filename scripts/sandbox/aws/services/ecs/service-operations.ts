import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { newSet } from './new-set.ts';
import { activeService, findService, tail, type Names } from './names.ts';
import type { Neighbours } from './neighbours.ts';
import { page } from './pages.ts';
import { primaryOf, type EcsState, type ServiceRecord, type ServiceSettings } from './records.ts';
import type { Scheduler } from './scheduler.ts';
import { checkSet, invalid } from './validation.ts';
import type { Views } from './views.ts';

/** What the operations work on. */
export interface EcsParts {
  readonly state: EcsState;
  readonly names: Names;
  readonly neighbours: Neighbours;
  readonly scheduler: Scheduler;
  readonly views: Views;
}

const MAX_DESCRIBED = 10;

export function serviceOperations(parts: EcsParts): Record<string, Operation> {
  return {
    CreateService: operation<CreateServiceRequest>((input) => createService(parts, input)),
    UpdateService: operation<UpdateServiceRequest>((input) => updateService(parts, input)),
    DeleteService: operation<DeleteServiceRequest>((input) => deleteService(parts, input)),
    DescribeServices: operation<DescribeServicesRequest>((input) => describeServices(parts, input)),
    ListServices: operation<ListServicesRequest>((input) => listServices(parts, input)),
  };
}

async function createService(parts: EcsParts, input: CreateServiceRequest): Promise<object> {
  const { state, names, neighbours, scheduler, views } = parts;
  const { serviceName: name = '' } = input;
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) throw invalid('Invalid service name.');
  if (input.schedulingStrategy === 'DAEMON') throw invalid('The sandbox has no container instances: use REPLICA.');
  const clusterArn = names.clusterArn(input.cluster);
  const refuseSecond = (): void => {
    const existing = findService(state, clusterArn, name);
    if (existing?.status === 'ACTIVE') throw invalid('Creation of service was not idempotent.');
    if (existing?.status === 'DRAINING') throw invalid('Unable to Start a service that is still Draining.');
  };
  refuseSecond();
  if (input.desiredCount === undefined) throw invalid('The desiredCount can not be blank.');
  const controller = input.deploymentController?.type ?? 'ECS';
  const checked = controller === 'EXTERNAL' ? undefined : await checkSet(neighbours, setInput(clusterArn, input));
  if (checked === undefined && (await neighbours.cluster(clusterArn)) === undefined) {
    throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  }
  if (controller === 'CODE_DEPLOY' && (input.loadBalancers ?? []).length === 0) {
    throw invalid('Load balancer is required when the deployment controller is of type CODE_DEPLOY.');
  }
  // Again, as the checks took their time.
  refuseSecond();
  const service: ServiceRecord = {
    arn: names.serviceArn(clusterArn, name),
    name,
    clusterArn,
    controller,
    ...(input.role === undefined ? {} : { roleArn: input.role }),
    status: 'ACTIVE',
    desiredCount: input.desiredCount,
    settings: settingsOf(input),
    tags: [...(input.tags ?? [])],
    createdAt: Date.now(),
    sets:
      checked === undefined
        ? []
        : [newSet(checked, { ...input, tags: [] }, { status: 'PRIMARY', startedBy: 'ecs-svc' })],
    events: [],
  };
  state.services[service.arn] = service;
  scheduler.replan(service);
  return { service: views.service(service, true) };
}

async function updateService(parts: EcsParts, input: UpdateServiceRequest): Promise<object> {
  const { state, names, scheduler, views } = parts;
  const service = activeService(state, names.clusterArn(input.cluster), input.service);
  if (service.controller === 'CODE_DEPLOY') refuseWhatCodeDeployDoes(input);
  const primary = primaryOf(service);
  if (service.controller === 'ECS' && primary !== undefined && asksForDeployment(input)) {
    const asked = {
      taskDefinition: input.taskDefinition ?? primary.taskDefinition,
      loadBalancers: input.loadBalancers ?? [...primary.loadBalancers],
      networkConfiguration: input.networkConfiguration ?? primary.networkConfiguration,
      platformVersion: input.platformVersion ?? primary.platformVersion,
      serviceRegistries: input.serviceRegistries ?? [...primary.serviceRegistries],
      capacityProviderStrategy: input.capacityProviderStrategy ?? primary.capacityProviderStrategy,
      launchType: input.capacityProviderStrategy === undefined ? primary.launchType : undefined,
    };
    const checked = await checkSet(parts.neighbours, { clusterArn: service.clusterArn, ...asked });
    for (const set of service.sets) if (set.status === 'PRIMARY') set.status = 'ACTIVE';
    service.sets.unshift(newSet(checked, asked, { status: 'PRIMARY', startedBy: 'ecs-svc' }));
  }
  if (input.desiredCount !== undefined) service.desiredCount = input.desiredCount;
  service.settings = { ...service.settings, ...settingsOf(input) };
  scheduler.replan(service);
  return { service: views.service(service, true) };
}

function deleteService({ state, names, scheduler, views }: EcsParts, input: DeleteServiceRequest): object {
  const service = activeService(state, names.clusterArn(input.cluster), input.service);
  if (service.desiredCount > 0 && input.force !== true) {
    throw invalid('The service cannot be stopped while it is scaled above 0.');
  }
  service.status = 'DRAINING';
  service.desiredCount = 0;
  scheduler.replan(service);
  return { service: views.service(service, true) };
}

function describeServices({ state, names, views }: EcsParts, input: DescribeServicesRequest): object {
  const references = input.services ?? [];
  if (references.length === 0) throw invalid('Services cannot be empty.');
  if (references.length > MAX_DESCRIBED) throw invalid(`Maximum of ${MAX_DESCRIBED} services.`);
  const clusterArn = names.clusterArn(input.cluster);
  const withTags = input.include?.includes('TAGS') === true;
  const found = references.map((reference) => ({ reference, service: findService(state, clusterArn, reference) }));
  return {
    services: found.flatMap(({ service }) => (service === undefined ? [] : [views.service(service, withTags)])),
    failures: found.flatMap(({ reference, service }) =>
      service === undefined ? [{ arn: names.serviceArn(clusterArn, tail(reference)), reason: 'MISSING' }] : [],
    ),
  };
}

function listServices({ state, names }: EcsParts, input: ListServicesRequest): object {
  const clusterArn = names.clusterArn(input.cluster);
  const arns = Object.values(state.services)
    .filter((service) => service.clusterArn === clusterArn && service.status !== 'INACTIVE')
    .map(({ arn }) => arn);
  const { items, nextToken } = page(arns, input);
  return { serviceArns: items, nextToken };
}

function setInput(clusterArn: string, input: CreateServiceRequest) {
  return {
    clusterArn,
    taskDefinition: input.taskDefinition,
    loadBalancers: input.loadBalancers ?? [],
    networkConfiguration: input.networkConfiguration,
    launchType: input.launchType,
    capacityProviderStrategy: input.capacityProviderStrategy ?? [],
  };
}

function settingsOf(input: ServiceSettings): ServiceSettings {
  const { deploymentConfiguration, healthCheckGracePeriodSeconds, placementConstraints, placementStrategy } = input;
  const { enableECSManagedTags, enableExecuteCommand, propagateTags } = input;
  const given = {
    deploymentConfiguration:
      deploymentConfiguration === undefined
        ? undefined
        : { maximumPercent: 200, minimumHealthyPercent: 100, ...deploymentConfiguration },
    healthCheckGracePeriodSeconds,
    placementConstraints,
    placementStrategy,
    enableECSManagedTags,
    enableExecuteCommand,
    propagateTags,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function asksForDeployment(input: UpdateServiceRequest): boolean {
  return (
    input.forceNewDeployment === true ||
    [
      input.taskDefinition,
      input.loadBalancers,
      input.networkConfiguration,
      input.platformVersion,
      input.serviceRegistries,
      input.capacityProviderStrategy,
    ].some((value) => value !== undefined)
  );
}

/** Source: API reference of UpdateService; what else would change a task set is a deployment of CodeDeploy's. */
function refuseWhatCodeDeployDoes(input: UpdateServiceRequest): void {
  const refused: readonly (readonly [unknown, string])[] = [
    [input.taskDefinition, 'Unable to update task definition'],
    [input.loadBalancers, 'Unable to update load balancers'],
    [input.networkConfiguration, 'Unable to update network parameters'],
    [input.platformVersion, 'Unable to update platform version'],
    [input.capacityProviderStrategy, 'Unable to update capacity provider strategy'],
    [input.serviceRegistries, 'Unable to update service registries'],
    [input.forceNewDeployment === true ? true : undefined, 'Cannot force a new deployment'],
  ];
  const first = refused.find(([value]) => value !== undefined);
  if (first === undefined) return;
  const instead =
    'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.';
  throw invalid(`${first[1]} ${instead}`);
}
