import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentCommand,
  type CreateDeploymentInput,
  type DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  type AliasConfiguration,
} from '@aws-sdk/client-lambda';
import { freePort, startEmulator, type Emulator } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import {
  functionZip,
  nodeBinDir,
  python,
  region,
  temporaryFolder,
  untilActive,
  untilUpdated,
} from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { until } from '../../ecs/test/world.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { codedeployService } from '../index.ts';
import { functionSpec } from './app-spec.ts';

const FunctionName = 'greet';
const Role = 'arn:aws:iam::000000000000:role/greet';
export const ALARM = 'greet-prod-shift-errors';
/** 25 per cent a minute. */
export const LINEAR = 'quarters';

/** Reports by itself how it went, as a hook's function has to; without an SDK, so that its package is small. */
const hookCode = (status: 'Succeeded' | 'Failed'): string => `
  const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId } = event;
  await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/${region}/codedeploy/aws4_request',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
    },
    body: JSON.stringify({ deploymentId, lifecycleEventHookExecutionId, status: '${status}' }),
  });
  console.log('reported');`;

export interface Call {
  readonly version: string | undefined;
  readonly failed: boolean;
}

/** A function that really runs behind an alias, and a deployment group for it with an alarm on the version that is shifted to. */
export class FunctionWorld {
  readonly codedeploy: CodeDeployClient;
  readonly lambda: LambdaClient;
  readonly #cloudWatch: CloudWatchClient;
  readonly #context: ServiceContext;
  readonly #emulator: Emulator;
  readonly #folder: string;
  readonly #remove: () => Promise<void>;
  #close: () => Promise<void> = async () => undefined;

  private constructor(context: ServiceContext, emulator: Emulator, folder: string, remove: () => Promise<void>) {
    const options = clientOptions(context);
    this.codedeploy = new CodeDeployClient(options);
    this.lambda = new LambdaClient(options);
    this.#cloudWatch = new CloudWatchClient(options);
    this.#context = context;
    this.#emulator = emulator;
    this.#folder = folder;
    this.#remove = remove;
  }

  /** At the speed that the sandbox has by default. */
  static async start(): Promise<FunctionWorld> {
    const { folder, remove } = await temporaryFolder();
    const endpointUrl = `http://127.0.0.1:${await freePort()}`;
    const emulator = await startEmulator({
      python,
      nodeBinDir,
      stateDir: path.join(folder, 'emulator'),
      logFile: path.join(folder, 'emulator.log'),
      endpointUrl,
    });
    const context: ServiceContext = {
      region,
      endpointUrl,
      stores: new Stores(),
      pace: new Pace(),
      folder: (service) => path.join(folder, service),
      report: (message) => {
        throw new Error(message);
      },
    };
    const world = new FunctionWorld(context, emulator, folder, remove);
    await world.#open();
    await world.#makeFunctions();
    await world.#makeGroup();
    return world;
  }

