import { randomUUID } from 'node:crypto';
import type {
  GetPipelineExecutionInput,
  ListActionExecutionsInput,
  ListPipelineExecutionsInput,
  ResolvedPipelineVariable,
  RetryStageExecutionInput,
  StartPipelineExecutionInput,
  StopPipelineExecutionInput,
} from '@aws-sdk/client-codepipeline';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { constrain } from './constraints.ts';
import type { Engine } from './engine.ts';
import { pipelineOf } from './pipelines.ts';
import { isOver, type ActionRecord, type ExecutionRecord, type PipelineRecord, type State } from './records.ts';
import { actionDetail, executionSummary, executionView, pipelineState } from './views.ts';

/** Executions of pipelines: what starts, ends and shows them. */
export function executionOperations(state: State, region: string, engine: Engine): Record<string, Operation> {
  return {
    StartPipelineExecution: operation<StartPipelineExecutionInput>((input) => ({
      pipelineExecutionId: start(state, engine, input).id,
    })),
    GetPipelineExecution: operation<GetPipelineExecutionInput>(({ pipelineName, pipelineExecutionId }) => ({
      pipelineExecution: executionView(executionOf(state, pipelineName, pipelineExecutionId)),
    })),
    ListPipelineExecutions: operation<ListPipelineExecutionsInput>(
      ({ pipelineName, maxResults, nextToken, filter }) => {
        constrain('maxResults', maxResults, { max: 100 });
        const stage = filter?.succeededInStage?.stageName;
        const all = newestFirst(state, pipelineOf(state, pipelineName)).filter(
          ({ stages }) =>
            stage === undefined || stages.some(({ name, status }) => name === stage && status === 'Succeeded'),
        );
        const { items, ...rest } = page(all, maxResults, nextToken);
        return { pipelineExecutionSummaries: items.map(executionSummary), ...rest };
      },
    ),
    ListActionExecutions: operation<ListActionExecutionsInput>(({ pipelineName, filter, maxResults, nextToken }) => {
      const record = pipelineOf(state, pipelineName);
      constrain('maxResults', maxResults, { max: 100 });
      const { latestInPipelineExecution: latest } = filter ?? {};
      const id = filter?.pipelineExecutionId ?? latest?.pipelineExecutionId;
      const executions = id === undefined ? newestFirst(state, record) : [executionOf(state, pipelineName, id)];
      const all = executions.flatMap((execution) =>
        execution.actions
          .toReversed()
          .filter((action, index, actions) => latest === undefined || actions.findIndex(sameAction(action)) === index)
          .map((action) => actionDetail(region, execution, action)),
      );
      const { items, ...rest } = page(all, maxResults, nextToken);
      return { actionExecutionDetails: items, ...rest };
    }),
    GetPipelineState: operation<{ name?: string }>(({ name }) => {
      const record = pipelineOf(state, name);
      return pipelineState(record, newestFirst(state, record));
    }),
    StopPipelineExecution: operation<StopPipelineExecutionInput>((input) => {
      const execution = executionOf(state, input.pipelineName, input.pipelineExecutionId);
      const { abandon = false, reason } = input;
      constrain('reason', reason, { min: 0, max: 200 });
      if (isOver(execution)) {
        throw new AwsError(
          'PipelineExecutionNotStoppableException',
          `Unable to stop the pipeline execution ${execution.id}: its status is ${execution.status}.`,
        );
      }
      if (execution.stop !== undefined && (execution.stop.abandon || !abandon)) {
        throw new AwsError(
          'DuplicatedStopRequestException',
          `The pipeline execution ${execution.id} is already in a Stopping state.`,
        );
      }
      execution.stop = { abandon, ...(reason === undefined ? {} : { reason }) };
      engine.stop(execution);
      return { pipelineExecutionId: execution.id };
    }),
    RetryStageExecution: operation<RetryStageExecutionInput>((input) => retry(state, engine, input)),
  };
}

