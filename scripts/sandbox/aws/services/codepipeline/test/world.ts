import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  StartPipelineExecutionCommand,
  type ActionExecutionDetail,
  type PipelineDeclaration,
  type PipelineExecution,
  type PipelineExecutionStatus,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline';
import { CodeStarConnectionsClient, CreateConnectionCommand } from '@aws-sdk/client-codestar-connections';
import { startFrontDoor } from '../../../front-door.ts';
import { region, temporaryFolder } from '../../../test/sandbox.ts';
import { freePort } from '../../../emulator.ts';
import { connectionsService } from '../../connections/index.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { codepipelineService } from '../index.ts';
import { FakeCodeBuild, FakeCodeDeploy, FakeEcs, FakeS3, FakeSns } from './fakes.ts';
import { Repository } from './repository.ts';

const role = 'arn:aws:iam::000000000000:role/pipeline';

/** CodePipeline and connections behind the front door, everything else a fake. */
export class World {
  readonly s3 = new FakeS3();
  readonly codeBuild = new FakeCodeBuild(this.s3);
  readonly codeDeploy = new FakeCodeDeploy();
  readonly ecs = new FakeEcs();
  readonly sns = new FakeSns();
  readonly reports: string[] = [];
  readonly context: ServiceContext;
  readonly client: CodePipelineClient;
  readonly repository: Repository;
  /** Of a connection that is there. */
  connection = '';
  readonly #folder: string;
  readonly #remove: () => Promise<void>;
  #close: () => Promise<void> = async () => undefined;

  private constructor(folder: string, remove: () => Promise<void>, port: number) {
    this.#folder = folder;
    this.#remove = remove;
    this.context = {
      region,
      endpointUrl: `http://127.0.0.1:${port}`,
      stores: new Stores(),
      pace: new Pace(),
      folder: (service) => path.join(folder, service),
      report: (message) => this.reports.push(message),
    };
    this.client = new CodePipelineClient(clientOptions(this.context));
    this.repository = new Repository(path.join(folder, 'repositories/acme/rest-api'));
  }

  static async start(): Promise<World> {
    const { folder, remove } = await temporaryFolder();
    const world = new World(folder, remove, await freePort());
    await world.repository.init();
    await world.open();
    const connections = new CodeStarConnectionsClient(clientOptions(world.context));
    const input = { ConnectionName: 'github', ProviderType: 'GitHub' as const };
    world.connection = (await connections.send(new CreateConnectionCommand(input))).ConnectionArn ?? '';
    connections.destroy();
    return world;
  }

  /** Starts the services from what is stored. */
  async open(): Promise<void> {
    const stores = new Stores(path.join(this.#folder, 'stores'));
    const context = { ...this.context, stores };
    const pipelines = codepipelineService(context, {
      sourceUrl: (repository) => path.join(this.#folder, 'repositories', repository),
    });
    const connections = connectionsService(context);
    const door = await startFrontDoor({
      port: Number(new URL(context.endpointUrl).port),
      emulatorUrl: 'http://127.0.0.1:9',
      handlers: [
        ...pipelines.handlers,
        ...connections.handlers,
        this.s3,
        this.codeBuild,
        this.codeDeploy,
        this.ecs,
        this.sns,
      ],
    });
    await pipelines.start?.();
    this.#close = async () => {
      await pipelines.close?.();
      await stores.save();
      await door.close();
    };
  }

  /** Ends the services and stores what they know. */
  close(): Promise<void> {
    return this.#close();
  }

  async end(): Promise<void> {
    this.client.destroy();
    await this.close();
    await this.#remove();
  }

  declaration(name: string, change: Partial<PipelineDeclaration> = {}, branch = 'main'): PipelineDeclaration {
    return {
      name,
      roleArn: role,
      pipelineType: 'V2',
      artifactStore: { type: 'S3', location: 'artifacts' },
      stages: [sourceStage(this.connection, branch), buildStage, deployStage],
      ...change,
    };
  }

  async create(name: string, change: Partial<PipelineDeclaration> = {}, branch?: string): Promise<void> {
    await this.client.send(new CreatePipelineCommand({ pipeline: this.declaration(name, change, branch) }));
  }

  async run(name: string, commit?: string, clientRequestToken?: string): Promise<string> {
    const { pipelineExecutionId = '' } = await this.client.send(
      new StartPipelineExecutionCommand({
        name,
        ...(commit === undefined
          ? {}
          : { sourceRevisions: [{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: commit }] }),
        ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
      }),
    );
    return pipelineExecutionId;
  }

  /** Waits until so many were started. */
  async builds(count: number): Promise<void> {
    await until(
      () => this.codeBuild.started.length,
      (seen) => seen === count,
    );
  }

  async deployments(count: number): Promise<void> {
    await until(
      () => this.codeDeploy.created.length,
      (seen) => seen === count,
    );
  }

  /** Starts an execution and brings it to the point where its deployment runs. */
  async toDeploy(name: string, commit?: string): Promise<string> {
    const [build, deployment] = [this.codeBuild.started.length, this.codeDeploy.created.length];
    const id = await this.run(name, commit);
    await this.builds(build + 1);
    this.codeBuild.succeed(build, release);
    await this.deployments(deployment + 1);
    return id;
  }

  async execution(pipelineName: string, pipelineExecutionId: string): Promise<PipelineExecution> {
    const command = new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId });
    return (await this.client.send(command)).pipelineExecution ?? {};
  }

