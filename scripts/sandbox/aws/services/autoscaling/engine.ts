import { randomUUID } from 'node:crypto';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, UpdateServiceCommand, type ECSClient, type Service } from '@aws-sdk/client-ecs';
import type { ServiceContext } from '../context.ts';
import { decide, HIGH_PERIODS, LOW_PERIODS, wishOf, type Wish } from './decisions.ts';
import { measure, periodSeconds, trackedMetric } from './metrics.ts';
import type { ActivityRecord, AutoscalingState, PolicyRecord, ScalableTargetRecord } from './records.ts';

const MINUTE_MS = 60_000;
/** Not more often than this, at every pace. */
const SHORTEST_MS = 250;
/** Of services of ECS, when a policy does not say. */
const DEFAULT_COOLDOWN_S = 300;
const MAX_ACTIVITIES = 100;

/** Scales the services that are registered: once a minute of AWS, and when something about a target has changed. */
export class Engine {
  readonly #context: ServiceContext;
  readonly #state: AutoscalingState;
  readonly #ecs: ECSClient;
  readonly #cloudWatch: CloudWatchClient;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #again = false;

  constructor(context: ServiceContext, state: AutoscalingState, ecs: ECSClient, cloudWatch: CloudWatchClient) {
    this.#context = context;
    this.#state = state;
    this.#ecs = ecs;
    this.#cloudWatch = cloudWatch;
  }

  start(): void {
    this.#timer = setInterval(() => this.poke(), Math.max(this.#context.pace.toReal(MINUTE_MS), SHORTEST_MS));
    this.poke();
  }

  poke(): void {
    if (this.#timer === undefined) return;
    if (this.#pass !== undefined) {
      this.#again = true;
      return;
    }
    this.#pass = this.#runPass().finally(() => {
      this.#pass = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.poke();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#pass;
  }

  /** The service that a resource id names, while it is there. */
  async service(resourceId: string): Promise<Service | undefined> {
    const [kind, cluster, name] = resourceId.split('/');
    if (kind !== 'service' || cluster === undefined || name === undefined) return undefined;
    const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    return services.find(({ status }) => status === 'ACTIVE');
  }

  async #runPass(): Promise<void> {
    for (const target of Object.values(this.#state.targets)) {
      if (target.key.ScalableDimension !== 'ecs:service:DesiredCount') continue;
      try {
        const service = await this.service(target.key.ResourceId);
        // Deleted: its target stays until somebody deregisters it.
        if (service === undefined) continue;
        this.#finish(target, service);
        await this.#scale(target, service);
      } catch (error) {
        this.#context.report(`autoscaling of ${target.key.ResourceId}: ${String(error)}`);
      }
    }
  }

  /** An activity is over when the service has as many tasks as it was set to, or something else was set since. */
  #finish(target: ScalableTargetRecord, service: Service): void {
    for (const activity of target.activities) {
      if (activity.status !== 'InProgress') continue;
      if (service.desiredCount !== activity.desired) {
        activity.status = 'Overridden';
        activity.message = `Successfully set desired count to ${activity.desired}. Overridden by a later change.`;
      } else if (service.runningCount === activity.desired && service.pendingCount === 0) {
        activity.status = 'Successful';
        activity.message = `Successfully set desired count to ${activity.desired}. Change successfully fulfilled by ecs.`;
      } else continue;
      activity.endedAt = Date.now();
    }
  }

  async #scale(target: ScalableTargetRecord, service: Service): Promise<void> {
    const current = service.desiredCount ?? 0;
    const { minCapacity, maxCapacity, suspended } = target;
    const maySink = suspended.DynamicScalingInSuspended !== true;
    const mayRise = suspended.DynamicScalingOutSuspended !== true;
    if (current < minCapacity) {
      if (mayRise) await this.#set(target, minCapacity, `minimum capacity was set to ${minCapacity}`);
      return;
    }
    if (current > maxCapacity) {
      if (maySink) await this.#set(target, maxCapacity, `maximum capacity was set to ${maxCapacity}`);
      return;
    }
    // At 0 there is nothing whose load could be shared out; AWS scales it by no policy of target tracking either.
    if (current === 0) return;
    const policies = target.policies.filter(({ targetTracking }) => targetTracking !== undefined);
    const wishes: { wish: Wish; mayScaleIn: boolean }[] = [];
    for (const policy of policies) {
      const mayScaleIn = policy.targetTracking?.DisableScaleIn !== true;
      wishes.push({ wish: await this.#wish(policy, target, current), mayScaleIn });
    }
    const decision = decide(wishes, current);
    const policy = policies[decision?.by ?? -1];
    if (decision === undefined || policy === undefined) return;
    const out = decision.kind === 'out';
    if (out ? !mayRise || this.#cools(target.scaledOut) : !maySink || this.#cools(target.scaledIn)) return;
    // Right after scaling out, nothing is known yet of what it brought.
    if (!out && this.#cools(target.scaledOut)) return;
    const wanted = Math.min(Math.max(decision.capacity, minCapacity), maxCapacity);
    if (wanted === current) return;
    const alarm = out ? policy.alarms?.high : policy.alarms?.low;
    await this.#set(target, wanted, `monitor alarm ${alarm} in state ALARM triggered policy ${policy.name}`);
    const { ScaleOutCooldown, ScaleInCooldown } = policy.targetTracking ?? {};
    const cooldownMs = ((out ? ScaleOutCooldown : ScaleInCooldown) ?? DEFAULT_COOLDOWN_S) * 1_000;
    target[out ? 'scaledOut' : 'scaledIn'] = { at: Date.now(), cooldownMs };
  }

  async #wish(policy: PolicyRecord, target: ScalableTargetRecord, current: number): Promise<Wish> {
    const { targetTracking } = policy;
    if (targetTracking?.TargetValue === undefined) return { kind: 'stay' };
    const now = Date.now();
    const seconds = periodSeconds(this.#context.pace);
    const metric = trackedMetric(targetTracking, target.key.ResourceId);
    const measured = await measure(this.#cloudWatch, metric, { seconds, periods: LOW_PERIODS, now });
    // One more, as a period is only known when it is over.
    const recent = now - (HIGH_PERIODS + 1) * seconds * 1_000;
    return wishOf(measured, recent, targetTracking.TargetValue, current);
  }

  #cools(last: { readonly at: number; readonly cooldownMs: number } | undefined): boolean {
    return last !== undefined && Date.now() < last.at + this.#context.pace.toReal(last.cooldownMs);
  }

  async #set(target: ScalableTargetRecord, desired: number, cause: string): Promise<void> {
    const [, cluster, service] = target.key.ResourceId.split('/');
    const activity: ActivityRecord = {
      id: randomUUID(),
      description: `Setting desired count to ${desired}.`,
      cause,
      startedAt: Date.now(),
      desired,
      status: 'InProgress',
      message: `Successfully set desired count to ${desired}. Waiting for change to be fulfilled by ecs.`,
    };
    for (const earlier of target.activities) {
      if (earlier.status !== 'InProgress') continue;
      earlier.status = 'Overridden';
      earlier.endedAt = Date.now();
    }
    target.activities.unshift(activity);
    target.activities.splice(MAX_ACTIVITIES);
    try {
      await this.#ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: desired }));
    } catch (error) {
      activity.status = 'Failed';
      activity.endedAt = Date.now();
      activity.message = `Failed to set desired count to ${desired}. Reason: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
