import type {
  ActionExecutionDetail,
  ActionState,
  ArtifactDetail,
  GetPipelineStateOutput,
  PipelineExecution,
  PipelineExecutionSummary,
  StageState,
} from '@aws-sdk/client-codepipeline';
import { ACCOUNT } from '../context.ts';
import type { ActionRecord, ExecutionRecord, PipelineRecord } from './records.ts';

const TRIGGER = { triggerType: 'StartPipelineExecution', triggerDetail: `arn:aws:iam::${ACCOUNT}:root` } as const;

export function executionView(execution: ExecutionRecord): PipelineExecution {
  return {
    pipelineName: execution.pipeline,
    pipelineVersion: execution.version,
    pipelineExecutionId: execution.id,
    status: execution.status,
    ...(execution.summary === undefined ? {} : { statusSummary: execution.summary }),
    artifactRevisions: execution.revisions.map(({ artifact, revisionId, revisionSummary, revisionUrl }) => ({
      name: artifact,
      revisionId,
      revisionSummary,
      revisionUrl,
    })),
    variables: execution.pipelineVariables,
    trigger: TRIGGER,
    executionMode: execution.mode,
    executionType: 'STANDARD',
  };
}

export function executionSummary(execution: ExecutionRecord): PipelineExecutionSummary {
  const { stop } = execution;
  return {
    pipelineExecutionId: execution.id,
    status: execution.status,
    ...(execution.summary === undefined ? {} : { statusSummary: execution.summary }),
    startTime: new Date(execution.startedAt),
    lastUpdateTime: new Date(execution.updatedAt),
    sourceRevisions: execution.revisions.map(({ actionName, revisionId, revisionSummary, revisionUrl }) => ({
      actionName,
      revisionId,
      revisionSummary,
      revisionUrl,
    })),
    trigger: TRIGGER,
    executionMode: execution.mode,
    executionType: 'STANDARD',
    ...(stop === undefined ? {} : { stopTrigger: stop.reason === undefined ? {} : { reason: stop.reason } }),
  };
}

export function actionDetail(region: string, execution: ExecutionRecord, action: ActionRecord): ActionExecutionDetail {
  const declaration = execution.declaration.stages
    .find(({ name }) => name === action.stage)
    ?.actions?.find(({ name }) => name === action.name);
  const artifacts = (names: readonly { name: string | undefined }[] = []): ArtifactDetail[] =>
    names.flatMap(({ name = '' }) => {
      const location = execution.artifacts[name];
      return location === undefined ? [] : [{ name, s3location: location }];
    });
  return {
    pipelineExecutionId: execution.id,
    actionExecutionId: action.id,
    pipelineVersion: execution.version,
    stageName: action.stage,
    actionName: action.name,
    startTime: new Date(action.startedAt),
    lastUpdateTime: new Date(action.updatedAt),
    status: action.status,
    input: {
      actionTypeId: declaration?.actionTypeId,
      configuration: declaration?.configuration ?? {},
      resolvedConfiguration: action.configuration,
      region: declaration?.region ?? region,
      inputArtifacts: artifacts(declaration?.inputArtifacts),
      ...(declaration?.namespace === undefined ? {} : { namespace: declaration.namespace }),
    },
    output: {
      outputArtifacts: action.status === 'Succeeded' ? artifacts(declaration?.outputArtifacts) : [],
      executionResult: {
        ...(action.externalId === undefined ? {} : { externalExecutionId: action.externalId }),
        ...(action.summary === undefined ? {} : { externalExecutionSummary: action.summary }),
        ...(action.externalUrl === undefined ? {} : { externalExecutionUrl: action.externalUrl }),
        ...(action.error === undefined ? {} : { errorDetails: action.error }),
      },
      outputVariables: action.outputVariables,
    },
  };
}

/** @param executions newest first */
export function pipelineState(
  { declaration, version, createdAt, changedAt }: PipelineRecord,
  executions: readonly ExecutionRecord[],
): GetPipelineStateOutput {
  return {
    pipelineName: declaration.name,
    pipelineVersion: version,
    created: new Date(createdAt),
    updated: new Date(changedAt),
    stageStates: declaration.stages.map(({ name: stage = '', actions = [] }): StageState => {
      const latest = executions.find(({ stages }) => stages.some(({ name }) => name === stage));
      const status = latest?.stages.findLast(({ name }) => name === stage)?.status;
      const inbound = executions
        .filter((execution) => execution.inbound === stage)
        .map(({ id }) => ({ pipelineExecutionId: id, status: 'InProgress' as const, type: 'STANDARD' as const }));
      return {
        stageName: stage,
        inboundExecutions: inbound,
        ...(inbound[0] === undefined ? {} : { inboundExecution: inbound[0] }),
        inboundTransitionState: { enabled: true },
        actionStates: actions.map(({ name }) => actionState(executions, stage, name ?? '')),
        ...(latest === undefined || status === undefined
          ? {}
          : { latestExecution: { pipelineExecutionId: latest.id, status, type: 'STANDARD' } }),
      };
    }),
  };
}

function actionState(executions: readonly ExecutionRecord[], stage: string, name: string): ActionState {
  for (const execution of executions) {
    const action = execution.actions.findLast((one) => one.stage === stage && one.name === name);
    if (action === undefined) continue;
    const revision = execution.revisions.find(({ actionName }) => actionName === name);
    return {
      actionName: name,
      latestExecution: {
        actionExecutionId: action.id,
        status: action.status,
        lastStatusChange: new Date(action.updatedAt),
        ...(action.summary === undefined ? {} : { summary: action.summary }),
        ...(action.externalId === undefined ? {} : { externalExecutionId: action.externalId }),
        ...(action.externalUrl === undefined ? {} : { externalExecutionUrl: action.externalUrl }),
        ...(action.error === undefined ? {} : { errorDetails: action.error }),
      },
      ...(revision === undefined
        ? {}
        : {
            currentRevision: {
              revisionId: revision.revisionId,
              revisionChangeId: revision.revisionId,
              created: new Date(action.updatedAt),
            },
            revisionUrl: revision.revisionUrl,
          }),
    };
  }
  return { actionName: name };
}
