import type { Container, Deployment, Service, Task, TaskSet } from '@aws-sdk/client-ecs';
import type { Names } from './names.ts';
import {
  isWanted,
  primaryOf,
  tasksOf,
  type EcsState,
  type ServiceRecord,
  type TaskRecord,
  type TaskSetRecord,
} from './records.ts';

/** What the API tells of our records. */
export class Views {
  readonly #state: EcsState;
  readonly #names: Names;

  constructor(state: EcsState, names: Names) {
    this.#state = state;
    this.#names = names;
  }

  service(service: ServiceRecord, withTags: boolean): Service {
    const primary = primaryOf(service);
    const counts = this.#count(service.sets);
    const { deploymentConfiguration, ...settings } = service.settings;
    const ecs = service.controller === 'ECS';
    return {
      serviceArn: service.arn,
      serviceName: service.name,
      clusterArn: service.clusterArn,
      status: service.status,
      desiredCount: service.desiredCount,
      ...counts,
      // A task set's own where there are some: they follow the one that is primary.
      ...(primary === undefined ? {} : ofSet(primary)),
      loadBalancers: [...(primary?.loadBalancers ?? [])],
      serviceRegistries: [...(primary?.serviceRegistries ?? [])],
      taskDefinition: primary?.taskDefinition,
      deploymentConfiguration: deploymentConfiguration ?? { maximumPercent: 200, minimumHealthyPercent: 100 },
      ...(ecs ? {} : { taskSets: service.sets.map((set) => this.taskSet(service, set, withTags)) }),
      deployments: ecs ? service.sets.map((set) => this.#deployment(service, set)) : [],
      ...(service.roleArn === undefined ? {} : { roleArn: service.roleArn }),
      events: service.events.map(({ createdAt, ...event }) => ({ ...event, createdAt: new Date(createdAt) })),
      createdAt: new Date(service.createdAt),
      ...settings,
      placementConstraints: settings.placementConstraints ?? [],
      placementStrategy: settings.placementStrategy ?? [],
      enableECSManagedTags: settings.enableECSManagedTags ?? false,
      enableExecuteCommand: settings.enableExecuteCommand ?? false,
      propagateTags: settings.propagateTags ?? 'NONE',
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: service.controller },
      availabilityZoneRebalancing: 'DISABLED',
      ...(withTags ? { tags: service.tags } : {}),
    };
  }

  taskSet(service: ServiceRecord, set: TaskSetRecord, withTags: boolean): TaskSet {
    const steadySince = set.steadySince;
    return {
      id: set.id,
      taskSetArn: this.#names.taskSetArn(service, set.id),
      serviceArn: service.arn,
      clusterArn: service.clusterArn,
      ...(set.startedBy === undefined ? {} : { startedBy: set.startedBy }),
      ...(set.externalId === undefined ? {} : { externalId: set.externalId }),
      status: set.status,
      taskDefinition: set.taskDefinition,
      computedDesiredCount: set.wanted,
      ...this.#count([set]),
      createdAt: new Date(set.createdAt),
      updatedAt: new Date(set.updatedAt),
      ...ofSet(set),
      loadBalancers: [...set.loadBalancers],
      serviceRegistries: [...set.serviceRegistries],
      scale: set.scale,
      stabilityStatus: steadySince === undefined ? 'STABILIZING' : 'STEADY_STATE',
      stabilityStatusAt: new Date(steadySince ?? set.updatedAt),
      tags: withTags ? [...set.tags] : [],
    };
  }

