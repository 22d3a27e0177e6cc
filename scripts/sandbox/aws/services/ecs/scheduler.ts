import { randomUUID } from 'node:crypto';
import type { ServiceContext } from '../context.ts';
import { isHealthy, planSets } from './deployments.ts';
import { tail } from './names.ts';
import type { Neighbours } from './neighbours.ts';
import {
  isWanted,
  tasksOf,
  type EcsState,
  type ServiceRecord,
  type TaskRecord,
  type TaskSetRecord,
} from './records.ts';
import { providerFor } from './placement.ts';
import type { Tasks } from './tasks.ts';

/** How often it looks, and how often it asks the load balancers. */
const PASS_MS = 500;
const LOOK_MS = 400;
/** Who was healthy for so long has started: the next one that fails is the first. */
const STAYED_UP_MS = 10_000;
const FIRST_BACK_OFF_MS = 10_000;
const LAST_BACK_OFF_MS = 900_000;
/** At every pace, so that a task that ends at once is not started in a circle. */
const SHORTEST_BACK_OFF_MS = 200;
const MAX_EVENTS = 100;

/** Keeps every service at what it should have: starts, watches, replaces and stops its tasks. */
export class Scheduler {
  readonly #context: ServiceContext;
  readonly #state: EcsState;
  readonly #neighbours: Neighbours;
  readonly #tasks: Tasks;
  readonly #startMs: number;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #again = false;
  #lookedAt = 0;

  /** @param startMs until then, at every pace, a target that was never healthy may be unhealthy */
  constructor(context: ServiceContext, state: EcsState, neighbours: Neighbours, tasks: Tasks, startMs: number) {
    this.#startMs = startMs;
    this.#context = context;
    this.#state = state;
    this.#neighbours = neighbours;
    this.#tasks = tasks;
  }

  start(): void {
    this.#timer = setInterval(() => this.poke(), PASS_MS);
    this.poke();
  }

