import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type Action,
  type CreateTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancer } from '../../../../../demo/service.ts';
import { freePort, startEmulator } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import { nodeBinDir, python, region, temporaryFolder } from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { loadBalancingService } from '../index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The emulator behind the front door, with our load balancers. */
export class World {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly context: () => ServiceContext;
  readonly reports: string[];
  readonly #endings: (() => Promise<void> | void)[];
  readonly #restart: () => Promise<void>;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(
    context: () => ServiceContext,
    reports: string[],
    endings: (() => Promise<void> | void)[],
    restart: () => Promise<void>,
  ) {
    this.context = context;
    this.reports = reports;
    this.balancing = new ElasticLoadBalancingV2Client(clientOptions(context()));
    this.#endings = endings;
    this.#restart = restart;
  }

  static async start(speed = 60): Promise<World> {
    const { folder, remove } = await temporaryFolder();
    const port = await freePort();
    const without = (process.env['SANDBOX_WITHOUT'] ?? '').split(',').filter((name) => name !== '');
    const emulator = await startEmulator({
      python,
      nodeBinDir,
      without,
      stateDir: path.join(folder, 'emulator'),
      logFile: path.join(folder, 'emulator.log'),
    });
    const reports: string[] = [];
    const open = async () => {
      const context: ServiceContext = {
        region,
        endpointUrl: `http://127.0.0.1:${port}`,
        stores: new Stores(path.join(folder, 'stores')),
        pace: new Pace(speed),
        folder: (service) => path.join(folder, service),
        report: (message) => reports.push(message),
      };
      const service = loadBalancingService(context);
      const { handlers, controls = [] } = service;
      const door = await startFrontDoor({ port, emulatorUrl: emulator.url, handlers, controls });
      await service.start?.();
      const close = async () => {
        await service.close?.();
        await context.stores.save();
        await door.close();
      };
      return { context, close };
    };
    let current = await open();
    const restart = async () => {
      await current.close();
      current = await open();
    };
    return new World(() => current.context, reports, [remove, () => emulator.stop(), () => current.close()], restart);
  }

  restart(): Promise<void> {
    return this.#restart();
  }

  async end(): Promise<void> {
    this.balancing.destroy();
    this.#agent.destroy();
    for (const ending of this.#endings.toReversed()) await ending();
  }

  atEnd(ending: () => Promise<void> | void): void {
    this.#endings.push(ending);
  }

  /** A server on an address of its own, as a task has. */
  async target(host: string, answer: RequestListener): Promise<{ host: string; port: number; server: Server }> {
    const server = createServer(answer);
    server.listen(0, host);
    await once(server, 'listening');
    this.atEnd(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    return { host, port, server };
  }

  async balancer(name: string): Promise<string> {
    const { LoadBalancers } = await this.balancing.send(
      new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-1', 'subnet-2'] }),
    );
    return LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  }

  async group(Name: string, more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
    const { TargetGroups } = await this.balancing.send(
      new CreateTargetGroupCommand({
        Name,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: 'vpc-1',
        TargetType: 'ip',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        ...more,
      }),
    );
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await this.balancing.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }],
      }),
    );
    return TargetGroupArn;
  }

  async listener(
    LoadBalancerArn: string,
    Port: number,
    DefaultActions: Action[],
    certificate?: string,
  ): Promise<string> {
    const { Listeners } = await this.balancing.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Port,
        DefaultActions,
        Protocol: certificate === undefined ? 'HTTP' : 'HTTPS',
        ...(certificate === undefined ? {} : { Certificates: [{ CertificateArn: certificate }] }),
      }),
    );
    return Listeners?.[0]?.ListenerArn ?? '';
  }

  async register(TargetGroupArn: string, { host, port }: { host: string; port: number }): Promise<void> {
    await this.balancing.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: host, Port: port }] }));
  }

  async health(TargetGroupArn: string): Promise<Record<string, { State: string; Reason: string }>> {
    const { TargetHealthDescriptions = [] } = await this.balancing.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return Object.fromEntries(
      TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
        Target?.Id,
        { State: TargetHealth?.State ?? '', Reason: TargetHealth?.Reason ?? '' },
      ]),
    );
  }

  async untilHealth(arn: string, states: Readonly<Record<string, string>>): Promise<void> {
    const end = Date.now() + 10_000;
    for (;;) {
      const seen = Object.fromEntries(Object.entries(await this.health(arn)).map(([id, { State }]) => [id, State]));
      if (JSON.stringify(seen) === JSON.stringify(states)) return;
      if (Date.now() > end) throw new Error(`Health is ${JSON.stringify(seen)}, not ${JSON.stringify(states)}.`);
      await sleep(50);
    }
  }

  async told(): Promise<readonly LoadBalancer[]> {
    const response = await fetch(`${this.context().endpointUrl}/_sandbox/load-balancers`);
    return JSON.parse(await response.text());
  }

  async address(balancer: string, port: number): Promise<{ host: string; port: number; caFile: string }> {
    const found = (await this.told()).find(({ name }) => name === balancer);
    const [host = '', real] = (found?.listeners.find((one) => one.port === port)?.address ?? '').split(':');
    return { host, port: Number(real), caFile: found?.caFile ?? '' };
  }

  /** One request to a listener. */
  ask(at: { host: string; port: number }, { path: url = '/', body, ...more }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...at, path: url, agent: this.#agent, ...more });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => void answerOf(incoming).then(resolve, reject));
      outgoing.end(body);
    });
  }
}

export async function askSecurely(
  at: { host: string; port: number; caFile: string },
  servername: string,
  trust = true,
): Promise<Answer> {
  const ca = trust ? { ca: await readFile(at.caFile) } : {};
  return new Promise((resolve, reject) => {
    const agent = new SecureAgent({ keepAlive: false });
    const outgoing = secureRequest({
      host: at.host,
      port: at.port,
      servername,
      headers: { host: servername },
      agent,
      ...ca,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => void answerOf(incoming).then(resolve, reject));
    outgoing.end();
  });
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const text = (await buffer(incoming)).toString('utf8');
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text };
}
