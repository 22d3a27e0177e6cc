import path from 'node:path';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  type CreateDeploymentGroupInput,
  type CreateDeploymentInput,
  type DeploymentInfo,
  type DeploymentTarget,
  type ECSTarget,
  type LambdaTarget,
  type LifecycleEventStatus,
} from '@aws-sdk/client-codedeploy';
import { freePort } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import { region, temporaryFolder } from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { until } from '../../ecs/test/world.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { codedeployService } from '../index.ts';
import { appSpec, functionSpec } from './app-spec.ts';
import { FakeEcs, type HookCall } from './fake-ecs.ts';
import { FakeFunctions } from './fake-functions.ts';

/** A minute of AWS's is so many milliseconds. */
export const MINUTE_MS = 10;
const limits = { lookMs: 2, alarmMs: 2, leastInstallMs: 20, leastHookMs: 20 };

export const group: CreateDeploymentGroupInput = {
  applicationName: 'web',
  deploymentGroupName: 'web',
  serviceRoleArn: 'arn:aws:iam::000000000000:role/deploy',
  deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
  blueGreenDeploymentConfiguration: {
    deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
    terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 1 },
  },
  ecsServices: [{ clusterName: 'c', serviceName: 'web' }],
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        targetGroups: [{ name: 'blue' }, { name: 'green' }],
        prodTrafficRoute: { listenerArns: ['production'] },
        testTrafficRoute: { listenerArns: ['test'] },
      },
    ],
  },
  autoRollbackConfiguration: {
    enabled: true,
    events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
  },
};

const { ecsServices: _, loadBalancerInfo: __, blueGreenDeploymentConfiguration: ___, ...platformless } = group;

/** Ten per cent of a function's calls, for longer than any test takes. */
export const HELD = { deploymentConfigName: 'held' };

/** The same for functions. */
export const functionGroup: CreateDeploymentGroupInput = {
  ...platformless,
  applicationName: 'functions',
  deploymentGroupName: 'greet',
  alarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }] },
};

/** CodeDeploy behind the front door, with a fake of everything that it deploys to. */
export class Stage {
  readonly ecs = new FakeEcs();
  readonly functions = new FakeFunctions();
  readonly reports: string[] = [];
  readonly client: CodeDeployClient;
  readonly #folder: string;
  readonly #remove: () => Promise<void>;
  readonly #context: ServiceContext;
  #close: () => Promise<void> = async () => undefined;

