import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  type Action,
  type Listener,
  type LoadBalancer,
  type Rule,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { clientOptions, type ServiceContext } from '../context.ts';

/** What a load balancer, its listeners and target groups are told to do, as the emulator keeps it. */
export interface Configuration {
  readonly balancers: readonly BalancerConfig[];
  readonly groups: readonly GroupConfig[];
}

export interface BalancerConfig {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  /** `app/<name>/<id>`: the dimension LoadBalancer. */
  readonly suffix: string;
  readonly idleTimeoutMs: number;
  readonly listeners: readonly ListenerConfig[];
}

export interface ListenerConfig {
  readonly arn: string;
  readonly port: number;
  readonly secure: boolean;
  readonly certificateArns: readonly string[];
  /** By priority, the default one last. */
  readonly rules: readonly Rule[];
}

export interface GroupConfig {
  readonly arn: string;
  /** `targetgroup/<name>/<id>`: the dimension TargetGroup. */
  readonly suffix: string;
  /** Those that forward to it. */
  readonly balancerArns: readonly string[];
  readonly port: number;
  readonly healthCheck: {
    readonly path: string;
    readonly port: string;
    readonly matcher: string;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  readonly deregistrationDelayMs: number;
  readonly targets: readonly { readonly id: string; readonly port: number }[];
}

/** Says in a request that the emulator itself is to answer it, and not we, who ask. */
export const PLAIN_HEADER = 'x-sandbox-plain';

/** Reads the configuration. */
export class ConfigurationReader {
  readonly #client: ElasticLoadBalancingV2Client;

  constructor(context: ServiceContext) {
    this.#client = new ElasticLoadBalancingV2Client(clientOptions(context));
    this.#client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(Object(args.request).headers, { [PLAIN_HEADER]: '1' });
        return next(args);
      },
      { step: 'build', name: 'plain' },
    );
  }

  close(): void {
    this.#client.destroy();
  }

  async read(): Promise<Configuration> {
    const groups: GroupConfig[] = [];
    for await (const page of paginateDescribeTargetGroups({ client: this.#client }, {}))
      for (const group of page.TargetGroups ?? []) groups.push(...(await unlessGone(() => this.#group(group))));
    const balancers: BalancerConfig[] = [];
    for await (const page of paginateDescribeLoadBalancers({ client: this.#client }, {}))
      for (const balancer of page.LoadBalancers ?? [])
        balancers.push(...(await unlessGone(() => this.#balancer(balancer))));
    return { balancers, groups };
  }

  async #balancer({
    LoadBalancerArn: arn = '',
    LoadBalancerName: name = '',
    DNSName: dnsName = '',
  }: LoadBalancer): Promise<BalancerConfig> {
    const attributes = await this.#client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }));
    const idle = attributes.Attributes?.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value ?? '60';
    return {
      arn,
      name,
      dnsName,
      suffix: arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length),
      idleTimeoutMs: Number(idle) * 1000,
      listeners: await this.#listeners(arn),
    };
  }

  async #listeners(balancerArn: string): Promise<readonly ListenerConfig[]> {
    const listeners: ListenerConfig[] = [];
    for await (const page of paginateDescribeListeners({ client: this.#client }, { LoadBalancerArn: balancerArn }))
      for (const listener of page.Listeners ?? [])
        listeners.push(...(await unlessGone(() => this.#listener(listener))));
    return listeners;
  }

  async #listener({
    ListenerArn: arn = '',
    Port: port = 80,
    Protocol: protocol,
    Certificates: certificates = [],
  }: Listener): Promise<ListenerConfig> {
    const rules: Rule[] = [];
    for await (const page of paginateDescribeRules({ client: this.#client }, { ListenerArn: arn }))
      rules.push(...(page.Rules ?? []));
    const order = ({ Priority }: Rule): number => (Priority === 'default' ? Infinity : Number(Priority));
    return {
      arn,
      port,
      secure: protocol === 'HTTPS',
      certificateArns: certificates.flatMap(({ CertificateArn }) => CertificateArn ?? []),
      rules: rules.toSorted((one, other) => order(one) - order(other)),
    };
  }

  async #group(group: TargetGroup): Promise<GroupConfig> {
    const TargetGroupArn = group.TargetGroupArn ?? '';
    const port = group.Port ?? 80;
    const [{ Attributes: attributes = [] }, { TargetHealthDescriptions: targets = [] }] = await Promise.all([
      this.#client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
      this.#client.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
    ]);
    const delay = attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value ?? '300';
    return {
      arn: TargetGroupArn,
      suffix: TargetGroupArn.slice(TargetGroupArn.lastIndexOf(':') + 1),
      balancerArns: group.LoadBalancerArns ?? [],
      port,
      healthCheck: {
        path: group.HealthCheckPath ?? '/',
        port: group.HealthCheckPort ?? 'traffic-port',
        matcher: group.Matcher?.HttpCode ?? '200',
        intervalMs: (group.HealthCheckIntervalSeconds ?? 30) * 1000,
        timeoutMs: (group.HealthCheckTimeoutSeconds ?? 5) * 1000,
        healthyThreshold: group.HealthyThresholdCount ?? 5,
        unhealthyThreshold: group.UnhealthyThresholdCount ?? 2,
      },
      deregistrationDelayMs: Number(delay) * 1000,
      targets: targets.flatMap(({ Target }) =>
        Target?.Id === undefined ? [] : [{ id: Target.Id, port: Target.Port ?? port }],
      ),
    };
  }
}

/** Nothing for what somebody deletes while it is read: Terraform does many things at once. */
async function unlessGone<T>(read: () => Promise<T>): Promise<readonly T[]> {
  try {
    return [await read()];
  } catch (error) {
    if (error instanceof Error && /^(TargetGroup|LoadBalancer|Listener)NotFound/.test(error.name)) return [];
    throw error;
  }
}

/** The target groups that an action forwards to, with their weights. */
export function weightsOf(action: Action): readonly { readonly arn: string; readonly weight: number }[] {
  return (action.ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn: arn, Weight: weight }) =>
    arn === undefined ? [] : [{ arn, weight: weight ?? 1 }],
  );
}