function start(state: State, engine: Engine, input: StartPipelineExecutionInput): ExecutionRecord {
  const record = pipelineOf(state, input.name);
  const { declaration, version } = record;
  const { clientRequestToken: token } = input;
  constrain('clientRequestToken', token, { pattern: /^[a-zA-Z0-9-]+$/, max: 128 });
  const own = newestFirst(state, record);
  const before = own.find((execution) => token !== undefined && execution.token === token);
  if (before !== undefined) return before;
  const sources = new Set((declaration.stages[0]?.actions ?? []).map(({ name }) => name));
  const wanted: Record<string, string> = {};
  for (const { actionName = '', revisionType, revisionValue = '' } of input.sourceRevisions ?? []) {
    if (!sources.has(actionName)) {
      throw new AwsError(
        'ValidationException',
        `Source revision override: ${actionName} is no source action of ${declaration.name}.`,
      );
    }
    if (revisionType !== 'COMMIT_ID') {
      throw new AwsError(
        'ValidationException',
        `Source revision override: ${actionName} takes a COMMIT_ID, not ${revisionType}.`,
      );
    }
    wanted[actionName] = revisionValue;
  }
  const execution: ExecutionRecord = {
    id: randomUUID(),
    number: (own[0]?.number ?? 0) + 1,
    pipeline: declaration.name,
    version,
    declaration,
    mode: declaration.executionMode ?? 'SUPERSEDED',
    startedAt: Date.now(),
    updatedAt: Date.now(),
    status: 'InProgress',
    wanted,
    revisions: [],
    artifacts: {},
    pipelineVariables: variablesOf(record, input),
    variables: {},
    stages: [],
    actions: [],
    ...(token === undefined ? {} : { token }),
  };
  state.executions[execution.id] = execution;
  engine.start(execution);
  return execution;
}

function variablesOf(
  { declaration }: PipelineRecord,
  { variables = [] }: StartPipelineExecutionInput,
): ResolvedPipelineVariable[] {
  const declared = declaration.variables ?? [];
  const unknown = variables.find(({ name }) => !declared.some((variable) => variable.name === name));
  if (unknown !== undefined) throw new AwsError('ValidationException', `The pipeline has no variable ${unknown.name}.`);
  return declared.map(({ name = '', defaultValue }) => {
    const resolvedValue = variables.find((variable) => variable.name === name)?.value ?? defaultValue;
    if (resolvedValue === undefined) throw new AwsError('ValidationException', `The variable ${name} has no value.`);
    return { name, resolvedValue };
  });
}

function retry(state: State, engine: Engine, input: RetryStageExecutionInput): object {
  const { pipelineName, stageName = '', pipelineExecutionId, retryMode = 'FAILED_ACTIONS' } = input;
  const execution = executionOf(state, pipelineName, pipelineExecutionId);
  if (!execution.declaration.stages.some(({ name }) => name === stageName)) {
    throw new AwsError('StageNotFoundException', `The pipeline ${execution.pipeline} has no stage ${stageName}.`);
  }
  const stage = execution.stages.at(-1);
  if (!isOver(execution) || stage?.name !== stageName || (stage.status !== 'Failed' && stage.status !== 'Stopped')) {
    throw new AwsError(
      'StageNotRetryableException',
      `The stage ${stageName} of ${execution.id} has no failed action to be tried again.`,
    );
  }
  const newer = newestFirst(state, pipelineOf(state, pipelineName)).find(({ stages }) =>
    stages.some(({ name }) => name === stageName),
  );
  if (newer !== execution) {
    throw new AwsError(
      'NotLatestPipelineExecutionException',
      `${execution.id} is not the newest execution in the stage ${stageName}.`,
    );
  }
  delete execution.stop;
  delete execution.summary;
  execution.status = 'InProgress';
  execution.updatedAt = Date.now();
  engine.start(execution, { stage: stageName, mode: retryMode });
  return { pipelineExecutionId: execution.id };
}

function executionOf(state: State, pipeline: string | undefined, id = ''): ExecutionRecord {
  const { declaration } = pipelineOf(state, pipeline);
  const execution = Object.hasOwn(state.executions, id) ? state.executions[id] : undefined;
  if (execution === undefined || execution.pipeline !== declaration.name) {
    throw new AwsError(
      'PipelineExecutionNotFoundException',
      `The pipeline execution with ID '${id}' was not found in pipeline '${declaration.name}'.`,
    );
  }
  return execution;
}

/** Those of one stage and name: an action that was tried again is there more than once. */
function sameAction({ stage, name }: ActionRecord): (other: ActionRecord) => boolean {
  return (other) => other.stage === stage && other.name === name;
}

function newestFirst(state: State, { declaration }: PipelineRecord): ExecutionRecord[] {
  return Object.values(state.executions)
    .filter(({ pipeline }) => pipeline === declaration.name)
    .toSorted((a, b) => b.number - a.number);
}

function page<T>(all: readonly T[], size = 100, token = '0'): { items: T[]; nextToken?: string } {
  const from = Number(token);
  const items = all.slice(from, from + size);
  return from + size < all.length ? { items, nextToken: String(from + size) } : { items };
}