  private constructor(folder: string, remove: () => Promise<void>, port: number) {
    this.#folder = folder;
    this.#remove = remove;
    this.#context = {
      region,
      endpointUrl: `http://127.0.0.1:${port}`,
      stores: new Stores(),
      pace: new Pace(60_000 / MINUTE_MS),
      folder: (service) => path.join(folder, service),
      report: (message) => this.reports.push(message),
    };
    this.client = new CodeDeployClient(clientOptions(this.#context));
  }

  static async open(): Promise<Stage> {
    const { folder, remove } = await temporaryFolder();
    const stage = new Stage(folder, remove, await freePort());
    await stage.#open();
    return stage;
  }

  /** The same with an application and a group. */
  static async withGroup(change: Partial<CreateDeploymentGroupInput> = {}): Promise<Stage> {
    const stage = await Stage.open();
    await stage.client.send(new CreateApplicationCommand({ applicationName: 'web', computePlatform: 'ECS' }));
    await stage.client.send(new CreateDeploymentGroupCommand({ ...group, ...change }));
    return stage;
  }

  /** With an application and a group for functions. */
  static async withFunctions(change: Partial<CreateDeploymentGroupInput> = {}): Promise<Stage> {
    const stage = await Stage.open();
    const { applicationName } = functionGroup;
    const computePlatform = 'Lambda' as const;
    await stage.client.send(new CreateApplicationCommand({ applicationName, computePlatform }));
    await stage.client.send(
      new CreateDeploymentConfigCommand({
        ...HELD,
        computePlatform,
        trafficRoutingConfig: {
          type: 'TimeBasedCanary',
          timeBasedCanary: { canaryPercentage: 10, canaryInterval: 2_880 },
        },
      }),
    );
    await stage.client.send(new CreateDeploymentGroupCommand({ ...functionGroup, ...change }));
    return stage;
  }

  async #open(): Promise<void> {
    const stores = new Stores(path.join(this.#folder, 'stores'));
    const service = codedeployService(
      { ...this.#context, stores },
      { neighbours: this.ecs, lambda: this.functions, limits },
    );
    const { handlers } = service;
    const port = Number(new URL(this.#context.endpointUrl).port);
    const door = await startFrontDoor({ port, emulatorUrl: 'http://127.0.0.1:9', handlers });
    await service.start?.();
    this.#close = async () => {
      await service.close?.();
      await stores.save();
      await door.close();
    };
  }

  /** @param between what happens while the sandbox is stopped */
  async restart(between: () => void = () => undefined): Promise<void> {
    await this.#close();
    between();
    await this.#open();
  }

  async end(): Promise<void> {
    this.client.destroy();
    await this.#close();
    await this.#remove();
  }

  async deploy(
    change: Partial<CreateDeploymentInput> = {},
    hooks: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { deploymentId = '' } = await this.client.send(
      new CreateDeploymentCommand({
        applicationName: 'web',
        deploymentGroupName: 'web',
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec('web:2', hooks) } },
        ...change,
      }),
    );
    return deploymentId;
  }

  /** @param content an AppSpec, which is of the alias `prod` from 1 to 2 without one */
  shift(change: Partial<CreateDeploymentInput> = {}, content = functionSpec()): Promise<string> {
    const { applicationName, deploymentGroupName } = functionGroup;
    const revision = { revisionType: 'AppSpecContent' as const, appSpecContent: { content } };
    return this.deploy({ applicationName, deploymentGroupName, revision, ...change });
  }

  async look(deploymentId: string): Promise<DeploymentInfo> {
    const { deploymentInfo } = await this.client.send(new GetDeploymentCommand({ deploymentId }));
    if (deploymentInfo === undefined) throw new Error(`There is no ${deploymentId}.`);
    return deploymentInfo;
  }

  until(id: string, holds: (info: DeploymentInfo) => boolean): Promise<DeploymentInfo> {
    return until(() => this.look(id), holds, 5_000);
  }

  ended(id: string): Promise<DeploymentInfo> {
    return this.until(id, ({ completeTime }) => completeTime !== undefined);
  }

  /** What rolled it back, once that has ended too. */
  async rolledBack(id: string): Promise<DeploymentInfo> {
    const { rollbackInfo } = await this.ended(id);
    return this.ended(rollbackInfo?.rollbackDeploymentId ?? '');
  }

  async target(deploymentId: string): Promise<ECSTarget> {
    const { ecsTarget } = await this.#target(deploymentId);
    if (ecsTarget === undefined) throw new Error('It is no target of ECS.');
    return ecsTarget;
  }

  async functionTarget(deploymentId: string): Promise<LambdaTarget> {
    const { lambdaTarget } = await this.#target(deploymentId);
    if (lambdaTarget === undefined) throw new Error('It is no target of Lambda.');
    return lambdaTarget;
  }

  async #target(deploymentId: string): Promise<DeploymentTarget> {
    const { targetIds: [targetId] = [] } = await this.client.send(new ListDeploymentTargetsCommand({ deploymentId }));
    const { deploymentTarget } = await this.client.send(new GetDeploymentTargetCommand({ deploymentId, targetId }));
    if (deploymentTarget === undefined) throw new Error('It has no target.');
    return deploymentTarget;
  }

  /** `<name> <status>` of each event. */
  async events(id: string): Promise<string[]> {
    const { ecsTarget, lambdaTarget } = await this.#target(id);
    const { lifecycleEvents = [] } = ecsTarget ?? lambdaTarget ?? {};
    return lifecycleEvents.map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`);
  }

  /** As a hook's function does it. */
  async answerHook(
    { DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }: HookCall,
    status: LifecycleEventStatus,
  ): Promise<void> {
    await this.client.send(
      new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status }),
    );
  }

  /** When green has so much. */
  async untilShare(percent: number): Promise<void> {
    await until(
      async () => this.ecs.shares.at(-1)?.percent,
      (share) => share === percent,
    );
  }

  /** When the version that is shifted to has so much. */
  async untilShifted(percent: number): Promise<void> {
    await until(
      async () => this.functions.shares.at(-1)?.percent,
      (share) => share === percent,
    );
  }
}