  async #open(): Promise<void> {
    const stores = new Stores(path.join(this.#folder, 'stores'));
    const service = codedeployService({ ...this.#context, stores });
    const port = Number(new URL(this.#context.endpointUrl).port);
    const door = await startFrontDoor({ port, emulatorUrl: this.#emulator.url, handlers: service.handlers });
    await service.start?.();
    this.#close = async () => {
      await service.close?.();
      await stores.save();
      await door.close();
    };
  }

  /** CodeDeploy stops in the middle of what it does, and starts again from what was saved. */
  async restart(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async end(): Promise<void> {
    for (const client of [this.codedeploy, this.lambda, this.#cloudWatch]) client.destroy();
    await this.#close();
    await this.#emulator.stop();
    await this.#remove();
  }

  async #makeFunctions(): Promise<void> {
    const codes = {
      [FunctionName]: "console.log('1'); return '1';",
      good: hookCode('Succeeded'),
      bad: hookCode('Failed'),
    };
    for (const [name, code] of Object.entries(codes)) {
      await this.lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: { ZipFile: functionZip(code) },
        }),
      );
    }
    for (const name of Object.keys(codes)) await untilActive(this.lambda, name);
    await this.lambda.send(new PublishVersionCommand({ FunctionName }));
    await this.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '1' }));
  }

  async #makeGroup(): Promise<void> {
    const applicationName = 'functions';
    const computePlatform = 'Lambda' as const;
    await this.codedeploy.send(new CreateApplicationCommand({ applicationName, computePlatform }));
    await this.codedeploy.send(
      new CreateDeploymentConfigCommand({
        deploymentConfigName: LINEAR,
        computePlatform,
        trafficRoutingConfig: {
          type: 'TimeBasedLinear',
          timeBasedLinear: { linearPercentage: 25, linearInterval: 1 },
        },
      }),
    );
    await this.codedeploy.send(
      new CreateDeploymentGroupCommand({
        applicationName,
        deploymentGroupName: FunctionName,
        serviceRoleArn: Role,
        deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
        deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        alarmConfiguration: { enabled: true, alarms: [{ name: ALARM }] },
        autoRollbackConfiguration: {
          enabled: true,
          events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
        },
      }),
    );
  }

  /** @returns the number of the version that has this code */
  async publish(code: string): Promise<string> {
    await this.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: functionZip(code) }));
    await untilUpdated(this.lambda, FunctionName);
    const { Version = '' } = await this.lambda.send(new PublishVersionCommand({ FunctionName }));
    return Version;
  }

  /** From 1 to a version. */
  async shift(
    TargetVersion: string,
    change: Partial<CreateDeploymentInput> = {},
    hooks: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const content = functionSpec({ TargetVersion }, hooks);
    const { deploymentId = '' } = await this.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: 'functions',
        deploymentGroupName: FunctionName,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
        ...change,
      }),
    );
    return deploymentId;
  }

  /** The same after the alarm was pointed to that version, as the promotion does it. */
  async watchedShift(...[version, ...rest]: Parameters<FunctionWorld['shift']>): Promise<string> {
    await this.#watch(version);
    return this.shift(version, ...rest);
  }

  async #watch(version: string): Promise<void> {
    const dimensions = { FunctionName, Resource: `${FunctionName}:prod`, ExecutedVersion: version };
    await this.#cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: ALARM,
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      }),
    );
    // Until it is judged again its state is that of the version before.
    const StateReason = `The version ${version} is judged.`;
    await this.#cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: 'INSUFFICIENT_DATA', StateReason }),
    );
  }

  async alias(): Promise<Pick<AliasConfiguration, 'FunctionVersion' | 'RoutingConfig'>> {
    const { FunctionVersion, RoutingConfig } = await this.lambda.send(
      new GetAliasCommand({ FunctionName, Name: 'prod' }),
    );
    return { FunctionVersion, ...(RoutingConfig === undefined ? {} : { RoutingConfig }) };
  }

  /** Per cent that a version has beside the alias's own one. */
  async untilShare(version: string, percent: number): Promise<void> {
    await until(
      () => this.alias(),
      ({ RoutingConfig }) => RoutingConfig?.AdditionalVersionWeights?.[version] === percent / 100,
    );
  }

  /** Calls the alias until then, a few at once. */
  async callUntil(over: AbortSignal): Promise<readonly Call[]> {
    const calls: Call[] = [];
    const caller = async (): Promise<void> => {
      while (!over.aborted) {
        const asked = new InvokeCommand({ FunctionName, Qualifier: 'prod', Payload: '{}' });
        const { ExecutedVersion, FunctionError } = await this.lambda.send(asked);
        calls.push({ version: ExecutedVersion, failed: FunctionError !== undefined });
        await sleep(1);
      }
    };
    await Promise.all([caller(), caller(), caller()]);
    return calls;
  }

  /** For the next test. */
  async reset(): Promise<void> {
    await this.lambda.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: 'prod',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
  }

  async ended(deploymentId: string): Promise<DeploymentInfo> {
    const { deploymentInfo } = await until(
      () => this.codedeploy.send(new GetDeploymentCommand({ deploymentId })),
      (answer) => answer.deploymentInfo?.completeTime !== undefined,
      30_000,
    );
    return deploymentInfo ?? {};
  }

  /** The deployment that rolls this one back, once it has ended too. */
  rolledBack({ rollbackInfo }: DeploymentInfo): Promise<DeploymentInfo> {
    return this.ended(rollbackInfo?.rollbackDeploymentId ?? '');
  }
}
