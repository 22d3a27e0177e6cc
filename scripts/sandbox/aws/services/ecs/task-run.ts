import path from 'node:path';
import type { ContainerDefinition, LoadBalancer, TaskDefinition } from '@aws-sdk/client-ecs';
import type { ServiceContext } from '../context.ts';
import type { Addresses } from './addresses.ts';
import { startContainer, type Command, type ContainerProcess } from './container-process.ts';
import { commandOf, resolveSecrets, StartFailure } from './environment.ts';
import type { Guard } from '../../../guard.ts';
import { watchHealth } from './health-check.ts';
import type { ImageConfig, UnpackImage } from './images.ts';
import { openLog, type LineSink } from './log-shipper.ts';
import type { Neighbours } from './neighbours.ts';
import type { ContainerRecord, TaskRecord, TaskStatus } from './records.ts';
import { waitForDraining } from './targets.ts';

const DEFAULT_STOP_TIMEOUT_S = 30;
/** What a process gets to end in when the sandbox goes down. */
const CLOSE_GRACE_MS = 2_000;

export interface TaskTools {
  readonly context: ServiceContext;
  readonly neighbours: Neighbours;
  readonly addresses: Addresses;
  readonly guard: Guard;
  readonly unpackImage: UnpackImage;
  /** How long a start may take before a failed health check counts; real milliseconds. */
  readonly startMs: number;
  /** Something about the task has changed. */
  readonly changed: (task: TaskRecord) => void;
}

interface Prepared {
  readonly definition: ContainerDefinition;
  readonly record: ContainerRecord;
  readonly command: Command;
  readonly config: ImageConfig;
  readonly log: LineSink;
}

/** A task from its start to its end: `run()` settles when it has STOPPED. */
export class TaskRun {
  readonly #task: TaskRecord;
  readonly #loadBalancers: readonly LoadBalancer[];
  readonly #tools: TaskTools;
  readonly #stop = new AbortController();
  readonly #close = new AbortController();
  readonly #processes: { readonly prepared: Prepared; readonly process: ContainerProcess }[] = [];

  constructor(task: TaskRecord, loadBalancers: readonly LoadBalancer[], tools: TaskTools) {
    this.#task = task;
    this.#loadBalancers = loadBalancers;
    this.#tools = tools;
  }

