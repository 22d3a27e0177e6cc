import {
  CodePipelineClient,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  paginateListActionExecutions,
  paginateListPipelineExecutions,
  PipelineExecutionNotStoppableException,
  PipelineNotFoundException,
  DuplicatedStopRequestException,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  type ActionExecutionDetail,
  type PipelineExecution,
  type PipelineExecutionSummary,
} from '@aws-sdk/client-codepipeline';
import { UserError } from '../errors.ts';

/** A pipeline as it is declared. */
export interface Pipeline {
  /** The name of the action that fetches the commit. */
  readonly source: string;
  /** In their order, with the names of their actions. */
  readonly stages: readonly { readonly name: string; readonly actions: readonly string[] }[];
}

/** https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecution.html */
export type ExecutionStatus =
  | 'Cancelled'
  | 'Failed'
  | 'InProgress'
  | 'Stopped'
  | 'Stopping'
  | 'Succeeded'
  | 'Superseded'
  // Whatever AWS may add.
  | (string & {});

export interface Execution {
  readonly id: string;
  readonly status: ExecutionStatus;
  /** The commit, once the source action has fetched it. */
  readonly commit?: string;
  /** In words, where the pipeline has some. */
  readonly summary?: string;
  /** What somebody has said when they stopped it. */
  readonly stopReason?: string;
}

export interface ActionExecution {
  readonly stage: string;
  readonly action: string;
  /** `InProgress`, `Succeeded`, `Failed` or `Abandoned`. */
  readonly status: string;
  /** Who does it, such as `CodeBuild` or `CodeDeployToECS`. */
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly updatedAt: number;
  /** What went wrong, in the action's own words. */
  readonly error?: string;
  /** Of the build or the deployment that it has started, and that one's page in the console. */
  readonly externalId?: string;
  readonly externalUrl?: string;
}

/** CodePipeline; the real one is `codePipelines`. */
export interface Pipelines {
  /** @throws UserError if there is none of this name. */
  pipeline(name: string): Promise<Pipeline>;
  /** The same token never starts twice: it answers the execution that it has started before. */
  start(name: string, source: string, commit: string, token: string): Promise<string>;
  execution(name: string, id: string): Promise<Execution>;
  /** In the order in which they have begun. */
  actions(name: string, id: string): Promise<readonly ActionExecution[]>;
  /** The newest first; `throughStage`: only those that have got through it. */
  executions(name: string, throughStage?: string): Promise<readonly Execution[]>;
  /** Ends it without waiting for what it does now. `false` if it is over or was told so already. */
  abandon(name: string, id: string, reason: string): Promise<boolean>;
}

/** Older executions than these are of no use to anybody who asks. */
const MOST_EXECUTIONS = 100;
/** https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StopPipelineExecution.html */
const LONGEST_REASON = 200;

/**
 * Needs `codepipeline:GetPipeline`, `GetPipelineExecution`, `ListActionExecutions`, `ListPipelineExecutions`, and to do something
 * `StartPipelineExecution` and `StopPipelineExecution`.
 */
export function codePipelines(client: CodePipelineClient = new CodePipelineClient({})): Pipelines {
  return {
    async pipeline(name) {
      try {
        const { pipeline } = await client.send(new GetPipelineCommand({ name }));
        const stages = (pipeline?.stages ?? []).map(({ name: stage, actions = [] }) => ({
          name: given(stage, 'name of a stage'),
          actions: actions.map((action) => given(action.name, 'name of an action')),
        }));
        return { source: given(stages[0]?.actions[0], 'source action'), stages };
      } catch (error) {
        if (!(error instanceof PipelineNotFoundException)) throw error;
        throw new UserError(
          `There is no pipeline "${name}" in this account and region.`,
          'It is made when the environment is applied: apply first.',
          { cause: error },
        );
      }
    },
    async start(name, source, commit, token) {
      const { pipelineExecutionId } = await client.send(
        new StartPipelineExecutionCommand({
          name,
          clientRequestToken: token,
          sourceRevisions: [{ actionName: source, revisionType: 'COMMIT_ID', revisionValue: commit }],
        }),
      );
      return given(pipelineExecutionId, 'pipelineExecutionId');
    },
    async execution(name, id) {
      const { pipelineExecution } = await client.send(
        new GetPipelineExecutionCommand({ pipelineName: name, pipelineExecutionId: id }),
      );
      const commits = (pipelineExecution?.artifactRevisions ?? []).map(({ revisionId }) => revisionId);
      return toExecution(pipelineExecution ?? {}, commits[0], undefined);
    },
    async actions(name, id) {
      const actions: ActionExecution[] = [];
      const pages = paginateListActionExecutions(
        { client },
        { pipelineName: name, filter: { pipelineExecutionId: id } },
      );
      for await (const { actionExecutionDetails = [] } of pages) actions.push(...actionExecutionDetails.map(toAction));
      // They come newest first; two that began at once keep their order.
      return actions.toReversed().toSorted((left, right) => left.startedAt - right.startedAt);
    },
    async executions(name, throughStage) {
      const found: Execution[] = [];
      const filter = throughStage === undefined ? {} : { filter: { succeededInStage: { stageName: throughStage } } };
      for await (const page of paginateListPipelineExecutions({ client }, { pipelineName: name, ...filter })) {
        for (const summary of page.pipelineExecutionSummaries ?? []) {
          found.push(toExecution(summary, summary.sourceRevisions?.[0]?.revisionId, summary.stopTrigger?.reason));
        }
        if (found.length >= MOST_EXECUTIONS) break;
      }
      return found;
    },
    async abandon(name, id, reason) {
      try {
        await client.send(
          new StopPipelineExecutionCommand({
            pipelineName: name,
            pipelineExecutionId: id,
            abandon: true,
            reason: reason.slice(0, LONGEST_REASON),
          }),
        );
        return true;
      } catch (error) {
        const over =
          error instanceof PipelineExecutionNotStoppableException || error instanceof DuplicatedStopRequestException;
        if (over) return false;
        throw error;
      }
    },
  };
}

/** Whether nothing more will happen in it. */
export function isOver({ status }: Pick<Execution, 'status'>): boolean {
  return status !== 'InProgress' && status !== 'Stopping';
}

function toExecution(
  {
    pipelineExecutionId,
    status,
    statusSummary,
  }: Pick<PipelineExecution & PipelineExecutionSummary, 'pipelineExecutionId' | 'status' | 'statusSummary'>,
  commit: string | undefined,
  stopReason: string | undefined,
): Execution {
  return {
    id: given(pipelineExecutionId, 'pipelineExecutionId'),
    status: given(status, 'status'),
    ...(commit === undefined ? {} : { commit }),
    ...(statusSummary === undefined ? {} : { summary: statusSummary }),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}

function toAction({ stageName, actionName, status, input, output, ...times }: ActionExecutionDetail): ActionExecution {
  const { errorDetails, externalExecutionId, externalExecutionUrl } = output?.executionResult ?? {};
  const startedAt = times.startTime?.getTime() ?? 0;
  return {
    stage: given(stageName, 'stageName'),
    action: given(actionName, 'actionName'),
    status: given(status, 'status of an action'),
    provider: input?.actionTypeId?.provider ?? '',
    startedAt,
    updatedAt: times.lastUpdateTime?.getTime() ?? startedAt,
    ...(errorDetails?.message === undefined ? {} : { error: errorDetails.message }),
    ...(externalExecutionId === undefined ? {} : { externalId: externalExecutionId }),
    ...(externalExecutionUrl === undefined ? {} : { externalUrl: externalExecutionUrl }),
  };
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`CodePipeline has answered without ${what}.`);
  return value;
}
