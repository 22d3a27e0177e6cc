import type {
  ActionExecutionStatus,
  ErrorDetails,
  ExecutionMode,
  PipelineDeclaration,
  PipelineExecutionStatus,
  ResolvedPipelineVariable,
  SourceRevision,
  StageExecutionStatus,
  Tag,
} from '@aws-sdk/client-codepipeline';

/** What CodePipeline remembers. Times are in milliseconds. */
export interface State {
  readonly pipelines: Record<string, PipelineRecord>;
  readonly executions: Record<string, ExecutionRecord>;
}

export interface PipelineRecord {
  readonly createdAt: number;
  changedAt: number;
  version: number;
  declaration: Declaration;
  tags: Tag[];
}

/** A declaration that was checked: it has what each must have. */
export type Declaration = PipelineDeclaration & {
  readonly name: string;
  readonly stages: NonNullable<PipelineDeclaration['stages']>;
};

export interface Location {
  readonly bucket: string;
  readonly key: string;
}

export interface ExecutionRecord {
  readonly id: string;
  /** Which came first: two may have the same time. */
  readonly number: number;
  readonly pipeline: string;
  readonly version: number;
  /** As it was when this began. */
  readonly declaration: Declaration;
  readonly mode: ExecutionMode;
  readonly startedAt: number;
  updatedAt: number;
  status: PipelineExecutionStatus;
  summary?: string;
  readonly token?: string;
  /** Revisions that were asked for, by the name of the source action. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly revisions: (SourceRevision & { readonly artifact: string })[];
  readonly artifacts: Record<string, Location>;
  readonly pipelineVariables: ResolvedPipelineVariable[];
  /** Output variables of actions, by namespace. */
  readonly variables: Record<string, Record<string, string>>;
  /** Those that it has come to, in their order. */
  readonly stages: StageRecord[];
  readonly actions: ActionRecord[];
  /** The stage at whose door it waits. */
  inbound?: string;
  stop?: { reason?: string; abandon: boolean };
}

export interface StageRecord {
  readonly name: string;
  status: StageExecutionStatus;
}

export interface ActionRecord {
  readonly id: string;
  readonly stage: string;
  readonly name: string;
  readonly startedAt: number;
  updatedAt: number;
  status: ActionExecutionStatus;
  configuration: Record<string, string>;
  outputVariables: Record<string, string>;
  externalId?: string;
  externalUrl?: string;
  summary?: string;
  error?: ErrorDetails;
}

export function isOver({ status }: Pick<ExecutionRecord, 'status'>): boolean {
  return status !== 'InProgress' && status !== 'Stopping';
}

/** An action that failed, with the code and words that CodePipeline shows. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: 'ConfigurationError' | 'JobFailed' | 'RevisionUnavailable';

  constructor(code: ActionError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
