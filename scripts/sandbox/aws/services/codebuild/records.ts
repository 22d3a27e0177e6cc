import type {
  BuildArtifacts,
  CreateProjectInput,
  ExportedEnvironmentVariable,
  LogsLocation,
  PhaseContext,
  ProjectArtifacts,
  ProjectCache,
  ProjectEnvironment,
  ProjectSource,
  StatusType,
} from '@aws-sdk/client-codebuild';

/** Times are milliseconds since 1970. */
export interface ProjectRecord {
  readonly arn: string;
  readonly created: number;
  readonly modified: number;
  readonly settings: CreateProjectInput & { readonly name: string };
  /** How many builds it has had. */
  readonly builds: number;
}

export type PhaseType =
  | 'SUBMITTED'
  | 'QUEUED'
  | 'PROVISIONING'
  | 'DOWNLOAD_SOURCE'
  | 'INSTALL'
  | 'PRE_BUILD'
  | 'BUILD'
  | 'POST_BUILD'
  | 'UPLOAD_ARTIFACTS'
  | 'FINALIZING'
  | 'COMPLETED';

export interface PhaseRecord {
  readonly type: PhaseType;
  readonly start: number;
  end?: number;
  status?: StatusType;
  readonly contexts: PhaseContext[];
}

export interface BuildRecord {
  /** `<project>:<UUID>`. */
  readonly id: string;
  readonly arn: string;
  readonly number: number;
  readonly project: string;
  readonly start: number;
  readonly initiator: string;
  readonly token?: string;
  readonly source: ProjectSource;
  readonly sourceVersion?: string;
  /** The commit. */
  readonly resolvedSourceVersion?: string;
  readonly artifacts: ProjectArtifacts;
  readonly environment: ProjectEnvironment;
  readonly cache: ProjectCache;
  readonly serviceRole: string;
  readonly timeoutInMinutes: number;
  readonly queuedTimeoutInMinutes: number;
  readonly encryptionKey: string;
  readonly logs: LogsLocation;
  status: StatusType;
  end?: number;
  readonly phases: PhaseRecord[];
  /** Where the result is, once it is there. */
  result?: BuildArtifacts;
  exported?: ExportedEnvironmentVariable[];
}

export interface State {
  /** By name. */
  readonly projects: Record<string, ProjectRecord>;
  /** By id. */
  readonly builds: Record<string, BuildRecord>;
}
