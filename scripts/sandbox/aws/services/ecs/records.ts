import type {
  CapacityProviderStrategyItem,
  CreateServiceRequest,
  LoadBalancer,
  NetworkConfiguration,
  Scale,
  ServiceRegistry,
  Tag,
  TaskOverride,
} from '@aws-sdk/client-ecs';

/** What runs one task definition behind one set of target groups: a task set, or a deployment of the ECS controller. */
export interface TaskSetRecord {
  /** `ecs-svc/` and 19 digits. */
  readonly id: string;
  readonly externalId?: string;
  readonly startedBy?: string;
  status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  readonly taskDefinition: string;
  readonly launchType?: string;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly platformVersion: string;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly serviceRegistries: readonly ServiceRegistry[];
  scale: Scale;
  readonly tags: readonly Tag[];
  readonly createdAt: number;
  updatedAt: number;
  /** How many tasks it should have now. */
  wanted: number;
  /** As many as wanted run, and all are healthy: since then. */
  steadySince?: number;
  /** Tasks that stopped by themselves since its start, and of those the ones since the last that stayed up. */
  failedTasks: number;
  failuresInARow: number;
  /** When the next task may be started after failures. */
  retryAt: number;
}

export interface ServiceEventRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

/** What a service has that belongs to none of its task sets, as CreateService and UpdateService give it. */
export type ServiceSettings = Pick<
  CreateServiceRequest,
  | 'deploymentConfiguration'
  | 'healthCheckGracePeriodSeconds'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'enableECSManagedTags'
  | 'enableExecuteCommand'
  | 'propagateTags'
>;

export interface ServiceRecord {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  readonly roleArn?: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  settings: ServiceSettings;
  tags: Tag[];
  readonly createdAt: number;
  sets: TaskSetRecord[];
  /** The newest first. */
  events: ServiceEventRecord[];
}

export interface ContainerRecord {
  readonly arn: string;
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  imageDigest?: string;
  /** Whether its definition has a health check. */
  readonly healthChecked: boolean;
  /** The process's id. */
  runtimeId?: string;
  exitCode?: number;
  reason?: string;
  healthStatus: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';
}

export interface TargetRecord {
  readonly targetGroupArn: string;
  readonly port: number;
  /** As the load balancer saw it last. */
  state: string;
  reason?: string;
}

export type TaskStatus =
  'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';

export interface TaskRecord {
  readonly arn: string;
  readonly id: string;
  readonly clusterArn: string;
  readonly taskDefinition: string;
  readonly serviceArn?: string;
  /** Of its task set. */
  readonly setId?: string;
  readonly group: string;
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly overrides: TaskOverride;
  readonly tags: Tag[];
  readonly createdAt: number;
  version: number;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  cpu?: string;
  memory?: string;
  address?: string;
  containers: ContainerRecord[];
  /** Where it is registered: empty before and after. */
  targets: TargetRecord[];
  /** Running and healthy everywhere, since; and whether it ever was. */
  healthySince?: number;
  wasHealthy: boolean;
  /** Among the failures of its set. */
  counted: boolean;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
}

/** By ARN. Clusters and task definitions are the emulator's. */
export interface EcsState {
  readonly services: Record<string, ServiceRecord>;
  readonly tasks: Record<string, TaskRecord>;
}

/** Starting, running or on its way down: it has something that must be ended. */
export function isLive(task: TaskRecord): boolean {
  return task.lastStatus !== 'STOPPED';
}

/** One that its service counts on. */
export function isWanted(task: TaskRecord): boolean {
  return task.desiredStatus === 'RUNNING' && isLive(task);
}

export function tasksOf(state: EcsState, set: Pick<TaskSetRecord, 'id'>): TaskRecord[] {
  return Object.values(state.tasks).filter((task) => task.setId === set.id);
}

export function primaryOf(service: ServiceRecord): TaskSetRecord | undefined {
  return service.sets.find((set) => set.status === 'PRIMARY');
}
