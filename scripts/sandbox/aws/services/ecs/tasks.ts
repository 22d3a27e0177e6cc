import type { LoadBalancer, NetworkConfiguration, Tag, TaskDefinition, TaskOverride } from '@aws-sdk/client-ecs';
import { newTaskId, type Names } from './names.ts';
import { isLive, type EcsState, type TaskRecord } from './records.ts';
import { TaskRun, type TaskTools } from './task-run.ts';

/** A stopped task can be described for an hour. */
const KEPT_MS = 3_600_000;

/** What a task is started as. */
export interface TaskPlan {
  readonly clusterArn: string;
  readonly group: string;
  readonly serviceArn?: string;
  readonly setId?: string;
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly loadBalancers?: readonly LoadBalancer[];
  readonly overrides?: TaskOverride;
  readonly tags?: readonly Tag[];
}

/** All tasks: what is known of them, and those that run. */
export class Tasks {
  readonly #state: EcsState;
  readonly #names: Names;
  readonly #tools: TaskTools;
  readonly #running = new Map<string, { readonly run: TaskRun; readonly ended: Promise<void> }>();

  constructor(state: EcsState, names: Names, tools: TaskTools) {
    this.#state = state;
    this.#names = names;
    this.#tools = tools;
  }

  /** Records a task and lets it start. */
  start(definition: TaskDefinition, plan: TaskPlan): TaskRecord {
    const { loadBalancers = [], overrides = {}, tags = [], ...rest } = plan;
    const id = newTaskId();
    const task: TaskRecord = {
      ...rest,
      arn: this.#names.taskArn(plan.clusterArn, id),
      id,
      taskDefinition: definition.taskDefinitionArn ?? '',
      overrides,
      tags: [...tags],
      createdAt: Date.now(),
      version: 1,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      ...(definition.cpu === undefined ? {} : { cpu: definition.cpu }),
      ...(definition.memory === undefined ? {} : { memory: definition.memory }),
      containers: (definition.containerDefinitions ?? []).map((container) => ({
        arn: this.#names.containerArn(plan.clusterArn, id),
        name: container.name ?? '',
        image: container.image ?? '',
        essential: container.essential ?? true,
        lastStatus: 'PENDING',
        healthChecked: container.healthCheck !== undefined,
        healthStatus: 'UNKNOWN',
      })),
      targets: [],
      wasHealthy: false,
      counted: false,
    };
    this.#state.tasks[task.arn] = task;
    const run = new TaskRun(task, loadBalancers, this.#tools);
    const ended = run.run().finally(() => this.#running.delete(task.arn));
    this.#running.set(task.arn, { run, ended });
    return task;
  }

  stop(task: TaskRecord, stopCode: string, reason: string): void {
    this.#running.get(task.arn)?.run.stop(stopCode, reason);
  }

  /** Tasks that ran when the state was saved run no more: they leave their target groups and are STOPPED. */
  async buryOld(): Promise<void> {
    for (const task of Object.values(this.#state.tasks)) {
      if (this.#running.has(task.arn)) continue;
      for (const { targetGroupArn, port } of task.targets) {
        await this.#tools.neighbours.deregister(targetGroupArn, task.address ?? '', port);
      }
      task.targets = [];
      if (!isLive(task)) continue;
      task.desiredStatus = 'STOPPED';
      task.lastStatus = 'STOPPED';
      task.stopCode = 'TerminationNotice';
      task.stoppedReason = 'The sandbox was stopped.';
      task.stoppedAt = Date.now();
    }
  }

  forgetOld(): void {
    for (const task of Object.values(this.#state.tasks)) {
      if (!isLive(task) && (task.stoppedAt ?? 0) < Date.now() - KEPT_MS) delete this.#state.tasks[task.arn];
    }
  }

  /** Ends all at once, each within a few seconds. */
  async close(): Promise<void> {
    const runs = [...this.#running.values()];
    for (const { run } of runs) run.close();
    await Promise.all(runs.map(({ ended }) => ended));
  }
}
