import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
  type Build,
  type CreateProjectCommandInput,
  type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import { freePort, startEmulator } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import { nodeBinDir, python, region, temporaryFolder } from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import type { SandboxService } from '../../service.ts';
import { Stores } from '../../store.ts';
import { codebuildService } from '../index.ts';
import { packZip } from '../zip.ts';

export const bucket = 'artifacts';

/** The emulator behind the front door, with our CodeBuild. */
export interface BuildWorld {
  readonly context: ServiceContext;
  readonly folder: string;
  readonly codebuild: CodeBuildClient;
  readonly ssm: SSMClient;
  readonly s3: S3Client;
  readonly reports: string[];
  project(name: string, more?: Partial<CreateProjectCommandInput>): Promise<void>;
  /** Starts as CodePipeline does, from a zip of these files. */
  start(
    project: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    more?: Partial<StartBuildCommandInput>,
  ): Promise<string>;
  get(id: string): Promise<Build>;
  ended(id: string): Promise<Build>;
  /** What the build has uploaded, by name. */
  results(key?: string): Promise<Record<string, string>>;
  log(build: Build): Promise<string>;
  restart(): Promise<void>;
  end(): Promise<void>;
}

export async function startBuildWorld(
  others: (context: ServiceContext) => readonly SandboxService[] = () => [],
): Promise<BuildWorld> {
  const { folder, remove } = await temporaryFolder();
  const port = await freePort();
  const emulator = await startEmulator({
    python,
    nodeBinDir,
    stateDir: path.join(folder, 'emulator'),
    logFile: path.join(folder, 'emulator.log'),
  });
  const reports: string[] = [];
  const open = async () => {
    const context: ServiceContext = {
      region,
      endpointUrl: `http://127.0.0.1:${port}`,
      stores: new Stores(path.join(folder, 'stores')),
      pace: new Pace(),
      folder: (service) => path.join(folder, service),
      report: (message) => reports.push(message),
    };
    const services = [codebuildService(context, { env: { FROM_MACHINE: 'yes' } }), ...others(context)];
    const handlers = services.flatMap((service) => service.handlers);
    const controls = services.flatMap((service) => service.controls ?? []);
    const door = await startFrontDoor({ port, emulatorUrl: emulator.url, handlers, controls });
    for (const service of services) await service.start?.();
    const close = async () => {
      for (const service of services) await service.close?.();
      await door.close();
    };
    return { context, close };
  };
  let current = await open();
  const sdk = clientOptions(current.context);
  const clients = {
    codebuild: new CodeBuildClient(sdk),
    logs: new CloudWatchLogsClient(sdk),
    ssm: new SSMClient(sdk),
    s3: new S3Client({ ...sdk, forcePathStyle: true }),
  };
  const { codebuild, logs, s3 } = clients;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const get = async (id: string): Promise<Build> => {
    const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
    const [build] = builds;
    if (build === undefined) throw new Error(`There is no build ${id}.`);
    return build;
  };
  return {
    ...clients,
    context: current.context,
    folder,
    reports,
    get,
    project: async (name, more = {}) => {
      await codebuild.send(
        new CreateProjectCommand({
          name,
          serviceRole: 'arn:aws:iam::000000000000:role/build',
          source: { type: 'CODEPIPELINE' },
          artifacts: { type: 'CODEPIPELINE' },
          environment: {
            type: 'LINUX_CONTAINER',
            computeType: 'BUILD_GENERAL1_SMALL',
            image: 'aws/codebuild/standard:7.0',
          },
          ...more,
        }),
      );
    },
    start: async (projectName, files, more = {}) => {
      const zip = packZip(
        Object.entries(files).map(([name, content]) => ({
          name,
          content: typeof content === 'string' ? strToU8(content) : content,
          executable: name.endsWith('.sh'),
        })),
      );
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'in/source', Body: zip }));
      const { build } = await codebuild.send(
        new StartBuildCommand({
          projectName,
          sourceTypeOverride: 'S3',
          sourceLocationOverride: `${bucket}/in/source`,
          artifactsOverride: {
            type: 'S3',
            location: bucket,
            path: 'out',
            name: 'result',
            packaging: 'ZIP',
            namespaceType: 'NONE',
          },
          ...more,
        }),
      );
      return build?.id ?? '';
    },
    ended: async (id) => {
      for (const limit = Date.now() + 30_000; ;) {
        const build = await get(id);
        if (build.buildComplete === true) return build;
        if (Date.now() > limit) throw new Error(`It does not end: ${JSON.stringify(build)}`);
        await sleep(50);
      }
    },
    results: async (key = 'out/result') => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const files = unzipSync((await Body?.transformToByteArray()) ?? new Uint8Array());
      return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strFromU8(content)]));
    },
    log: async ({ logs: of }) => {
      const { events = [] } = await logs.send(
        new GetLogEventsCommand({
          logGroupName: of?.groupName ?? '',
          logStreamName: of?.streamName ?? '',
          startFromHead: true,
        }),
      );
      return events.map(({ message }) => message).join('\n');
    },
    restart: async () => {
      await current.close();
      await current.context.stores.save();
      current = await open();
    },
    end: async () => {
      await current.close();
      for (const client of Object.values(clients)) client.destroy();
      await emulator.stop();
      await remove();
    },
  };
}

export function phaseOf(build: Build, type: string) {
  return build.phases?.find(({ phaseType }) => phaseType === type);
}