  /** Something has changed: look now, not at the next tick. */
  poke(): void {
    if (this.#timer === undefined) return;
    if (this.#pass !== undefined) {
      this.#again = true;
      return;
    }
    this.#pass = this.#runPass()
      .catch((error: unknown) => this.#context.report(`ECS: ${String(error)}`))
      .finally(() => {
        this.#pass = undefined;
        if (!this.#again) return;
        this.#again = false;
        setImmediate(() => this.poke());
      });
  }

  /** A service has changed: what it should have is known when this returns, so that an answer can tell it. */
  replan(service: ServiceRecord): void {
    planSets(this.#state, service);
    this.#judge(service);
    this.poke();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#pass;
  }

  say(service: ServiceRecord, message: string): void {
    service.events.unshift({ id: randomUUID(), createdAt: Date.now(), message });
    service.events.splice(MAX_EVENTS);
  }

  async #runPass(): Promise<void> {
    const services = Object.values(this.#state.services).filter(({ status }) => status !== 'INACTIVE');
    if (Date.now() - this.#lookedAt >= LOOK_MS) await this.#lookAtTargets();
    for (const service of services) {
      for (const set of service.sets) this.#countFailures(service, set);
      this.#replaceUnhealthy(service);
      planSets(this.#state, service);
      for (const set of service.sets) {
        // The sandbox may have been told to close meanwhile.
        if (this.#timer !== undefined) await this.#adjust(service, set);
      }
      this.#judge(service);
    }
    this.#tasks.forgetOld();
  }

  async #lookAtTargets(): Promise<void> {
    this.#lookedAt = Date.now();
    const running = Object.values(this.#state.tasks).filter((task) => task.lastStatus === 'RUNNING');
    const groups = new Set(running.flatMap((task) => task.targets.map(({ targetGroupArn }) => targetGroupArn)));
    for (const group of groups) {
      const descriptions = await this.#neighbours.targetHealth(group);
      for (const task of running) {
        for (const target of task.targets.filter(({ targetGroupArn }) => targetGroupArn === group)) {
          const found = descriptions.find(
            ({ Target }) => Target?.Id === task.address && Target?.Port === target.port,
          )?.TargetHealth;
          target.state = found?.State ?? 'initial';
          if (found?.Description === undefined) delete target.reason;
          else target.reason = found.Description;
        }
      }
    }
  }

  #countFailures(service: ServiceRecord, set: TaskSetRecord): void {
    for (const task of tasksOf(this.#state, set)) {
      const failed = ['TaskFailedToStart', 'EssentialContainerExited'].includes(task.stopCode ?? '');
      const unhealthy = task.stopCode === 'ServiceSchedulerInitiated' && /health checks/.test(task.stoppedReason ?? '');
      if ((!failed && !unhealthy) || task.counted) continue;
      task.counted = true;
      set.failedTasks += 1;
      set.failuresInARow += 1;
      const doubled = FIRST_BACK_OFF_MS * 2 ** (set.failuresInARow - 2);
      const backOff = set.failuresInARow === 1 ? 0 : Math.min(doubled, LAST_BACK_OFF_MS);
      set.retryAt = Date.now() + Math.max(this.#context.pace.toReal(backOff), SHORTEST_BACK_OFF_MS);
      if (set.failuresInARow === 3) {
        const more = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';
        this.say(service, `(service ${service.name}) is unable to consistently start tasks successfully. ${more}`);
      }
    }
  }

  #replaceUnhealthy(service: ServiceRecord): void {
    const now = Date.now();
    const graceMs = this.#context.pace.toReal((service.settings.healthCheckGracePeriodSeconds ?? 0) * 1_000);
    for (const set of service.sets) {
      for (const task of tasksOf(this.#state, set).filter(isWanted)) {
        if (isHealthy(task, now)) {
          task.healthySince ??= now;
          task.wasHealthy = true;
          if (now - task.healthySince >= STAYED_UP_MS) set.failuresInARow = 0;
          continue;
        }
        delete task.healthySince;
        const ill = task.targets.find(({ state }) => state === 'unhealthy');
        const age = now - (task.startedAt ?? now);
        if (ill === undefined || age <= graceMs || (!task.wasHealthy && age <= this.#startMs)) continue;
        const where = `(port ${ill.port}) is unhealthy in (target-group ${ill.targetGroupArn})`;
        const why = `due to (reason ${ill.reason ?? 'Health checks failed'})`;
        this.say(service, `(service ${service.name}) (task ${task.id}) ${where} ${why}`);
        const reason = `Task failed ELB health checks in (target-group ${ill.targetGroupArn})`;
        this.#tasks.stop(task, 'ServiceSchedulerInitiated', reason);
      }
    }
  }

  async #adjust(service: ServiceRecord, set: TaskSetRecord): Promise<void> {
    const now = Date.now();
    const tasks = tasksOf(this.#state, set).filter(isWanted);
    const surplus = tasks.length - set.wanted;
    if (surplus > 0) {
      const last = tasks.toSorted(
        (a, b) => Number(isHealthy(a, now)) - Number(isHealthy(b, now)) || b.createdAt - a.createdAt,
      );
      const stopped = last.slice(0, surplus);
      const deployment = service.controller === 'ECS' ? `deployment ${set.id}` : `task set ${set.id}`;
      for (const task of stopped) {
        this.#tasks.stop(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (${deployment})`);
      }
      this.say(service, `${title(service, set)} has stopped ${stopped.length} running tasks: ${list(stopped)}.`);
    }
    if (surplus >= 0 || now < set.retryAt) return;
    const definition = await this.#neighbours.taskDefinition(set.taskDefinition);
    const started: TaskRecord[] = [];
    for (let missing = -surplus; missing > 0; missing -= 1) {
      started.push(
        this.#tasks.start(definition, {
          clusterArn: service.clusterArn,
          group: `service:${service.name}`,
          serviceArn: service.arn,
          setId: set.id,
          startedBy: set.id,
          ...providerFor(set),
          ...(set.networkConfiguration === undefined ? {} : { networkConfiguration: set.networkConfiguration }),
          loadBalancers: set.loadBalancers,
          tags: service.settings.propagateTags === 'SERVICE' ? service.tags : [],
        }),
      );
    }
    this.say(service, `${title(service, set)} has started ${started.length} tasks: ${list(started)}.`);
  }

  /** What has come to its end: a set that is steady, one that is empty, a service that was deleted. */
  #judge(service: ServiceRecord): void {
    const now = Date.now();
    for (const set of service.sets) {
      const tasks = tasksOf(this.#state, set).filter(isWanted);
      const target = service.controller === 'ECS' ? service.desiredCount : set.wanted;
      const steady =
        set.wanted === target && tasks.length === set.wanted && tasks.every((task) => isHealthy(task, now));
      if (!steady) delete set.steadySince;
      else if (set.steadySince === undefined) {
        set.steadySince = now;
        if (set.status === 'PRIMARY' && service.status === 'ACTIVE') {
          this.say(service, `(service ${service.name}) has reached a steady state.`);
        }
      }
    }
    service.sets = service.sets.filter((set) => {
      const ending = set.status === 'DRAINING' || (service.controller === 'ECS' && set.status === 'ACTIVE');
      return !ending || this.#hasTasks(set);
    });
    if (service.status === 'DRAINING' && !service.sets.some((set) => this.#hasTasks(set))) service.status = 'INACTIVE';
  }

  #hasTasks(set: TaskSetRecord): boolean {
    return tasksOf(this.#state, set).some((task) => task.lastStatus !== 'STOPPED');
  }
}

function title(service: ServiceRecord, set: TaskSetRecord): string {
  return service.controller === 'ECS'
    ? `(service ${service.name})`
    : `(service ${service.name}, taskSet ${tail(set.id)})`;
}

function list(tasks: readonly TaskRecord[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(' ');
}