  task(task: TaskRecord, withTags: boolean): Task {
    const { address } = task;
    return {
      taskArn: task.arn,
      clusterArn: task.clusterArn,
      taskDefinitionArn: task.taskDefinition,
      group: task.group,
      ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
      ...(task.launchType === 'FARGATE' || task.launchType === 'EC2' ? { launchType: task.launchType } : {}),
      ...(task.capacityProvider === undefined ? {} : { capacityProviderName: task.capacityProvider }),
      lastStatus: task.lastStatus,
      desiredStatus: task.desiredStatus,
      healthStatus: healthOf(task),
      connectivity: 'CONNECTED',
      cpu: task.cpu,
      memory: task.memory,
      version: task.version,
      overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...task.overrides },
      containers: task.containers.map((container) => view(task, container)),
      attachments:
        address === undefined
          ? []
          : [
              {
                id: `eni-${task.id}`,
                type: 'ElasticNetworkInterface',
                status: task.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
                details: [
                  ...subnet(task),
                  { name: 'networkInterfaceId', value: `eni-${task.id.slice(0, 17)}` },
                  { name: 'privateIPv4Address', value: address },
                ],
              },
            ],
      createdAt: new Date(task.createdAt),
      ...dates(task),
      ...(task.stopCode === undefined ? {} : { stopCode: stopCode(task.stopCode), stoppedReason: task.stoppedReason }),
      tags: withTags ? task.tags : [],
    };
  }

  #count(sets: readonly TaskSetRecord[]): { runningCount: number; pendingCount: number } {
    const tasks = sets.flatMap((set) => tasksOf(this.#state, set));
    return {
      runningCount: tasks.filter((task) => task.lastStatus === 'RUNNING').length,
      pendingCount: tasks.filter((task) => isWanted(task) && task.lastStatus !== 'RUNNING').length,
    };
  }

  #deployment(service: ServiceRecord, set: TaskSetRecord): Deployment {
    const completed = set.status === 'PRIMARY' && service.sets.length === 1 && set.steadySince !== undefined;
    const reason = completed ? 'completed' : 'in progress';
    return {
      id: set.id,
      status: set.status,
      taskDefinition: set.taskDefinition,
      desiredCount: set.wanted,
      ...this.#count([set]),
      failedTasks: set.failedTasks,
      createdAt: new Date(set.createdAt),
      updatedAt: new Date(set.updatedAt),
      ...ofSet(set),
      rolloutState: completed ? 'COMPLETED' : 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${set.id} ${reason}.`,
    };
  }
}

type Placed = Pick<
  TaskSet,
  'launchType' | 'capacityProviderStrategy' | 'platformVersion' | 'platformFamily' | 'networkConfiguration'
>;

function ofSet(set: TaskSetRecord): Placed {
  const { launchType, capacityProviderStrategy, networkConfiguration } = set;
  return {
    ...(launchType === 'FARGATE' || launchType === 'EC2' ? { launchType } : {}),
    ...(capacityProviderStrategy.length === 0 ? {} : { capacityProviderStrategy: [...capacityProviderStrategy] }),
    platformVersion: set.platformVersion,
    platformFamily: 'Linux',
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
  };
}

function view(task: TaskRecord, container: TaskRecord['containers'][number]): Container {
  const { healthChecked: _, essential: __, arn, address, ...shown } = { ...container, address: task.address };
  return {
    ...shown,
    containerArn: arn,
    taskArn: task.arn,
    networkBindings: [],
    networkInterfaces: address === undefined ? [] : [{ attachmentId: `eni-${task.id}`, privateIpv4Address: address }],
  };
}

/** The worst of the essential containers that have a health check. */
function healthOf(task: TaskRecord): 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN' {
  const checked = task.containers.filter(({ healthChecked, essential }) => healthChecked && essential);
  if (checked.some(({ healthStatus }) => healthStatus === 'UNHEALTHY')) return 'UNHEALTHY';
  if (checked.length === 0 || checked.some(({ healthStatus }) => healthStatus === 'UNKNOWN')) return 'UNKNOWN';
  return 'HEALTHY';
}

const stopCodes = [
  'TaskFailedToStart',
  'EssentialContainerExited',
  'UserInitiated',
  'ServiceSchedulerInitiated',
  'SpotInterruption',
  'TerminationNotice',
] as const;

function stopCode(code: string): (typeof stopCodes)[number] | undefined {
  return stopCodes.find((known) => known === code);
}

function subnet(task: TaskRecord): { name: string; value: string }[] {
  const [first] = task.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
  return first === undefined ? [] : [{ name: 'subnetId', value: first }];
}

function dates(task: TaskRecord): Partial<Task> {
  const { pullStartedAt, pullStoppedAt, startedAt, stoppingAt, stoppedAt } = task;
  const known = Object.entries({ pullStartedAt, pullStoppedAt, startedAt, stoppingAt, stoppedAt });
  return Object.fromEntries(known.flatMap(([name, at]) => (at === undefined ? [] : [[name, new Date(at)]])));
}
