import type {
  CreateDeploymentGroupInput,
  DeploymentConfigInfo,
  ErrorInformation,
  LifecycleEventStatus,
  RevisionLocation,
  Tag,
} from '@aws-sdk/client-codedeploy';

/** What CodeDeploy remembers. Times are in milliseconds. */
export interface State {
  readonly applications: Record<string, ApplicationRecord>;
  /** Those that were made; AWS's own are in configs.ts. */
  readonly configs: Record<string, DeploymentConfigInfo>;
  readonly deployments: Record<string, DeploymentRecord>;
}

export interface ApplicationRecord {
  readonly id: string;
  name: string;
  readonly platform: string;
  readonly createdAt: number;
  tags?: Tag[] | undefined;
  readonly groups: Record<string, GroupRecord>;
}

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

/** One of the two task sets of a deployment. */
export interface SideRecord {
  /** Empty until it is made. */
  taskSet: string;
  readonly targetGroupArn: string;
  readonly targetGroupName: string;
  /** Per cent of the traffic. */
  weight: number;
}

export type Status = 'Created' | 'InProgress' | 'Ready' | 'Succeeded' | 'Failed' | 'Stopped';

export interface DeploymentRecord {
  readonly id: string;
  readonly application: string;
  readonly group: string;
  readonly config: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly description?: string;
  readonly revision?: RevisionLocation;
  readonly createdAt: number;
  startedAt?: number;
  completedAt?: number;
  status: Status;
  error?: ErrorInformation;
  rollback?: { rollbackDeploymentId?: string; rollbackTriggeringDeploymentId?: string; rollbackMessage?: string };
  readonly events: LifecycleEventRecord[];
  original?: SideRecord;
  replacement?: SideRecord;
  /** What became of a hook, by the id of its execution. */
  readonly hooks: Record<string, 'Pending' | 'Succeeded' | 'Failed'>;
}

export function isOver({ status }: DeploymentRecord): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
}
