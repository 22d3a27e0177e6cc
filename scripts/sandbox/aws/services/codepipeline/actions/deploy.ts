import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { strFromU8, unzipSync } from 'fflate';
import { ActionError } from '../records.ts';
import { POLL_MS, said, type Job } from './job.ts';

/** How many images an action can put in. */
const IMAGES = [1, 2, 3, 4];
const OVER: ReadonlySet<string | undefined> = new Set(['Succeeded', 'Failed', 'Stopped']);

/**
 * A blue/green deployment to ECS from a task definition and an AppSpec that an artifact holds.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
 */
export async function deploy(job: Job): Promise<Record<string, string>> {
  const { neighbours, record, signal, configuration } = job;
  const taskDefinition = await registerTaskDefinition(job);
  const appSpec = await template(job, 'AppSpec', 'AppSpecTemplate', 'appspec.yaml');
  const content = appSpec.replaceAll('<TASK_DEFINITION>', taskDefinition);
  signal.throwIfAborted();
  let id: string;
  try {
    id = await neighbours.createDeployment({
      applicationName: configuration['ApplicationName'],
      deploymentGroupName: configuration['DeploymentGroupName'],
      description: `CodePipeline ${job.execution.pipeline}, execution ${job.execution.id}`,
      revision: {
        revisionType: 'AppSpecContent',
        appSpecContent: { content, sha256: createHash('sha256').update(content).digest('hex') },
      },
    });
  } catch (error) {
    throw new ActionError('JobFailed', `The deployment could not be created: ${said(error)}`, { cause: error });
  }
  record.externalId = id;
  record.externalUrl = neighbours.consoleUrl(`codedeploy/deployments/${id}`);
  let seen = await look(job, id);
  while (!OVER.has(seen.status)) {
    record.summary = `Deployment ${id} is ${seen.status}`;
    await delay(POLL_MS, undefined, { signal });
    seen = await look(job, id);
  }
  if (seen.status !== 'Succeeded') throw new ActionError('JobFailed', explained(id, seen));
  record.summary = 'Deployment Succeeded';
  return { DeploymentId: id };
}

async function registerTaskDefinition(job: Job): Promise<string> {
  let text = await template(job, 'task definition', 'TaskDefinitionTemplate', 'taskdef.json');
  for (const number of IMAGES) {
    const artifact = job.configuration[`Image${number}ArtifactName`];
    if (artifact === undefined) continue;
    const container = job.configuration[`Image${number}ContainerName`] ?? '';
    text = text.replaceAll(
      `<${container}>`,
      imageUri(await file(job, 'image', artifact, 'imageDetail.json'), artifact),
    );
  }
  let definition: RegisterTaskDefinitionCommandInput;
  try {
    definition = JSON.parse(text);
  } catch (cause) {
    throw new ActionError('ConfigurationError', 'The ECS task definition template is not JSON.', { cause });
  }
  try {
    return await job.neighbours.registerTaskDefinition(definition);
  } catch (error) {
    throw new ActionError('JobFailed', `The task definition could not be registered: ${said(error)}`, { cause: error });
  }
}

function imageUri(text: string, artifact: string): string {
  try {
    const { ImageURI }: { ImageURI?: unknown } = JSON.parse(text);
    if (typeof ImageURI === 'string') return ImageURI;
  } catch (cause) {
    throw new ActionError('ConfigurationError', `imageDetail.json of ${artifact} is not JSON.`, { cause });
  }
  throw new ActionError('ConfigurationError', `imageDetail.json of ${artifact} has no ImageURI.`);
}

function template(job: Job, what: string, prefix: string, name: string): Promise<string> {
  return file(job, what, job.configuration[`${prefix}Artifact`] ?? '', job.configuration[`${prefix}Path`] ?? name);
}

async function file(job: Job, what: string, artifact: string, name: string): Promise<string> {
  const location = job.execution.artifacts[artifact];
  let found: Uint8Array | undefined;
  let cause: unknown;
  try {
    if (location !== undefined) {
      found = unzipSync(await job.neighbours.artifact(location), { filter: (entry) => entry.name === name })[name];
    }
  } catch (error) {
    cause = error;
  }
  if (found === undefined) {
    const why = cause === undefined ? `it has no ${name}.` : said(cause);
    const message = `Exception while trying to read the ${what} artifact file from: ${artifact}: ${why}`;
    throw new ActionError('ConfigurationError', message, { cause });
  }
  return strFromU8(found);
}

async function look({ neighbours }: Job, id: string): Promise<DeploymentInfo> {
  const found = await neighbours.deployment(id);
  if (found === undefined) throw new ActionError('JobFailed', `The deployment ${id} is not there any more.`);
  return found;
}

/** What the deployment itself says, and what it did about it. */
function explained(id: string, { status, errorInformation: error, rollbackInfo }: DeploymentInfo): string {
  const rollback = rollbackInfo?.rollbackDeploymentId;
  return [
    `Deployment ${id} ${status === 'Stopped' ? 'was stopped' : 'failed'}`,
    ...(error === undefined ? [] : [`: ${error.message ?? ''} (Error Code: ${error.code ?? ''})`]),
    ...(rollback === undefined ? [] : [`. It is rolled back by ${rollback}`]),
  ].join('');
}
