import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentWaitType } from '@aws-sdk/client-codedeploy';
import type { TaskSet } from '@aws-sdk/client-ecs';
import { Lifecycle } from '../lifecycle.ts';
import type { EcsNeighbours, Place } from '../neighbours.ts';
import { DeploymentFailure, type Run } from '../platform.ts';
import type { AppSpec } from './appspec.ts';
import type { Weights } from './listeners.ts';
import { placeOf, routeOf, type Route, type Sides } from './place.ts';

const MINUTE_MS = 60_000;
/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html: an hour for tasks to become healthy. */
const INSTALL_MS = 60 * MINUTE_MS;
/** When every task that is wanted has ended so many times, another one will not do better. AWS waits for its hour to be over. */
const HOPELESS = 2;

/**
 * One blue/green deployment to ECS, step by step.
 * Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
 */
export class Shift {
  readonly #run: Run;
  readonly #neighbours: EcsNeighbours;
  readonly #sides: Sides;
  readonly #place: Place;
  readonly #route: Route;

  constructor(run: Run, sides: Sides, neighbours: EcsNeighbours) {
    this.#run = run;
    this.#sides = sides;
    this.#neighbours = neighbours;
    this.#place = placeOf(run.deployment.settings);
    this.#route = routeOf(run.deployment.settings);
  }

