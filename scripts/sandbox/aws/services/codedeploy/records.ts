import type {
  CreateDeploymentGroupInput,
  DeploymentConfigInfo,
  DeploymentWaitType,
  ErrorInformation,
  LifecycleEventStatus,
  RevisionLocation,
  Tag,
} from '@aws-sdk/client-codedeploy';

/** What CodeDeploy remembers. Times are in milliseconds. */
export interface State {
  readonly applications: Record<string, ApplicationRecord>;
  /** Those that were made; AWS's own are in configs.ts. */
  readonly configs: Record<string, ConfigRecord>;
  readonly deployments: Record<string, DeploymentRecord>;
}

export type ConfigRecord = DeploymentConfigInfo & { readonly createdAt: number };

export interface ApplicationRecord {
  readonly id: string;
  name: string;
  readonly platform: ComputePlatform;
  readonly createdAt: number;
  tags?: Tag[] | undefined;
  readonly groups: Record<string, GroupRecord>;
}

export type ComputePlatform = 'ECS' | 'Lambda' | 'Server';

/** As it was asked for, and what is added to it. */
export type GroupRecord = Omit<CreateDeploymentGroupInput, 'tags'> & {
  readonly id: string;
  tags?: Tag[] | undefined;
  lastAttempted?: string;
  lastSuccessful?: string;
};

export interface LifecycleEventRecord {
  readonly name: string;
  status: LifecycleEventStatus;
  startedAt?: number;
  endedAt?: number;
  message?: string;
}

/** One of the two task sets of a deployment to ECS. */
export interface SideRecord {
  /** Empty until it is made. */
  taskSet: string;
  readonly targetGroupArn: string;
  readonly targetGroupName: string;
  /** Per cent of the traffic. */
  weight: number;
}

/** The alias that a deployment to Lambda moves, as its AppSpec says. */
export interface ShiftRecord {
  readonly functionName: string;
  readonly alias: string;
  readonly currentVersion: string;
  readonly targetVersion: string;
  /** Per cent of the calls that the target version gets. */
  weight: number;
  /** Whether the alias was found as the AppSpec says. Before that it is not the deployment's to bring back. */
  begun: boolean;
}

export type Status = 'Created' | 'InProgress' | 'Ready' | 'Succeeded' | 'Failed' | 'Stopped';

export interface DeploymentRecord {
  readonly id: string;
  application: string;
  group: string;
  readonly platform: ComputePlatform;
  readonly config: string;
  readonly creator: 'user' | 'codeDeployRollback';
  /** The group as it was then, with what this deployment overrides: a change in between is for the next one. */
  readonly settings: GroupRecord;
  readonly overridesAlarms: boolean;
  readonly description?: string;
  readonly revision?: RevisionLocation;
  readonly previousRevision?: RevisionLocation;
  readonly createdAt: number;
  startedAt?: number;
  completedAt?: number;
  status: Status;
  error?: ErrorInformation;
  rollback?: { rollbackDeploymentId?: string; rollbackTriggeringDeploymentId?: string; rollbackMessage?: string };
  readonly events: LifecycleEventRecord[];
  original?: SideRecord;
  replacement?: SideRecord;
  shift?: ShiftRecord;
  /** What somebody may cut short by ContinueDeployment. */
  waiting?: DeploymentWaitType;
  /** Since when the new version has everything and the old one only waits for its end. */
  terminatingSince?: number;
  /** What became of a hook, by the id of its execution. */
  readonly hooks: Record<string, 'Pending' | 'Succeeded' | 'Failed'>;
}

export function isOver({ status }: DeploymentRecord): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
}

/** The deployment that goes on in a group. */
export function activeIn(state: State, application: string, group: string): DeploymentRecord | undefined {
  return Object.values(state.deployments).find(
    (deployment) => deployment.application === application && deployment.group === group && !isOver(deployment),
  );
}

/** What is there under this name; names are the user's, so that some could be those of an object's own properties. */
export function lookUp<T>(records: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(records, name) ? records[name] : undefined;
}
