import type {
  CreateTaskSetRequest,
  DeleteTaskSetRequest,
  DescribeTaskSetsRequest,
  UpdateServicePrimaryTaskSetRequest,
  UpdateTaskSetRequest,
} from '@aws-sdk/client-ecs';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { newSet } from './new-set.ts';
import { activeService } from './names.ts';
import { primaryOf, type ServiceRecord, type TaskSetRecord } from './records.ts';
import type { EcsParts } from './service-operations.ts';
import { checkSet, invalid } from './validation.ts';

/** For CodeDeploy, which at AWS does the same inside; and for a controller EXTERNAL. */
export function taskSetOperations(parts: EcsParts): Record<string, Operation> {
  return {
    CreateTaskSet: operation<CreateTaskSetRequest>((input) => createTaskSet(parts, input)),
    DescribeTaskSets: operation<DescribeTaskSetsRequest>((input) => describeTaskSets(parts, input)),
    UpdateTaskSet: operation<UpdateTaskSetRequest>((input) => updateTaskSet(parts, input)),
    UpdateServicePrimaryTaskSet: operation<UpdateServicePrimaryTaskSetRequest>((input) => setPrimary(parts, input)),
    DeleteTaskSet: operation<DeleteTaskSetRequest>((input) => deleteTaskSet(parts, input)),
  };
}

interface ServiceReference {
  readonly cluster: string | undefined;
  readonly service: string | undefined;
}

function serviceOf({ state, names }: EcsParts, { cluster, service: reference }: ServiceReference): ServiceRecord {
  const service = activeService(state, names.clusterArn(cluster), reference);
  if (service.controller === 'ECS') {
    throw invalid('The service must have a deployment controller of type EXTERNAL or CODE_DEPLOY.');
  }
  return service;
}

/** By id or ARN. */
function findSet(service: ServiceRecord, reference: string | undefined): TaskSetRecord {
  const set = service.sets.find(({ id }) => reference === id || reference?.endsWith(`/${id}`) === true);
  if (set === undefined) throw new AwsError('TaskSetNotFoundException', 'The specified task set was not found.');
  return set;
}

async function createTaskSet(parts: EcsParts, input: CreateTaskSetRequest): Promise<object> {
  const service = serviceOf(parts, { cluster: input.cluster, service: input.service });
  const checked = await checkSet(parts.neighbours, {
    clusterArn: service.clusterArn,
    taskDefinition: input.taskDefinition,
    loadBalancers: input.loadBalancers ?? [],
    networkConfiguration: input.networkConfiguration,
    launchType: input.launchType,
    capacityProviderStrategy: input.capacityProviderStrategy ?? [],
    beforeListener: service.controller === 'CODE_DEPLOY',
  });
  const set = newSet(checked, input, {
    status: 'ACTIVE',
    ...(service.controller === 'CODE_DEPLOY' ? { startedBy: 'CODE_DEPLOY' } : {}),
    ...(input.scale === undefined ? {} : { scale: checkedScale(input.scale) }),
  });
  service.sets.push(set);
  parts.scheduler.replan(service);
  return { taskSet: parts.views.taskSet(service, set, true) };
}

function describeTaskSets(parts: EcsParts, input: DescribeTaskSetsRequest): object {
  const service = serviceOf(parts, { cluster: input.cluster, service: input.service });
  const withTags = input.include?.includes('TAGS') === true;
  const { taskSets: references = [] } = input;
  const all = references.length === 0;
  const sets = service.sets.filter(
    (set) => all || references.some((reference) => reference === set.id || reference.endsWith(`/${set.id}`)),
  );
  return {
    taskSets: sets.map((set) => parts.views.taskSet(service, set, withTags)),
    failures: references
      .filter((reference) => !sets.some(({ id }) => reference.endsWith(id)))
      .map((reference) => ({ arn: reference, reason: 'MISSING' })),
  };
}

function updateTaskSet(parts: EcsParts, input: UpdateTaskSetRequest): object {
  const service = serviceOf(parts, { cluster: input.cluster, service: input.service });
  const set = findSet(service, input.taskSet);
  set.scale = checkedScale(input.scale);
  set.updatedAt = Date.now();
  parts.scheduler.replan(service);
  return { taskSet: parts.views.taskSet(service, set, true) };
}

function setPrimary(parts: EcsParts, input: UpdateServicePrimaryTaskSetRequest): object {
  const service = serviceOf(parts, { cluster: input.cluster, service: input.service });
  const set = findSet(service, input.primaryTaskSet);
  if (set.status === 'DRAINING') throw invalid('A task set that is draining cannot be the primary one.');
  const before = primaryOf(service);
  if (before !== undefined && before !== set) before.status = 'ACTIVE';
  set.status = 'PRIMARY';
  set.updatedAt = Date.now();
  parts.scheduler.replan(service);
  return { taskSet: parts.views.taskSet(service, set, true) };
}

function deleteTaskSet(parts: EcsParts, input: DeleteTaskSetRequest): object {
  const service = serviceOf(parts, { cluster: input.cluster, service: input.service });
  const set = findSet(service, input.taskSet);
  if (set.status === 'PRIMARY') throw invalid('The primary task set cannot be deleted.');
  if (set.wanted > 0 && input.force !== true) {
    throw invalid('The task set cannot be deleted while it is scaled above 0: scale it down, or force the deletion.');
  }
  set.status = 'DRAINING';
  set.updatedAt = Date.now();
  parts.scheduler.replan(service);
  return { taskSet: parts.views.taskSet(service, set, true) };
}

function checkedScale(scale: TaskSetRecord['scale'] | undefined): TaskSetRecord['scale'] {
  const { value, unit = 'PERCENT' } = scale ?? {};
  if (value === undefined || !(value >= 0 && value <= 100) || unit !== 'PERCENT') {
    throw invalid('The scale of a task set must be from 0 to 100 PERCENT.');
  }
  return { value, unit };
}
