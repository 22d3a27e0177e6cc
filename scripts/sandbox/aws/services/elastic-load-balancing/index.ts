import type { Control } from '../../front-door.ts';
import { escapeXml } from '../../service-error.ts';
import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import type { ServiceContext } from '../context.ts';
import type { SandboxService } from '../service.ts';
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Certificates } from './certificates.ts';
import { ConfigurationReader, PLAIN_HEADER, type BalancerConfig } from './configuration.ts';
import { Metrics } from './metrics.ts';
import { Proxy } from './proxy.ts';
import { TargetGroup } from './target-group.ts';

const NAMESPACE = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';

/**
 * Elastic Load Balancing at work. The emulator keeps what load balancers are told; each listener here is a server on a port of this
 * machine that does it. `GET <front door>/_sandbox/load-balancers` says which port that is.
 */
export function loadBalancingService(context: ServiceContext): SandboxService {
  const work = new LoadBalancing(context);
  return {
    handlers: [{ service: 'elasticloadbalancing', handle: (request) => work.handle(request) }],
    controls: [work.control],
    start: () => work.start(),
    close: () => work.close(),
  };
}

class LoadBalancing {
  readonly #context: ServiceContext;
  readonly #reader: ConfigurationReader;
  readonly #certificates: Certificates;
  readonly #metrics: Metrics;
  /** The port of this machine by the listener's ARN: the same after the next start. */
  readonly #ports: { readonly value: Record<string, number> };
  readonly #groups = new Map<string, TargetGroup>();
  readonly #proxies = new Map<string, Proxy>();
  #balancers: readonly BalancerConfig[] = [];
  #refreshing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#reader = new ConfigurationReader(context);
    this.#certificates = new Certificates(context);
    this.#ports = context.stores.open<Record<string, number>>('load-balancing', {});
    this.#metrics = new Metrics(context, () =>
      [...this.#groups.values()].flatMap((group) =>
        group.config.balancerArns.flatMap((arn) => {
          const balancer = this.#balancers.find((candidate) => candidate.arn === arn)?.suffix;
          return balancer === undefined ? [] : [{ balancer, group }];
        }),
      ),
    );
  }

  async start(): Promise<void> {
    await this.#certificates.prepare();
    await this.#refresh();
  }

  async close(): Promise<void> {
    await this.#refreshing.catch(() => undefined);
    for (const proxy of this.#proxies.values()) await proxy.close();
    for (const group of this.#groups.values()) group.end();
    await this.#metrics.close();
    this.#certificates.close();
    this.#reader.close();
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    if (request.headers[PLAIN_HEADER] !== undefined) return undefined;
    if (request.action === 'DescribeTargetHealth') return this.#describeTargetHealth(request);
    if (request.action.startsWith('Describe')) return undefined;
    const answer = await request.forward();
    // What was changed holds from the next request on.
    if (answer.status < 300) await this.#refresh();
    return answer;
  }

  /** Reads anew what the load balancers are to do; of those that ask while it is read, all wait for the same next time. */
  #refresh(): Promise<void> {
    this.#waiting ??= this.#refreshing
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        this.#refreshing = this.#take();
        return this.#refreshing;
      });
    return this.#waiting;
  }

  async #take(): Promise<void> {
    const { balancers, groups } = await this.#reader.read();
    const known = new Set(groups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups) {
      if (known.has(arn)) continue;
      group.end();
      this.#groups.delete(arn);
    }
    for (const config of groups) {
      const group = this.#groups.get(config.arn);
      if (group === undefined) this.#groups.set(config.arn, new TargetGroup(config, this.#context.pace));
      else group.configure(config);
    }
    this.#balancers = balancers;
    await this.#listen(balancers);
  }

  async #listen(balancers: readonly BalancerConfig[]): Promise<void> {
    const wanted = new Map(
      balancers.flatMap((balancer) =>
        balancer.listeners.map((listener) => [listener.arn, { balancer, listener }] as const),
      ),
    );
    for (const [arn, proxy] of this.#proxies) {
      const now = wanted.get(arn)?.listener;
      if (now?.secure === proxy.listener.secure) continue;
      await proxy.close();
      this.#proxies.delete(arn);
      if (now === undefined) delete this.#ports.value[arn];
    }
    for (const [arn, { balancer, listener }] of wanted) {
      try {
        const proxy = this.#proxies.get(arn);
        if (proxy === undefined) {
          const started = await this.#startProxy(balancer, listener, this.#ports.value[arn] ?? 0);
          this.#proxies.set(arn, started);
          this.#ports.value[arn] = started.port;
        } else await proxy.configure(balancer, listener);
      } catch (error) {
        // It does not listen, and says why; the others go on.
        const why = error instanceof Error ? error.message : String(error);
        this.#context.report(`The listener ${listener.port} of ${balancer.name} cannot do its work: ${why}`);
      }
    }
  }

  async #startProxy(
    balancer: BalancerConfig,
    listener: BalancerConfig['listeners'][number],
    port: number,
  ): Promise<Proxy> {
    const options = {
      group: (arn: string) => this.#groups.get(arn),
      certificate: (arn: string) => this.#certificates.pair(arn),
      metrics: this.#metrics,
      report: this.#context.report,
    };
    try {
      return await Proxy.start(balancer, listener, { port, ...options });
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port === 0) throw error;
      this.#context.report(
        `Port ${port}, which the listener ${listener.port} of ${balancer.name} had, is taken; it gets another.`,
      );
      return Proxy.start(balancer, listener, { port: 0, ...options });
    }
  }

  async #describeTargetHealth(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    const form = new URLSearchParams((await request.body()).toString('utf8'));
    const group = this.#groups.get(form.get('TargetGroupArn') ?? '');
    // The emulator knows how to refuse.
    if (group === undefined) return undefined;
    const asked = wantedTargets(form);
    const shown = group
      .describe()
      .filter(
        ({ Target }) =>
          asked.length === 0 ||
          asked.some(({ id, port }) => id === Target?.Id && (port ?? Target.Port) === Target.Port),
      );
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<DescribeTargetHealthResponse xmlns="${NAMESPACE}"><DescribeTargetHealthResult><TargetHealthDescriptions>${shown
        .map(healthXml)
        .join(
          '',
        )}</TargetHealthDescriptions></DescribeTargetHealthResult><ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></DescribeTargetHealthResponse>`,
    };
  }

  readonly control: Control = {
    path: '/_sandbox/load-balancers',
    control: (method) => {
      if (method !== 'GET') return json(405, { message: 'Use GET.' });
      return json(
        200,
        this.#balancers.map(({ name, dnsName, listeners }) => ({
          name,
          dnsName,
          caFile: this.#certificates.caFile,
          listeners: listeners.flatMap(({ arn, port, secure }) => {
            const proxy = this.#proxies.get(arn);
            const protocol = secure ? 'HTTPS' : 'HTTP';
            return proxy === undefined ? [] : [{ port, protocol, address: `127.0.0.1:${proxy.port}` }];
          }),
        })),
      );
    },
  };
}

function wantedTargets(form: URLSearchParams): readonly { readonly id: string; readonly port: number | undefined }[] {
  const targets: { id: string; port: number | undefined }[] = [];
  for (let number = 1; ; number += 1) {
    const id = form.get(`Targets.member.${number}.Id`);
    if (id === null) return targets;
    const port = form.get(`Targets.member.${number}.Port`);
    targets.push({ id, port: port === null ? undefined : Number(port) });
  }
}

function healthXml({ Target, TargetHealth, HealthCheckPort }: TargetHealthDescription): string {
  const optional = (name: string, value: string | undefined): string =>
    value === undefined ? '' : `<${name}>${escapeXml(value)}</${name}>`;
  return `<member><Target><Id>${Target?.Id}</Id><Port>${Target?.Port}</Port></Target>${optional('HealthCheckPort', HealthCheckPort)}<TargetHealth>${optional('State', TargetHealth?.State)}${optional('Reason', TargetHealth?.Reason)}${optional('Description', TargetHealth?.Description)}</TargetHealth></member>`;
}

function json(status: number, value: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
