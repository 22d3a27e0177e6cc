import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentConfigInfo } from '@aws-sdk/client-codedeploy';
import type { ServiceContext } from '../context.ts';
import { PREDEFINED, stepsOf } from './configs.ts';
import type { Neighbours } from './neighbours.ts';
import { isOver, type DeploymentRecord, type GroupRecord, type State } from './records.ts';
import { bringBack, DeploymentFailure, Shift } from './shift.ts';

/** How often the alarms of a deployment are looked at. */
const ALARM_MS = 500;

type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_ALARM' | 'DEPLOYMENT_STOP_ON_REQUEST';

/** `d-` and nine letters or digits, as deployments are named. */
export function newDeploymentId(): string {
  return `d-${randomBytes(8)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toUpperCase()
    .padEnd(9, 'A')
    .slice(0, 9)}`;
}

/** Runs deployments to ECS, one at a time per deployment group. */
export class Engine {
  readonly #context: Pick<ServiceContext, 'pace' | 'report'>;
  readonly #state: State;
  readonly #neighbours: Neighbours;
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  #closing = false;

  constructor(context: Pick<ServiceContext, 'pace' | 'report'>, state: State, neighbours: Neighbours) {
    this.#context = context;
    this.#state = state;
    this.#neighbours = neighbours;
  }

  /** What was going on when the sandbox was stopped is brought back: never left between. */
  async resume(): Promise<void> {
    for (const deployment of Object.values(this.#state.deployments)) {
      if (isOver(deployment)) continue;
      const group = this.#groupOf(deployment);
      const failure = new DeploymentFailure(
        'INTERNAL_ERROR',
        'The sandbox was stopped in the middle of this deployment.',
      );
      if (group === undefined) this.#end(deployment, 'Failed', failure);
      else await this.#failed(deployment, group, failure);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { stop } of this.#running.values()) stop.abort(new Error('The sandbox stops.'));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  start(deployment: DeploymentRecord, group: GroupRecord): void {
    const stop = new AbortController();
    const ended = this.#run(deployment, group, stop).finally(() => this.#running.delete(deployment.id));
    this.#running.set(deployment.id, { stop, ended });
  }

  stop(id: string): void {
    this.#running.get(id)?.stop.abort(new DeploymentFailure('MANUAL_STOP', 'The deployment was stopped by a request.'));
  }

  configOf(name: string): DeploymentConfigInfo | undefined {
    return this.#state.configs[name] ?? PREDEFINED.find(({ deploymentConfigName }) => deploymentConfigName === name);
  }

  #groupOf({ application, group }: DeploymentRecord): GroupRecord | undefined {
    return this.#state.applications[application]?.groups[group];
  }

  async #run(deployment: DeploymentRecord, group: GroupRecord, stop: AbortController): Promise<void> {
    const { pace } = this.#context;
    deployment.status = 'InProgress';
    deployment.startedAt = Date.now();
    const over = new AbortController();
    const watch = this.#watchAlarms(group, stop, over.signal);
    try {
      const steps = stepsOf(this.configOf(deployment.config)?.trafficRoutingConfig);
      await new Shift({ deployment, group, steps, neighbours: this.#neighbours, pace, signal: stop.signal }).run();
      const kept = this.#groupOf(deployment);
      if (kept !== undefined) kept.lastSuccessful = deployment.id;
      this.#end(deployment, 'Succeeded');
    } catch (thrown) {
      // It is brought back at the next start: other services may be gone already.
      if (this.#closing) return;
      // A wait that is broken off throws an error of its own; the reason is what counts.
      const reason: unknown = stop.signal.aborted ? stop.signal.reason : thrown;
      const failure =
        reason instanceof DeploymentFailure
          ? reason
          : new DeploymentFailure('INTERNAL_ERROR', reason instanceof Error ? reason.message : String(reason));
      await this.#failed(deployment, group, failure);
    } finally {
      over.abort();
      await watch;
    }
  }

  async #watchAlarms(group: GroupRecord, stop: AbortController, over: AbortSignal): Promise<void> {
    const { enabled = false, alarms = [], ignorePollAlarmFailure = false } = group.alarmConfiguration ?? {};
    const names = enabled ? alarms.flatMap(({ name }) => name ?? []) : [];
    if (names.length === 0) return;
    while (!over.aborted && !stop.signal.aborted) {
      try {
        const firing = await this.#neighbours.firing(names);
        if (firing.length > 0) {
          const message = `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${firing.map((name) => `<${name}>`).join(', ')}`;
          stop.abort(new DeploymentFailure('ALARM_ACTIVE', message));
        }
      } catch (error) {
        if (!ignorePollAlarmFailure) {
          const why = error instanceof Error ? error.message : String(error);
          stop.abort(new DeploymentFailure('INTERNAL_ERROR', `The alarms could not be read: ${why}`));
        }
      }
      await sleep(ALARM_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  async #failed(deployment: DeploymentRecord, group: GroupRecord, failure: DeploymentFailure): Promise<void> {
    const stopped = failure.code === 'ALARM_ACTIVE' || failure.code === 'MANUAL_STOP';
    const event: RollbackEvent =
      failure.code === 'ALARM_ACTIVE'
        ? 'DEPLOYMENT_STOP_ON_ALARM'
        : failure.code === 'MANUAL_STOP'
          ? 'DEPLOYMENT_STOP_ON_REQUEST'
          : 'DEPLOYMENT_FAILURE';
    const { enabled = false, events = [] } = group.autoRollbackConfiguration ?? {};
    const status = stopped ? 'Stopped' : 'Failed';
    if (!enabled || !events.includes(event)) {
      this.#end(deployment, status, failure);
      return;
    }
    // A deployment of its own, of what was there before.
    const rollback: DeploymentRecord = {
      id: newDeploymentId(),
      application: deployment.application,
      group: deployment.group,
      config: 'CodeDeployDefault.ECSAllAtOnce',
      creator: 'codeDeployRollback',
      description: `Automatic rollback of the deployment ${deployment.id}`,
      createdAt: Date.now(),
      startedAt: Date.now(),
      status: 'InProgress',
      rollback: { rollbackTriggeringDeploymentId: deployment.id },
      events: [],
      hooks: {},
      ...(deployment.original === undefined ? {} : { original: deployment.original }),
      ...(deployment.replacement === undefined ? {} : { replacement: deployment.replacement }),
    };
    this.#state.deployments[rollback.id] = rollback;
    deployment.rollback = { rollbackDeploymentId: rollback.id, rollbackMessage: failure.message };
    try {
      await bringBack(deployment, group, this.#neighbours);
      this.#end(rollback, 'Succeeded');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#context.report(`The rollback of ${deployment.id} failed: ${why}`);
      this.#end(rollback, 'Failed', new DeploymentFailure('INTERNAL_ERROR', why));
    }
    // Only now: whoever waits for its end finds the old version in place.
    this.#end(deployment, status, failure);
  }

  #end(deployment: DeploymentRecord, status: 'Succeeded' | 'Failed' | 'Stopped', failure?: DeploymentFailure): void {
    if (failure !== undefined) deployment.error = { code: failure.code, message: failure.message };
    deployment.completedAt = Date.now();
    deployment.status = status;
  }
}
