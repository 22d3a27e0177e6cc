import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ActionDeclaration } from '@aws-sdk/client-codepipeline';
import type { ServiceContext } from '../context.ts';
import { build } from './actions/build.ts';
import { deploy } from './actions/deploy.ts';
import { AbandonedError, type Action } from './actions/job.ts';
import { source } from './actions/source.ts';
import type { Neighbours } from './neighbours.ts';
import { ActionError, type ActionRecord, type ExecutionRecord, type Location } from './records.ts';
import { kindOf } from './validation.ts';
import { resolveConfiguration } from './variables.ts';

const ACTIONS: Readonly<Record<string, Action>> = {
  'Source/CodeStarSourceConnection': source,
  'Build/CodeBuild': build,
  'Test/CodeBuild': build,
  'Deploy/CodeDeployToECS': deploy,
};

export const INTERRUPTED = 'The sandbox was stopped while this was in progress.';

export interface ActionParts {
  readonly context: ServiceContext;
  readonly neighbours: Neighbours;
  readonly sourceUrl: (fullRepositoryId: string) => string;
  readonly signal: AbortSignal;
}

/** Does one action of an execution and writes down what became of it. Never throws. */
export async function runAction(
  execution: ExecutionRecord,
  stage: string,
  declaration: ActionDeclaration,
  { context, neighbours, sourceUrl, signal }: ActionParts,
): Promise<ActionRecord['status']> {
  const record: ActionRecord = {
    id: randomUUID(),
    stage,
    name: declaration.name ?? '',
    startedAt: Date.now(),
    updatedAt: Date.now(),
    status: 'InProgress',
    configuration: declaration.configuration ?? {},
    outputVariables: {},
  };
  execution.actions.push(record);
  const folder = path.join(context.folder('codepipeline'), record.id);
  try {
    signal.throwIfAborted();
    const action = ACTIONS[kindOf(declaration)];
    if (action === undefined) throw new Error(`The sandbox does not run ${kindOf(declaration)}.`);
    record.configuration = resolveConfiguration(record.configuration, execution);
    const output = declaration.outputArtifacts?.[0]?.name;
    const location = output === undefined ? undefined : locationOf(execution, output);
    record.outputVariables = await action({
      execution,
      declaration,
      configuration: record.configuration,
      record,
      output: location,
      neighbours,
      folder,
      signal,
      sourceUrl,
    });
    if (output !== undefined && location !== undefined) execution.artifacts[output] = location;
    if (declaration.namespace !== undefined) execution.variables[declaration.namespace] = record.outputVariables;
    record.status = 'Succeeded';
  } catch (error) {
    if (signal.aborted && signal.reason instanceof AbandonedError) {
      record.status = 'Abandoned';
    } else {
      record.status = 'Failed';
      record.error = signal.aborted ? { code: 'JobFailed', message: INTERRUPTED } : detailsOf(error, context);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  record.updatedAt = Date.now();
  return record.status;
}

function detailsOf(error: unknown, context: ServiceContext): { code: string; message: string } {
  if (error instanceof ActionError) return { code: error.code, message: error.message };
  context.report(`CodePipeline: an action failed by itself: ${error instanceof Error ? error.stack : String(error)}`);
  return { code: 'InternalError', message: `The sandbox failed at this: ${String(error)}` };
}

/** As CodePipeline names objects: the pipeline and the artifact shortened, then something random. */
function locationOf({ declaration, pipeline }: ExecutionRecord, artifact: string): Location {
  const store = declaration.artifactStore ?? Object.values(declaration.artifactStores ?? {})[0];
  const random = randomBytes(6).toString('base64url').slice(0, 7);
  return { bucket: store?.location ?? '', key: `${pipeline.slice(0, 20)}/${artifact.slice(0, 10)}/${random}` };
}
