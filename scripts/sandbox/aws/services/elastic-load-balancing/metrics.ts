import { CloudWatchClient, PutMetricDataCommand, type MetricDatum } from '@aws-sdk/client-cloudwatch';
import { clientOptions, type ServiceContext } from '../context.ts';
import type { TargetGroup } from './target-group.ts';

const NAMESPACE = 'AWS/ApplicationELB';
const EVERY_MS = 1_000;
/** The most that PutMetricData takes in one call, in data and in values of a datum. */
const MAX_DATA = 500;
const MAX_VALUES = 150;

/** How one request went. */
export interface Served {
  /** The dimension LoadBalancer. */
  readonly balancer: string;
  /** The dimension TargetGroup, where a target was chosen. */
  readonly group?: string;
  readonly status: number;
  /** Whether a target answered, or the load balancer itself. */
  readonly byTarget: boolean;
  /** Until the target's answer began. */
  readonly seconds?: number;
}

/** Which target group belongs to which load balancers. */
export type Groups = () => readonly { readonly balancer: string; readonly group: TargetGroup }[];

/**
 * Counts requests and tells CloudWatch once a second, as the load balancers' metrics.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export class Metrics {
  readonly #client: CloudWatchClient;
  readonly #groups: Groups;
  readonly #report: (message: string) => void;
  readonly #timer: NodeJS.Timeout;
  #served: Served[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(context: ServiceContext, groups: Groups) {
    this.#client = new CloudWatchClient(clientOptions(context));
    this.#groups = groups;
    this.#report = context.report;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS);
    this.#timer.unref();
  }

  count(served: Served): void {
    this.#served.push(served);
  }

  flush(): Promise<void> {
    const served = this.#served;
    this.#served = [];
    this.#sending = this.#sending.then(() => this.#send([...requestData(served), ...hostData(this.#groups())]));
    return this.#sending;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    this.#client.destroy();
  }

  async #send(data: readonly MetricDatum[]): Promise<void> {
    try {
      for (let from = 0; from < data.length; from += MAX_DATA) {
        const MetricData = data.slice(from, from + MAX_DATA);
        await this.#client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
      }
    } catch (error) {
      // Requests go on without it; whoever looks at the alarms should know.
      this.#report(
        `The load balancer's metrics were not taken: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function dimensions(balancer: string, group?: string): { Name: string; Value: string }[] {
  return [
    ...(group === undefined ? [] : [{ Name: 'TargetGroup', Value: group }]),
    { Name: 'LoadBalancer', Value: balancer },
  ];
}

/** Each metric once for the load balancer and once for each of its target groups. */
function requestData(served: readonly Served[]): MetricDatum[] {
  const sums = new Map<string, MetricDatum & { Value: number }>();
  const times = new Map<string, { Dimensions: MetricDatum['Dimensions']; values: number[] }>();
  for (const one of served) {
    const places = [undefined, ...(one.group === undefined ? [] : [one.group])];
    const status = `${Math.floor(one.status / 100)}XX_Count`;
    for (const group of places) {
      const Dimensions = dimensions(one.balancer, group);
      // Requests that no target was chosen for are not counted as requests.
      const names = [
        ...(one.group === undefined ? [] : ['RequestCount']),
        one.byTarget ? `HTTPCode_Target_${status}` : `HTTPCode_ELB_${status}`,
      ];
      for (const MetricName of names) {
        const key = JSON.stringify([MetricName, Dimensions]);
        const sum = sums.get(key) ?? { MetricName, Dimensions, Unit: 'Count', Value: 0 };
        sums.set(key, { ...sum, Value: sum.Value + 1 });
      }
      if (one.seconds === undefined) continue;
      const key = JSON.stringify(Dimensions);
      const time = times.get(key) ?? { Dimensions, values: [] };
      time.values.push(one.seconds);
      times.set(key, time);
    }
  }
  const latencies = [...times.values()].flatMap(({ Dimensions, values }) =>
    chunks(values).map((Values) => ({
      MetricName: 'TargetResponseTime',
      Dimensions,
      Unit: 'Seconds' as const,
      Values,
    })),
  );
  return [...sums.values(), ...latencies];
}

function chunks(values: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(values.length / MAX_VALUES) }, (_, index) =>
    values.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES),
  );
}

function hostData(groups: ReturnType<Groups>): MetricDatum[] {
  // A group without targets has no data, which is not the same as no healthy ones.
  const inUse = groups.filter(({ group }) => group.config.targets.length > 0);
  return inUse.flatMap(({ balancer, group }) =>
    (['healthy', 'unhealthy'] as const).map((state) => ({
      MetricName: state === 'healthy' ? 'HealthyHostCount' : 'UnHealthyHostCount',
      Dimensions: dimensions(balancer, group.config.suffix),
      Unit: 'Count' as const,
      Value: group.count(state),
    })),
  );
}
