import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { SandboxInfo } from '../sandbox/state.ts';

/** A time during which the production listener had the same weights. */
export interface WeightStep {
  /** Per cent of the traffic that the new version had. */
  readonly weight: number;
  readonly from: number;
  readonly to: number;
}

const LOOK_MS = 50;
/** What was sent just before a change may be answered by either. */
const MARGIN_MS = 100;

/** Notes the weights of the production listener, from when a second target group appears in it. */
export function watchWeights(
  { awsUrl: endpoint, region }: SandboxInfo,
  now: () => number,
): {
  /** When the new version gets its first request. */
  readonly begun: Promise<void>;
  stop(): Promise<readonly WeightStep[]>;
} {
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const client = new ElasticLoadBalancingV2Client({ endpoint, region, credentials });
  const steps: { weight: number; from: number; to: number }[] = [];
  const stopped = new AbortController();
  const begun = Promise.withResolvers<void>();

  const run = (async () => {
    const arns: string[] = [];
    for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {}))
      arns.push(...LoadBalancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []));
    let original: string | undefined;
    while (!stopped.signal.aborted) {
      const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn: arns[0] }));
      const production = Listeners.find(({ Port }) => Port === 443) ?? Listeners.find(({ Port }) => Port === 80);
      const groups = production?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
      original ??= groups[0]?.TargetGroupArn;
      const shifting = groups.length > 1 || groups[0]?.TargetGroupArn !== original;
      if (shifting) {
        const weight = groups.find(({ TargetGroupArn }) => TargetGroupArn !== original)?.Weight ?? 0;
        if (weight > 0) begun.resolve();
        const last = steps.at(-1);
        if (last?.weight === weight) last.to = now();
        else steps.push({ weight, from: now() + MARGIN_MS, to: now() });
      }
      await delay(LOOK_MS);
    }
  })();
  return {
    begun: begun.promise,
    stop: async () => {
      stopped.abort();
      await run;
      client.destroy();
      return steps;
    },
  };
}
