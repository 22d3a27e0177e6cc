import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceContext } from '../context.ts';
import { findConfig, stepsOf } from './configs.ts';
import type { CommonNeighbours } from './neighbours.ts';
import { DeploymentFailure, messageOf, type Limits, type Platform, type Platforms, type Run } from './platform.ts';
import { isOver, lookUp, type DeploymentRecord, type State } from './records.ts';
import { isRolledBack, rollbackOf } from './rollback.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** `d-` and nine letters or digits, as deployments are named. */
export function newDeploymentId(): string {
  return `d-${Array.from({ length: 9 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}

export interface EngineParts {
  readonly context: Pick<ServiceContext, 'pace' | 'report'>;
  readonly state: State;
  readonly neighbours: Pick<CommonNeighbours, 'firing'>;
  readonly platforms: Platforms;
  readonly limits: Limits;
}

/** Runs deployments, watches their alarms, and rolls back. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  #closing = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /**
   * What was going on when the sandbox was stopped: what only waits for its end goes on, everything else is brought back, whatever
   * the group says about rolling back. Nothing is left between.
   */
  async resume(): Promise<void> {
    for (const deployment of Object.values(this.#parts.state.deployments)) {
      if (isOver(deployment)) continue;
      if (deployment.creator === 'codeDeployRollback') await this.#rollBack(deployment);
      else if (deployment.terminatingSince !== undefined)
        this.#begin(deployment, (platform, run) => platform.finish(run));
      else {
        const message = 'The sandbox was stopped in the middle of this deployment.';
        await this.#failed(deployment, new DeploymentFailure('INTERNAL_ERROR', message, { rollBack: true }));
      }
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { stop } of this.#running.values()) stop.abort(new Error('The sandbox stops.'));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  start(deployment: DeploymentRecord): void {
    deployment.status = 'InProgress';
    deployment.startedAt = Date.now();
    this.#begin(deployment, (platform, run) => platform.run(run));
  }

  /** @param rollBack whether it is to be rolled back; without a word, as the group is configured */
  stop(id: string, rollBack: boolean | undefined): void {
    const how = { status: 'Stopped' as const, rollBack };
    this.#running
      .get(id)
      ?.stop.abort(new DeploymentFailure('MANUAL_STOP', 'The deployment was stopped by a request.', how));
  }

  #begin(deployment: DeploymentRecord, work: (platform: Platform, run: Run) => Promise<void>): void {
    const stop = new AbortController();
    const ended = this.#run(deployment, stop, work).finally(() => this.#running.delete(deployment.id));
    this.#running.set(deployment.id, { stop, ended });
  }

  async #run(
    deployment: DeploymentRecord,
    stop: AbortController,
    work: (platform: Platform, run: Run) => Promise<void>,
  ): Promise<void> {
    const { context, state, limits } = this.#parts;
    const { signal } = stop;
    const over = new AbortController();
    let watch: Promise<void> | undefined;
    try {
      // One that is in alarm already: nothing is begun.
      await this.#checkAlarms(deployment, stop);
      signal.throwIfAborted();
      watch = this.#watchAlarms(deployment, stop, over.signal);
      const steps = stepsOf(findConfig(state, deployment.config)?.trafficRoutingConfig);
      await work(this.#platformOf(deployment), { deployment, steps, pace: context.pace, limits, signal });
      this.#succeeded(deployment);
    } catch (thrown) {
      // It is looked after at the next start: other services may be gone already.
      if (this.#closing) return;
      // A wait that is broken off throws an error of its own; the reason is what counts.
      const reason: unknown = signal.aborted ? signal.reason : thrown;
      const failure =
        reason instanceof DeploymentFailure ? reason : new DeploymentFailure('INTERNAL_ERROR', messageOf(reason));
      await this.#failed(deployment, failure);
    } finally {
      over.abort();
      await watch;
    }
  }

  #platformOf({ platform }: DeploymentRecord): Platform {
    const found = this.#parts.platforms[platform];
    if (found === undefined) throw new Error(`The sandbox cannot deploy to ${platform}.`);
    return found;
  }

  async #watchAlarms(deployment: DeploymentRecord, stop: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted && !stop.signal.aborted) {
      await sleep(this.#parts.limits.alarmMs, undefined, { signal: over }).catch(() => undefined);
      if (!over.aborted) await this.#checkAlarms(deployment, stop);
    }
  }

  async #checkAlarms({ settings }: DeploymentRecord, stop: AbortController): Promise<void> {
    const { enabled = false, alarms = [], ignorePollAlarmFailure = false } = settings.alarmConfiguration ?? {};
    const names = enabled ? alarms.flatMap(({ name }) => name ?? []) : [];
    if (names.length === 0) return;
    try {
      const firing = await this.#parts.neighbours.firing(names);
      if (firing.length === 0) return;
      const message = `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${firing.map((name) => `<${name}>`).join(', ')}`;
      stop.abort(new DeploymentFailure('ALARM_ACTIVE', message, { status: 'Stopped' }));
    } catch (error) {
      if (ignorePollAlarmFailure) return;
      stop.abort(new DeploymentFailure('INTERNAL_ERROR', `The alarms could not be read: ${messageOf(error)}`));
    }
  }

  #succeeded(deployment: DeploymentRecord): void {
    this.#end(deployment, 'Succeeded');
    const group = lookUp(this.#parts.state.applications, deployment.application)?.groups[deployment.group];
    if (group !== undefined) group.lastSuccessful = deployment.id;
  }

  async #failed(deployment: DeploymentRecord, failure: DeploymentFailure): Promise<void> {
    const { state } = this.#parts;
    for (const event of deployment.events) if (event.status === 'Pending') event.status = 'Skipped';
    delete deployment.waiting;
    if (!isRolledBack(deployment, failure)) {
      this.#end(deployment, failure.status, failure);
      return;
    }
    const rollback = rollbackOf(state, deployment, newDeploymentId());
    for (const name of this.#platformOf(deployment).eventsOf(rollback)) {
      rollback.events.push({ name, status: 'Pending' });
    }
    // All at once: as at AWS, the one is over before the other has brought anything back, but nobody gets between.
    state.deployments[rollback.id] = rollback;
    deployment.rollback = { rollbackDeploymentId: rollback.id, rollbackMessage: failure.message };
    this.#end(deployment, failure.status, failure);
    await this.#rollBack(rollback);
  }

  async #rollBack(rollback: DeploymentRecord): Promise<void> {
    const { state, context } = this.#parts;
    const id = rollback.rollback?.rollbackTriggeringDeploymentId;
    const failed = lookUp(state.deployments, id);
    for (const event of rollback.events) Object.assign(event, { status: 'InProgress', startedAt: Date.now() });
    let failure: DeploymentFailure | undefined;
    try {
      if (failed === undefined) throw new Error(`There is no deployment ${id}.`);
      await this.#platformOf(failed).bringBack(failed);
      const { original, replacement, shift } = failed;
      Object.assign(rollback, structuredClone({ original, replacement, shift }));
    } catch (error) {
      // Another start will do it, when this one ends in the middle.
      if (this.#closing) return;
      context.report(`The rollback of ${id} failed: ${messageOf(error)}`);
      failure = error instanceof DeploymentFailure ? error : new DeploymentFailure('INTERNAL_ERROR', messageOf(error));
    }
    const how = failure === undefined ? 'Succeeded' : 'Failed';
    for (const event of rollback.events) Object.assign(event, { status: how, endedAt: Date.now() });
    if (failure === undefined) this.#succeeded(rollback);
    else this.#end(rollback, 'Failed', failure);
  }

  #end(deployment: DeploymentRecord, status: 'Succeeded' | 'Failed' | 'Stopped', failure?: DeploymentFailure): void {
    if (failure !== undefined) deployment.error = { code: failure.code, message: failure.message };
    deployment.completedAt = Date.now();
    deployment.status = status;
  }
}
