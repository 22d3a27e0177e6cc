import {
  CodePipelineClient,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  paginateListActionExecutions,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxInfo } from '../sandbox/state.ts';

export interface ReleasedAction {
  readonly stage: string;
  readonly action: string;
  readonly status: string;
  /** What went wrong, in the action's own words; empty if nothing did. */
  readonly message: string;
  /** Of the build or the deployment that the action started. */
  readonly externalId: string;
}

export interface Release {
  readonly status: string;
  readonly actions: readonly ReleasedAction[];
}

const LIMIT_MS = 4 * 60_000;

/** Starts the pipeline with exactly this commit, as a release does, and follows it to its end. */
export async function release(sandbox: SandboxInfo, pipeline: string, commit: string): Promise<Release> {
  const client = new CodePipelineClient({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  try {
    const { pipeline: found } = await client.send(new GetPipelineCommand({ name: pipeline }));
    const actionName = found?.stages?.[0]?.actions?.[0]?.name;
    const { pipelineExecutionId } = await client.send(
      new StartPipelineExecutionCommand({
        name: pipeline,
        sourceRevisions: [{ actionName, revisionType: 'COMMIT_ID', revisionValue: commit }],
      }),
    );
    const of = { pipelineName: pipeline, pipelineExecutionId };
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const { pipelineExecution } = await client.send(new GetPipelineExecutionCommand(of));
      const status = pipelineExecution?.status ?? '';
      if (status !== 'InProgress' && status !== 'Stopping') {
        return { status, actions: await actionsOf(client, pipeline, pipelineExecutionId ?? '') };
      }
      if (Date.now() > end) {
        const actions = JSON.stringify(await actionsOf(client, pipeline, pipelineExecutionId ?? ''));
        throw new Error(`The pipeline has not ended after ${LIMIT_MS / 1000} s: ${actions}`);
      }
      await delay(200);
    }
  } finally {
    client.destroy();
  }
}

async function actionsOf(
  client: CodePipelineClient,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<readonly ReleasedAction[]> {
  const actions: ReleasedAction[] = [];
  for await (const page of paginateListActionExecutions(
    { client },
    { pipelineName, filter: { pipelineExecutionId } },
  )) {
    for (const { stageName, actionName, status, output } of page.actionExecutionDetails ?? []) {
      actions.unshift({
        stage: stageName ?? '',
        action: actionName ?? '',
        status: status ?? '',
        message: output?.executionResult?.errorDetails?.message ?? '',
        externalId: output?.executionResult?.externalExecutionId ?? '',
      });
    }
  }
  return actions;
}

/** The actions that did not succeed, with what they say. */
export function failures({ actions }: Release): readonly { readonly stage: string; readonly message: string }[] {
  return actions.filter(({ status }) => status !== 'Succeeded').map(({ stage, message }) => ({ stage, message }));
}
