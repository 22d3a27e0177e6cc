import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskSet } from '@aws-sdk/client-ecs';
import type { Pace } from '../pace.ts';
import { contentOf, readAppSpec, type AppSpec } from './appspec.ts';
import type { Step } from './configs.ts';
import type { Neighbours, Place } from './neighbours.ts';
import type { DeploymentRecord, GroupRecord, LifecycleEventRecord, SideRecord } from './records.ts';

/** How often is looked whether something has come to be. */
const LOOK_MS = 200;
/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html: an hour for tasks, and for hooks. */
const LIMIT_MS = 60 * 60_000;
/** After so many tasks that have ended, another one will not do better. AWS waits for its hour to be over. */
const HOPELESS = 2;

/** Why a deployment does not go on, by the code and in the words that its error information has. */
export class DeploymentFailure extends Error {
  override readonly name = 'DeploymentFailure';
  readonly code:
    | 'ALARM_ACTIVE'
    | 'MANUAL_STOP'
    | 'TIMEOUT'
    | 'HEALTH_CONSTRAINTS'
    | 'HOOK_EXECUTION_FAILURE'
    | 'ECS_UPDATE_ERROR'
    | 'INTERNAL_ERROR';

  constructor(code: DeploymentFailure['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A load balancer's two listeners and two target groups, of which one is in production. */
export interface Route {
  readonly production: readonly string[];
  readonly test: readonly string[];
}

export interface ShiftOptions {
  readonly deployment: DeploymentRecord;
  readonly group: GroupRecord;
  readonly steps: readonly Step[];
  readonly neighbours: Neighbours;
  readonly pace: Pace;
  /** Aborted with a DeploymentFailure when the deployment is to stop. */
  readonly signal: AbortSignal;
}

export function placeOf({ ecsServices }: GroupRecord): Place {
  const [{ clusterName: cluster = '', serviceName: service = '' } = {}] = ecsServices ?? [];
  return { cluster, service };
}

export function routeOf({ loadBalancerInfo }: GroupRecord): Route {
  const [pair] = loadBalancerInfo?.targetGroupPairInfoList ?? [];
  return {
    production: pair?.prodTrafficRoute?.listenerArns ?? [],
    test: pair?.testTrafficRoute?.listenerArns ?? [],
  };
}

/**
 * One blue/green deployment to ECS, step by step.
 * Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
 */
export class Shift {
  readonly #options: ShiftOptions;
  readonly #spec: AppSpec;
  readonly #place: Place;
  readonly #route: Route;

  constructor(options: ShiftOptions) {
    this.#options = options;
    this.#spec = readAppSpec(contentOf(options.deployment.revision));
    this.#place = placeOf(options.group);
    this.#route = routeOf(options.group);
  }

  async run(): Promise<void> {
    const { group } = this.#options;
    const { original, replacement } = await this.#sides();
    await this.#hook('BeforeInstall');
    await this.#event('Install', () => this.#install(original, replacement));
    await this.#hook('AfterInstall');
    await this.#event('AllowTestTraffic', async () => {
      for (const listener of this.#route.test) {
        await this.#options.neighbours.forward(listener, { [replacement.targetGroupArn]: 100 });
      }
    });
    await this.#hook('AfterAllowTestTraffic');
    await this.#ready();
    await this.#hook('BeforeAllowTraffic');
    await this.#event('AllowTraffic', () => this.#allowTraffic(original, replacement));
    await this.#hook('AfterAllowTraffic');
    const end = group.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
    if (end?.action === 'KEEP_ALIVE') return;
    await this.#wait((end?.terminationWaitTimeInMinutes ?? 0) * 60_000);
    await this.#options.neighbours.deleteTaskSet(this.#place, original.taskSet);
  }

  /** Who is in production, and which target group is free. */
  async #sides(): Promise<{ original: SideRecord; replacement: SideRecord }> {
    const { deployment, group, neighbours } = this.#options;
    const service = await neighbours.service(this.#place);
    if (service === undefined) {
      throw new DeploymentFailure(
        'ECS_UPDATE_ERROR',
        `ECS has no active service ${this.#place.service} in the cluster ${this.#place.cluster}.`,
      );
    }
    const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY');
    const current = primary?.loadBalancers?.[0]?.targetGroupArn;
    const sides: SideRecord[] = [];
    for (const { name = '' } of group.loadBalancerInfo?.targetGroupPairInfoList?.[0]?.targetGroups ?? []) {
      sides.push({
        taskSet: '',
        targetGroupName: name,
        targetGroupArn: await neighbours.targetGroupArn(name),
        weight: 0,
      });
    }
    const original = sides.find(({ targetGroupArn }) => targetGroupArn === current);
    const replacement = sides.find(({ targetGroupArn }) => targetGroupArn !== current);
    if (primary?.id === undefined || original === undefined || replacement === undefined) {
      throw new DeploymentFailure(
        'ECS_UPDATE_ERROR',
        'The primary task set must be behind one of the two target groups of the deployment group.',
      );
    }
    Object.assign(original, { taskSet: primary.id, weight: 100 });
    Object.assign(deployment, { original, replacement });
    return { original, replacement };
  }

  async #install(original: SideRecord, replacement: SideRecord): Promise<void> {
    const { deployment, neighbours, signal } = this.#options;
    // Only targets of a group that a listener forwards to are checked; without a request they can be.
    await this.#weigh(original, replacement, 0);
    replacement.taskSet = await neighbours.createTaskSet(
      this.#place,
      this.#spec,
      replacement.targetGroupArn,
      deployment.id,
    );
    const end = Date.now() + Math.max(this.#options.pace.toReal(LIMIT_MS), 30_000);
    for (;;) {
      const set = await neighbours.taskSet(this.#place, replacement.taskSet);
      if (set === undefined) throw new DeploymentFailure('ECS_UPDATE_ERROR', 'The replacement task set is gone.');
      // Autoscaling may ask for none; then there is nothing to wait for.
      if (isSteady(set)) return;
      const reasons = await neighbours.stoppedReasons(this.#place, set);
      if (reasons.length >= HOPELESS) {
        throw new DeploymentFailure(
          'HEALTH_CONSTRAINTS',
          `The replacement task set does not become healthy: its tasks stop again and again, the last with "${reasons.at(-1)}".`,
        );
      }
      if (Date.now() > end) {
        throw new DeploymentFailure(
          'TIMEOUT',
          'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
        );
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  }

  async #allowTraffic(original: SideRecord, replacement: SideRecord): Promise<void> {
    for (const { weight, wait } of this.#options.steps) {
      await this.#weigh(original, replacement, weight);
      await this.#wait(wait);
    }
    await this.#options.neighbours.setPrimary(this.#place, replacement.taskSet);
  }

  async #weigh(original: SideRecord, replacement: SideRecord, percent: number): Promise<void> {
    this.#options.signal.throwIfAborted();
    for (const listener of this.#route.production) {
      const others = percent === 100 ? {} : { [original.targetGroupArn]: 100 - percent };
      await this.#options.neighbours.forward(listener, { ...others, [replacement.targetGroupArn]: percent });
    }
    original.weight = 100 - percent;
    replacement.weight = percent;
  }

  /** Where somebody has to say that it may go on. */
  async #ready(): Promise<void> {
    const { deployment, group } = this.#options;
    const option = group.blueGreenDeploymentConfiguration?.deploymentReadyOption;
    if (option?.actionOnTimeout !== 'STOP_DEPLOYMENT') return;
    deployment.status = 'Ready';
    const end = Date.now() + this.#options.pace.toReal((option.waitTimeInMinutes ?? 0) * 60_000);
    while (deployment.status === 'Ready') {
      if (Date.now() > end) throw new DeploymentFailure('TIMEOUT', 'Nobody has let the deployment go on in time.');
      await sleep(LOOK_MS, undefined, { signal: this.#options.signal });
    }
  }

  async #hook(name: string): Promise<void> {
    const lambda = this.#spec.hooks[name];
    if (lambda === undefined) return;
    await this.#event(name, async () => {
      const { deployment, neighbours, pace, signal } = this.#options;
      const execution = `${deployment.id}-${name}`;
      deployment.hooks[execution] = 'Pending';
      await neighbours.invoke(lambda, { DeploymentId: deployment.id, LifecycleEventHookExecutionId: execution });
      const end = Date.now() + Math.max(pace.toReal(LIMIT_MS), 5_000);
      while (deployment.hooks[execution] === 'Pending') {
        if (Date.now() > end)
          throw new DeploymentFailure('HOOK_EXECUTION_FAILURE', `The hook ${name} did not say how it went.`);
        await sleep(LOOK_MS, undefined, { signal });
      }
      if (deployment.hooks[execution] === 'Failed') {
        throw new DeploymentFailure(
          'HOOK_EXECUTION_FAILURE',
          `The lifecycle event hook ${name} (${lambda}) reported a failure.`,
        );
      }
    });
  }

  async #event(name: string, body: () => Promise<void>): Promise<void> {
    this.#options.signal.throwIfAborted();
    const event: LifecycleEventRecord = { name, status: 'InProgress', startedAt: Date.now() };
    this.#options.deployment.events.push(event);
    try {
      await body();
      event.status = 'Succeeded';
    } catch (error) {
      event.status = 'Failed';
      event.message = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      event.endedAt = Date.now();
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    await this.#options.pace.wait(milliseconds, this.#options.signal);
  }
}

function isSteady({ stabilityStatus, computedDesiredCount = 0, runningCount = 0 }: TaskSet): boolean {
  return stabilityStatus === 'STEADY_STATE' && runningCount >= computedDesiredCount;
}

/** All traffic to the old task set again, and the new one gone: whatever there was of a deployment. */
export async function bringBack(
  { original, replacement }: DeploymentRecord,
  group: GroupRecord,
  neighbours: Neighbours,
): Promise<void> {
  if (original === undefined || replacement === undefined) return;
  const place = placeOf(group);
  const route = routeOf(group);
  for (const listener of [...route.production, ...route.test]) {
    await neighbours.forward(listener, { [original.targetGroupArn]: 100 });
  }
  original.weight = 100;
  replacement.weight = 0;
  const primary = (await neighbours.service(place))?.taskSets?.find(({ status }) => status === 'PRIMARY')?.id;
  if (primary !== original.taskSet && (await neighbours.taskSet(place, original.taskSet)) !== undefined) {
    await neighbours.setPrimary(place, original.taskSet);
  }
  if (replacement.taskSet !== '' && (await neighbours.taskSet(place, replacement.taskSet)) !== undefined) {
    await neighbours.deleteTaskSet(place, replacement.taskSet);
  }
}
