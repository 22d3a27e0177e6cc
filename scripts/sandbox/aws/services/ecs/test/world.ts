import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type ContainerDefinition,
  type DesiredStatus,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { freePort, startEmulator } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import { nodeBinDir, python, region, temporaryFolder } from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import type { SandboxService } from '../../service.ts';
import { Stores } from '../../store.ts';
import { ecsService } from '../index.ts';
import { fakeImages } from './image.ts';

export const network = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } };

/** The emulator behind the front door, with our ECS. */
export interface EcsWorld {
  readonly context: ServiceContext;
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  readonly ssm: SSMClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly reports: string[];
  service(name: string): Promise<Service>;
  tasks(serviceName: string, desiredStatus?: DesiredStatus): Promise<Task[]>;
  define(family: string, container?: Partial<ContainerDefinition>): Promise<string>;
  /** Stops the service, saves, and starts it again from what was saved. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export async function startEcsWorld(
  options: {
    readonly speed?: number;
    readonly startMs?: number;
    readonly more?: (context: ServiceContext) => SandboxService;
  } = {},
): Promise<EcsWorld> {
  const { folder, remove } = await temporaryFolder();
  const port = await freePort();
  const emulator = await startEmulator({
    python,
    nodeBinDir,
    stateDir: path.join(folder, 'emulator'),
    logFile: path.join(folder, 'emulator.log'),
  });
  const reports: string[] = [];
  const contextOf = (): ServiceContext => ({
    region,
    endpointUrl: `http://127.0.0.1:${port}`,
    stores: new Stores(path.join(folder, 'stores')),
    pace: new Pace(options.speed ?? 600),
    folder: (service) => path.join(folder, service),
    report: (message) => reports.push(message),
  });
  const open = async () => {
    const context = contextOf();
    const services: SandboxService[] = [
      ecsService(context, {
        unpackImage: fakeImages(),
        ...(options.startMs === undefined ? {} : { startMs: options.startMs }),
      }),
    ];
    if (options.more !== undefined) services.push(options.more(context));
    const handlers = services.flatMap((service) => service.handlers);
    const controls = services.flatMap((service) => service.controls ?? []);
    const door = await startFrontDoor({ port, emulatorUrl: emulator.url, handlers, controls });
    for (const service of services) await service.start?.();
    const close = async () => {
      for (const service of services.toReversed()) await service.close?.();
      await door.close();
    };
    return { context, close };
  };
  let current = await open();
  const sdk = clientOptions(current.context);
  const clients = {
    ecs: new ECSClient(sdk),
    logs: new CloudWatchLogsClient(sdk),
    ssm: new SSMClient(sdk),
    balancing: new ElasticLoadBalancingV2Client(sdk),
    cloudWatch: new CloudWatchClient(sdk),
  };
  const { ecs } = clients;
  await ecs.send(new CreateClusterCommand({ clusterName: 'c', capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }));
  return {
    ...clients,
    context: current.context,
    reports,
    service: async (name) => {
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: 'c', services: [name] }));
      const [service] = services;
      if (service === undefined) throw new Error(`There is no service ${name}.`);
      return service;
    },
    tasks: async (serviceName, desiredStatus = 'RUNNING') => {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: 'c', serviceName, desiredStatus }));
      if (taskArns.length === 0) return [];
      return (await ecs.send(new DescribeTasksCommand({ cluster: 'c', tasks: taskArns }))).tasks ?? [];
    },
    define: async (family, container = {}) => {
      const { taskDefinition } = await ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          requiresCompatibilities: ['FARGATE'],
          networkMode: 'awsvpc',
          cpu: '256',
          memory: '512',
          containerDefinitions: [
            { name: 'web', image: 'registry/server:1', portMappings: [{ containerPort: 8080 }], ...container },
          ],
        }),
      );
      return taskDefinition?.taskDefinitionArn ?? '';
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

/** Looks until it holds. */
export async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean, limitMs = 15_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come to it: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

export function addressOf(task: Task | undefined): string {
  const details = task?.attachments?.[0]?.details ?? [];
  return details.find(({ name }) => name === 'privateIPv4Address')?.value ?? '';
}

/** What the image's server says of itself. */
export async function ask(
  task: Task | undefined,
  url = '/',
): Promise<{ readonly pid: number; readonly env: Readonly<Record<string, string>> }> {
  const response = await fetch(`http://${addressOf(task)}:8080${url}`);
  return JSON.parse(await response.text());
}