  /** Stops it as ECS does; the first reason stays. */
  stop(stopCode: string, stoppedReason: string): void {
    if (this.#task.desiredStatus === 'STOPPED') return;
    this.#task.desiredStatus = 'STOPPED';
    this.#task.stopCode = stopCode;
    this.#task.stoppedReason = stoppedReason;
    this.#task.stoppingAt = Date.now();
    this.#changed();
    this.#stop.abort();
  }

  /** The sandbox goes down: what runs ends now, and nobody is asked or told. */
  close(): void {
    this.#close.abort();
    this.stop('TerminationNotice', 'The sandbox was stopped.');
  }

  async run(): Promise<void> {
    try {
      // A pull takes its time, and cannot be told to end.
      await Promise.race([this.#start(), aborted(this.#close.signal)]);
      const ended = this.#processes.filter(({ prepared }) => prepared.record.essential);
      await Promise.race([aborted(this.#stop.signal), ...ended.map(({ process }) => process.exited)]);
      this.stop('EssentialContainerExited', 'Essential container in task exited');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof StartFailure)) this.#tools.context.report(`ECS task ${this.#task.id}: ${reason}`);
      this.stop('TaskFailedToStart', reason);
    }
    try {
      await this.#leaveTargets();
    } catch (error) {
      this.#tools.context.report(`ECS task ${this.#task.id} could not be drained: ${String(error)}`);
    }
    await this.#end();
  }

  async #start(): Promise<void> {
    const { neighbours, addresses, context } = this.#tools;
    const task = this.#task;
    const definition = await neighbours.taskDefinition(task.taskDefinition);
    this.#to('PENDING');
    const containers = definition.containerDefinitions ?? [];
    const ports = containers.flatMap(({ portMappings = [] }) => portMappings.map((mapping) => mapping.containerPort));
    task.address = await addresses.take(ports.filter((port) => port !== undefined));
    task.pullStartedAt = Date.now();
    const prepared: Prepared[] = [];
    for (const container of containers) prepared.push(await this.#prepare(definition, container, task.address));
    task.pullStoppedAt = Date.now();
    for (const one of prepared) {
      if (this.#stop.signal.aborted) return;
      await this.#startContainer(one);
    }
    this.#to('ACTIVATING');
    await this.#joinTargets(task.address);
    if (this.#stop.signal.aborted) return;
    task.startedAt = Date.now();
    this.#to('RUNNING');
    for (const { prepared: one } of this.#processes) {
      const { healthCheck } = one.definition;
      if (healthCheck === undefined) continue;
      const { command } = one;
      void watchHealth(
        { healthCheck, command, address: task.address, pace: context.pace, startMs: this.#tools.startMs },
        this.#tools.guard,
        (status) => {
          one.record.healthStatus = status;
          this.#changed();
          if (status === 'UNHEALTHY' && one.record.essential) {
            this.stop('ServiceSchedulerInitiated', 'Task failed container health checks');
          }
        },
        this.#stop.signal,
      );
    }
  }

  async #prepare(task: TaskDefinition, definition: ContainerDefinition, address: string): Promise<Prepared> {
    const { context, neighbours, unpackImage } = this.#tools;
    const record = this.#task.containers.find(({ name }) => name === definition.name);
    if (record === undefined) throw new Error(`${task.taskDefinitionArn} has no container ${definition.name}.`);
    const secrets = await resolveSecrets(neighbours, definition);
    const names = { container: record.name, taskId: this.#task.id };
    const log = await openLog(neighbours, definition.logConfiguration, names, context.report).catch(
      (error: unknown): never => {
        const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const failed = 'ResourceInitializationError: failed to validate logger args: create stream has been retried';
        throw new StartFailure(`${failed} 1 times: failed to create CloudWatch log stream: ${why}`);
      },
    );
    const image = await unpackImage(record.image, path.join(context.folder('ecs'), 'images')).catch(
      (error: unknown): never => {
        const why = error instanceof Error ? error.message : String(error);
        throw new StartFailure(`CannotPullContainerError: ${why}`);
      },
    );
    record.imageDigest = image.digest;
    const override = this.#task.overrides.containerOverrides?.find(({ name }) => name === record.name);
    const command = commandOf(context, { ...image, definition, override, secrets, address });
    return { definition, record, command, config: image.config, log };
  }

  async #startContainer(prepared: Prepared): Promise<void> {
    const { record, command, log } = prepared;
    let process: ContainerProcess;
    try {
      process = await startContainer(command, this.#tools.guard, (line) => log.line(line));
    } catch {
      record.reason = `CannotStartContainerError: exec: "${command.program}": executable file not found in $PATH`;
      throw new StartFailure(record.reason);
    }
    record.lastStatus = 'RUNNING';
    record.runtimeId = String(process.pid);
    this.#processes.push({ prepared, process });
    void this.#noteExit(record, process, log);
  }

  async #noteExit(record: ContainerRecord, process: ContainerProcess, log: LineSink): Promise<void> {
    const { exitCode } = await process.exited;
    record.exitCode = exitCode;
    record.lastStatus = 'STOPPED';
    await log.end();
    this.#changed();
  }

  async #joinTargets(address: string): Promise<void> {
    for (const { targetGroupArn, containerPort } of this.#loadBalancers) {
      if (targetGroupArn === undefined || containerPort === undefined) continue;
      try {
        await this.#tools.neighbours.register(targetGroupArn, address, containerPort);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new StartFailure(`Task failed to register targets in (target-group ${targetGroupArn}): ${why}`);
      }
      this.#task.targets.push({ targetGroupArn, port: containerPort, state: 'initial' });
    }
  }

  async #leaveTargets(): Promise<void> {
    delete this.#task.healthySince;
    const { address = '', targets } = this.#task;
    if (this.#close.signal.aborted || targets.length === 0) return;
    this.#to('DEACTIVATING');
    const { neighbours } = this.#tools;
    await Promise.all(targets.map(({ targetGroupArn, port }) => neighbours.deregister(targetGroupArn, address, port)));
    // Who has ended has nothing left to answer.
    const over = new AbortController();
    for (const { process } of this.#processes) void process.exited.then(() => over.abort());
    const cut = AbortSignal.any([this.#close.signal, over.signal]);
    await Promise.all(targets.map((target) => waitForDraining(this.#tools, target, address, cut)));
    if (!this.#close.signal.aborted) this.#task.targets = [];
  }

  async #end(): Promise<void> {
    this.#to('STOPPING');
    await Promise.all(
      this.#processes.map(async ({ prepared, process }) => {
        const graceMs = (prepared.definition.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S) * 1_000;
        const stopped = process.stop(stopSignal(prepared.config), graceMs);
        const closed = aborted(this.#close.signal).then(() => process.stop('SIGTERM', CLOSE_GRACE_MS));
        await Promise.race([stopped, closed]);
      }),
    );
    await Promise.all(this.#processes.map(({ prepared }) => prepared.log.end()));
    this.#to('DEPROVISIONING');
    for (const container of this.#task.containers) container.lastStatus = 'STOPPED';
    if (this.#task.address !== undefined) this.#tools.addresses.release(this.#task.address);
    this.#task.stoppedAt = Date.now();
    this.#to('STOPPED');
  }

  #to(status: TaskStatus): void {
    this.#task.lastStatus = status;
    this.#changed();
  }

  #changed(): void {
    this.#task.version += 1;
    this.#tools.changed(this.#task);
  }
}

function stopSignal({ StopSignal }: ImageConfig): NodeJS.Signals {
  const known = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
  return known.find((name) => name === StopSignal) ?? 'SIGTERM';
}

/** Settles when the signal comes. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
