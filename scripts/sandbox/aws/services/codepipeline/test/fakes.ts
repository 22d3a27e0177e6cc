import type { Build, StartBuildInput } from '@aws-sdk/client-codebuild';
import type { CreateDeploymentInput, DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { serviceError } from '../../../service-error.ts';
import type { ServiceHandler, ServiceRequest } from '../../../service-request.ts';
import { answerJson, AwsError, operation } from '../../json-protocol.ts';

/** Objects by `bucket/key`; only the bucket `artifacts` is there. */
export class FakeS3 implements ServiceHandler {
  readonly service = 's3';
  readonly objects = new Map<string, Uint8Array>();

  async handle(request: ServiceRequest) {
    const { method, url, headers } = request;
    const name = decodeURIComponent(url.pathname.slice(1));
    if (!name.startsWith('artifacts/')) {
      return serviceError('s3', headers, { status: 404, code: 'NoSuchBucket', message: 'There is no such bucket.' });
    }
    if (method === 'PUT') {
      this.objects.set(name, await request.body());
      return { status: 200, headers: { etag: '"1"' } };
    }
    const found = this.objects.get(name);
    if (found === undefined)
      return serviceError('s3', headers, { status: 404, code: 'NoSuchKey', message: 'No such key.' });
    return { status: 200, body: found };
  }
}

/** Builds end when the test says so, and then bring the files that the test gives. */
export class FakeCodeBuild implements ServiceHandler {
  readonly service = 'codebuild';
  readonly started: (StartBuildInput & { id: string })[] = [];
  readonly stopped: string[] = [];
  readonly #s3: FakeS3;
  readonly #builds = new Map<string, Build>();

  constructor(s3: FakeS3) {
    this.#s3 = s3;
  }

  handle(request: ServiceRequest) {
    return answerJson(request, {
      StartBuild: operation<StartBuildInput>((input) => {
        if (input.projectName !== 'app-build') {
          throw new AwsError('ResourceNotFoundException', `Project cannot be found: ${input.projectName}`);
        }
        const id = `app-build:${this.started.length}`;
        this.started.push({ ...input, id });
        const build: Build = {
          id,
          projectName: 'app-build',
          buildStatus: 'IN_PROGRESS',
          buildComplete: false,
          phases: [],
        };
        this.#builds.set(id, build);
        return { build };
      }),
      BatchGetBuilds: operation<{ ids: string[] }>(({ ids }) => ({
        builds: ids.flatMap((id) => this.#builds.get(id) ?? []),
      })),
      StopBuild: operation<{ id: string }>(({ id }) => {
        this.stopped.push(id);
        return { build: this.#builds.get(id) };
      }),
    });
  }

  /** The files of its source. */
  sourceOf(index: number): Record<string, string> {
    return textsOf(this.#s3.objects.get(this.started[index]?.sourceLocationOverride ?? ''));
  }

  succeed(index: number, files: Readonly<Record<string, string>>): void {
    const { id = '', artifactsOverride: to } = this.started[index] ?? {};
    const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
    this.#s3.objects.set(`${to?.location}/${to?.path}/${to?.name}`, zipSync(Object.fromEntries(entries)));
    this.#end(id, { buildStatus: 'SUCCEEDED', exportedEnvironmentVariables: [{ name: 'TAG', value: 'v1' }] });
  }

  fail(index: number, message: string): void {
    this.#end(this.started[index]?.id ?? '', {
      buildStatus: 'FAILED',
      phases: [
        { phaseType: 'INSTALL', phaseStatus: 'SUCCEEDED' },
        { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message }] },
      ],
    });
  }

  #end(id: string, how: Partial<Build>): void {
    this.#builds.set(id, { ...this.#builds.get(id), ...how, buildComplete: true });
  }
}

/** Deployments end when the test says so. */
export class FakeCodeDeploy implements ServiceHandler {
  readonly service = 'codedeploy';
  readonly created: CreateDeploymentInput[] = [];
  readonly stopped: string[] = [];
  readonly #deployments = new Map<string, DeploymentInfo>();

  handle(request: ServiceRequest) {
    return answerJson(request, {
      CreateDeployment: operation<CreateDeploymentInput>((input) => {
        this.created.push(input);
        const deploymentId = `d-${this.created.length}`;
        this.#deployments.set(deploymentId, { deploymentId, status: 'InProgress' });
        return { deploymentId };
      }),
      GetDeployment: operation<{ deploymentId: string }>(({ deploymentId }) => ({
        deploymentInfo: this.#deployments.get(deploymentId),
      })),
      StopDeployment: operation<{ deploymentId: string }>(({ deploymentId }) => {
        this.stopped.push(deploymentId);
        return { status: 'Pending' };
      }),
    });
  }

  end(id: string, how: Partial<DeploymentInfo>): void {
    this.#deployments.set(id, { ...this.#deployments.get(id), ...how });
  }
}

/** Registers task definitions, and refuses those without a family. */
export class FakeEcs implements ServiceHandler {
  readonly service = 'ecs';
  readonly registered: { family?: string; containerDefinitions?: { image?: string }[] }[] = [];

  handle(request: ServiceRequest) {
    return answerJson(request, {
      RegisterTaskDefinition: operation<FakeEcs['registered'][number]>((input) => {
        if (input.family === undefined) throw new AwsError('ClientException', 'Family should not be null.');
        this.registered.push(input);
        const taskDefinitionArn = `arn:aws:ecs:eu-west-1:000000000000:task-definition/${input.family}:${this.registered.length}`;
        return { taskDefinition: { taskDefinitionArn } };
      }),
    });
  }
}

/** Keeps what is published. */
export class FakeSns implements ServiceHandler {
  readonly service = 'sns';
  readonly published: { topic: string | null; message: string | null }[] = [];

  async handle(request: ServiceRequest) {
    const form = new URLSearchParams((await request.body()).toString('utf8'));
    this.published.push({ topic: form.get('TopicArn'), message: form.get('Message') });
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
    };
  }
}

export function textsOf(zip: Uint8Array | undefined): Record<string, string> {
  if (zip === undefined) return {};
  return Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, content]) => [name, strFromU8(content)]));
}
