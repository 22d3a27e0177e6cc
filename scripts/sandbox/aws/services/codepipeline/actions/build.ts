import { setTimeout as delay } from 'node:timers/promises';
import type { Build, EnvironmentVariable } from '@aws-sdk/client-codebuild';
import { ActionError, type Location } from '../records.ts';
import { POLL_MS, said, type Job } from './job.ts';

/**
 * A build of a project, from the action's one input artifact.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
 */
export async function build(job: Job): Promise<Record<string, string>> {
  const { neighbours, record, signal } = job;
  const started = await start(job);
  const id = started.id ?? '';
  record.externalId = id;
  record.externalUrl = neighbours.consoleUrl(
    `codebuild/projects/${started.projectName}/build/${encodeURIComponent(id)}/view`,
  );
  let seen = started;
  while (seen.buildStatus === 'IN_PROGRESS') {
    await delay(POLL_MS, undefined, { signal });
    seen = await look(job, id);
  }
  if (seen.buildStatus !== 'SUCCEEDED') throw new ActionError('JobFailed', explained(seen));
  return Object.fromEntries(
    (seen.exportedEnvironmentVariables ?? []).map(({ name, value }) => [name ?? '', value ?? '']),
  );
}

async function start(job: Job): Promise<Build> {
  const { configuration, execution, declaration, record, output, neighbours } = job;
  const input = execution.artifacts[declaration.inputArtifacts?.[0]?.name ?? ''];
  if (input === undefined)
    throw new ActionError('ConfigurationError', `The input artifact of ${record.name} is not there.`);
  const revision = execution.revisions.find(({ artifact }) => artifact === declaration.inputArtifacts?.[0]?.name);
  const variables: EnvironmentVariable[] = [
    ...variablesOf(configuration['EnvironmentVariables']),
    // At AWS the two services agree on these beyond the API.
    { name: 'CODEBUILD_INITIATOR', value: `codepipeline/${execution.pipeline}` },
    ...(revision?.revisionId === undefined
      ? []
      : [{ name: 'CODEBUILD_RESOLVED_SOURCE_VERSION', value: revision.revisionId }]),
  ];
  try {
    return await neighbours.startBuild({
      projectName: configuration['ProjectName'],
      idempotencyToken: record.id,
      sourceTypeOverride: 'S3',
      sourceLocationOverride: `${input.bucket}/${input.key}`,
      artifactsOverride: output === undefined ? { type: 'NO_ARTIFACTS' } : artifactsAt(output),
      environmentVariablesOverride: variables,
    });
  } catch (error) {
    throw new ActionError('JobFailed', `Error calling startBuild: ${said(error)}`, { cause: error });
  }
}

function artifactsAt({ bucket, key }: Location) {
  const slash = key.lastIndexOf('/');
  return {
    type: 'S3' as const,
    location: bucket,
    path: key.slice(0, slash),
    name: key.slice(slash + 1),
    namespaceType: 'NONE' as const,
    packaging: 'ZIP' as const,
  };
}

/** JSON in the configuration: `[{ "name", "value", "type" }]`. */
function variablesOf(text: string | undefined): EnvironmentVariable[] {
  if (text === undefined) return [];
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ActionError('ConfigurationError', 'The action’s EnvironmentVariables are not JSON.', { cause });
  }
}

async function look({ neighbours }: Job, id: string): Promise<Build> {
  const found = await neighbours.build(id);
  if (found === undefined) throw new ActionError('JobFailed', `The build ${id} is not there any more.`);
  return found;
}

function explained({ buildStatus, phases = [] }: Build): string {
  const failed = phases.find(
    ({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED' && phaseStatus !== 'IN_PROGRESS',
  );
  const [context] = failed?.contexts ?? [];
  const parts = [
    `Build terminated with state: ${buildStatus}`,
    ...(failed === undefined
      ? []
      : [`Phase: ${failed.phaseType}, Code: ${context?.statusCode ?? ''}, Message: ${context?.message ?? ''}`]),
  ];
  return parts.join('. ');
}