  /** Oldest first. */
  async actions(pipelineName: string, pipelineExecutionId: string): Promise<ActionExecutionDetail[]> {
    const command = new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId } });
    return ((await this.client.send(command)).actionExecutionDetails ?? []).toReversed();
  }

  async ended(name: string, id: string): Promise<PipelineExecution & { status: PipelineExecutionStatus }> {
    const over = await until(
      () => this.execution(name, id),
      ({ status }) => status !== 'InProgress' && status !== 'Stopping',
    );
    return { ...over, status: over.status ?? 'InProgress' };
  }

  async failure(name: string, id: string): Promise<{ code?: string | undefined; message?: string | undefined }> {
    expectFailed(await this.ended(name, id));
    return (await this.actions(name, id)).at(-1)?.output?.executionResult?.errorDetails ?? {};
  }
}

function expectFailed({ status }: PipelineExecution): void {
  if (status !== 'Failed') throw new Error(`It has not failed: ${status}.`);
}

const type = (category: 'Source' | 'Build' | 'Deploy', provider: string) =>
  ({ category, provider, owner: 'AWS', version: '1' }) as const;

export function sourceStage(
  ConnectionArn: string,
  BranchName = 'main',
  FullRepositoryId = 'acme/rest-api',
): StageDeclaration {
  return {
    name: 'Source',
    actions: [
      {
        name: 'Source',
        actionTypeId: type('Source', 'CodeStarSourceConnection'),
        configuration: { ConnectionArn, BranchName, FullRepositoryId, DetectChanges: 'false' },
        outputArtifacts: [{ name: 'source' }],
        namespace: 'SourceVariables',
      },
    ],
  };
}

export const buildStage: StageDeclaration = {
  name: 'Build',
  actions: [
    {
      name: 'Build',
      actionTypeId: type('Build', 'CodeBuild'),
      configuration: {
        ProjectName: 'app-build',
        EnvironmentVariables: '[{"name":"COMMIT","value":"#{SourceVariables.CommitId}"}]',
      },
      inputArtifacts: [{ name: 'source' }],
      outputArtifacts: [{ name: 'release' }],
    },
  ],
};

export const deployStage: StageDeclaration = {
  name: 'Deploy',
  actions: [
    {
      name: 'Deploy',
      actionTypeId: type('Deploy', 'CodeDeployToECS'),
      configuration: {
        ApplicationName: 'a',
        DeploymentGroupName: 'g',
        TaskDefinitionTemplateArtifact: 'release',
        AppSpecTemplateArtifact: 'release',
        Image1ArtifactName: 'release',
        Image1ContainerName: 'IMAGE',
      },
      inputArtifacts: [{ name: 'release' }],
    },
  ],
};

/** What a build makes for the deploy stage. */
export const release = {
  'taskdef.json': '{"family":"web","containerDefinitions":[{"name":"web","image":"<IMAGE>"}]}',
  'appspec.yaml': 'version: 0\nResources: [{ TargetService: { Properties: { TaskDefinition: <TASK_DEFINITION> } } }]\n',
  'imageDetail.json': '{"ImageURI":"registry/web@sha256:1"}',
};

/** Looks until it holds. */
export async function until<T>(look: () => T | Promise<T>, holds: (seen: T) => boolean, limitMs = 10_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come to it: ${JSON.stringify(seen)}`);
    await sleep(20);
  }
}