  async perform(spec: AppSpec): Promise<void> {
    const lifecycle = new Lifecycle(this.#run, spec.hooks, (name, payload) => this.#neighbours.invoke(name, payload));
    await lifecycle.hook('BeforeInstall');
    await lifecycle.event('Install', () => this.#install(spec));
    await lifecycle.hook('AfterInstall');
    if (this.#route.test.length > 0) {
      await lifecycle.event('AllowTestTraffic', () => this.#allowTestTraffic());
      await lifecycle.hook('AfterAllowTestTraffic');
    }
    await this.#ready();
    await lifecycle.hook('BeforeAllowTraffic');
    await lifecycle.event('AllowTraffic', () => this.#allowTraffic());
    await lifecycle.hook('AfterAllowTraffic');
    await this.terminate();
  }

  /** The old task set waits for its end, and has it. Goes on where it was when it is called again. */
  async terminate(): Promise<void> {
    const { deployment, pace } = this.#run;
    const end = deployment.settings.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
    if (end?.action === 'KEEP_ALIVE') return;
    deployment.terminatingSince ??= Date.now();
    const wait = pace.toReal((end?.terminationWaitTimeInMinutes ?? 0) * MINUTE_MS);
    await this.#pause('TERMINATION_WAIT', deployment.terminatingSince + wait);
    await remove(this.#neighbours, this.#place, this.#sides.original.taskSet);
  }

  async #install(spec: AppSpec): Promise<void> {
    const { deployment, pace, limits, signal } = this.#run;
    const { original, replacement } = this.#sides;
    // Only targets of a group that a listener forwards to are checked; without a request they can be.
    await this.#weigh(0);
    await this.#tidyUp();
    replacement.taskSet = await this.#neighbours.createTaskSet(
      this.#place,
      spec,
      replacement.targetGroupArn,
      deployment.id,
    );
    const end = Date.now() + Math.max(pace.toReal(INSTALL_MS), limits.leastInstallMs);
    for (;;) {
      const set = await this.#neighbours.taskSet(this.#place, replacement.taskSet);
      if (set === undefined) {
        throw new DeploymentFailure('ECS_UPDATE_ERROR', 'The replacement task set was deleted by somebody else.');
      }
      // Autoscaling may ask for none; then there is nothing to wait for.
      if (isSteady(set)) return;
      const reasons = await this.#neighbours.stoppedReasons(this.#place, replacement.taskSet);
      if (reasons.length >= HOPELESS * Math.max(1, set.computedDesiredCount ?? 1)) {
        throw new DeploymentFailure(
          'HEALTH_CONSTRAINTS',
          `The replacement task set does not become healthy: its tasks stop again and again, the last with "${reasons.at(-1)}". ${original.targetGroupName} still has all the traffic.`,
        );
      }
      if (Date.now() > end) {
        throw new DeploymentFailure(
          'TIMEOUT',
          'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
        );
      }
      await sleep(limits.lookMs, undefined, { signal });
    }
  }

  /** What a deployment that was not rolled back left behind the target group must not get requests of this one. */
  async #tidyUp(): Promise<void> {
    const { original, replacement } = this.#sides;
    const { taskSets = [] } = (await this.#neighbours.service(this.#place)) ?? {};
    for (const { id = '', status, loadBalancers = [] } of taskSets) {
      const inTheWay = loadBalancers.some(({ targetGroupArn }) => targetGroupArn === replacement.targetGroupArn);
      if (!inTheWay || id === original.taskSet || status === 'DRAINING') continue;
      await this.#neighbours.deleteTaskSet(this.#place, id);
    }
  }

  async #allowTestTraffic(): Promise<void> {
    const { replacement } = this.#sides;
    for (const listener of this.#route.test) await this.#forward(listener, { [replacement.targetGroupArn]: 100 });
  }

  async #allowTraffic(): Promise<void> {
    const { steps, pace, signal } = this.#run;
    for (const { weight, wait } of steps) {
      await this.#weigh(weight);
      await pace.wait(wait, signal);
    }
    await this.#neighbours.setPrimary(this.#place, this.#sides.replacement.taskSet);
  }

  /** Per cent of the traffic that the new version gets. */
  async #weigh(percent: number): Promise<void> {
    const { original, replacement } = this.#sides;
    this.#run.signal.throwIfAborted();
    const others = percent === 100 ? {} : { [original.targetGroupArn]: 100 - percent };
    for (const listener of this.#route.production) {
      await this.#forward(listener, { ...others, [replacement.targetGroupArn]: percent });
    }
    original.weight = 100 - percent;
    replacement.weight = percent;
  }

  async #forward(listener: string, weights: Weights): Promise<void> {
    const { original, replacement } = this.#sides;
    const pair = [original.targetGroupArn, replacement.targetGroupArn];
    if ((await this.#neighbours.forward(listener, pair, weights)) > 0) return;
    throw new DeploymentFailure(
      'ELASTIC_LOAD_BALANCING_INVALID',
      `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${listener}.`,
    );
  }

  /** Where somebody has to say that it may go on. */
  async #ready(): Promise<void> {
    const { deployment, pace } = this.#run;
    const option = deployment.settings.blueGreenDeploymentConfiguration?.deploymentReadyOption;
    if (option?.actionOnTimeout !== 'STOP_DEPLOYMENT') return;
    deployment.status = 'Ready';
    const end = Date.now() + pace.toReal((option.waitTimeInMinutes ?? 0) * MINUTE_MS);
    if ((await this.#pause('READY_WAIT', end)) === 'over') {
      throw new DeploymentFailure('TIMEOUT', 'Nobody has let the traffic be rerouted in time, by ContinueDeployment.', {
        status: 'Stopped',
      });
    }
    deployment.status = 'InProgress';
  }

  /** Waits until then, or until ContinueDeployment cuts it short. */
  async #pause(kind: DeploymentWaitType, end: number): Promise<'continued' | 'over'> {
    const { deployment, limits, signal } = this.#run;
    deployment.waiting = kind;
    try {
      while (deployment.waiting === kind) {
        const left = end - Date.now();
        if (left <= 0) return 'over';
        await sleep(Math.min(left, limits.lookMs), undefined, { signal });
      }
      return 'continued';
    } finally {
      delete deployment.waiting;
    }
  }
}

function isSteady({ stabilityStatus, computedDesiredCount = 0, runningCount = 0 }: TaskSet): boolean {
  return stabilityStatus === 'STEADY_STATE' && runningCount >= computedDesiredCount;
}

/** Deletes a task set that is still there. */
export async function remove(neighbours: EcsNeighbours, place: Place, id: string): Promise<void> {
  const set = await neighbours.taskSet(place, id);
  if (set !== undefined && set.status !== 'DRAINING') await neighbours.deleteTaskSet(place, id);
}
