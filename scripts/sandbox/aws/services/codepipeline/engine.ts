import type { StageRetryMode } from '@aws-sdk/client-codepipeline';
import type { ServiceContext } from '../context.ts';
import { INTERRUPTED, runAction } from './action-run.ts';
import { AbandonedError } from './actions/job.ts';
import { Gate } from './gate.ts';
import type { Neighbours } from './neighbours.ts';
import { Notifier, type PipelineEvent } from './notify.ts';
import { isOver, type ExecutionRecord, type StageRecord, type State } from './records.ts';
import { inOrder } from './validation.ts';

export interface EngineOptions {
  readonly context: ServiceContext;
  readonly state: State;
  readonly neighbours: Neighbours;
  readonly sourceUrl: (fullRepositoryId: string) => string;
}

interface Run {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Where an execution begins: at the first stage, or again at one that has failed. */
export interface Beginning {
  readonly stage: string;
  readonly mode: StageRetryMode;
}

/** Takes executions through their stages. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #notifier: Notifier;
  readonly #gates = new Map<string, Gate>();
  readonly #runs = new Map<string, Run>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#notifier = new Notifier(options.context, options.neighbours);
  }

  /** What an earlier sandbox has left in progress is over: the processes that it waited for have ended with it. */
  buryOld(): void {
    for (const execution of Object.values(this.#options.state.executions)) {
      if (!isOver(execution)) this.#interrupt(execution);
    }
  }

  start(execution: ExecutionRecord, beginning?: Beginning): void {
    const abort = new AbortController();
    this.#tell(execution, beginning === undefined ? 'started' : 'resumed');
    const done = this.#run(execution, beginning, abort.signal)
      .catch((error: unknown) => {
        this.#options.context.report(`CodePipeline failed at ${execution.id}: ${String(error)}`);
        execution.summary = `The sandbox failed at this: ${String(error)}`;
        this.#end(execution, 'Failed', 'failed');
      })
      .finally(() => this.#runs.delete(execution.id));
    this.#runs.set(execution.id, { abort, done });
  }

  /**
   * Ends an execution after what it does now, or at once; what an abandoned action has started elsewhere goes on. One that waits for a
   * stage ends at once in either way.
   * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-stop.html
   */
  stop(execution: ExecutionRecord): void {
    this.#set(execution, 'Stopping');
    for (const stage of execution.stages) if (stage.status === 'InProgress') stage.status = 'Stopping';
    if (execution.inbound !== undefined) this.#gate(execution, execution.inbound).leave(execution.id);
    if (execution.stop?.abandon === true) {
      this.#runs.get(execution.id)?.abort.abort(new AbandonedError('The action was abandoned.'));
    }
  }

  /** Ends and removes everything of a pipeline that is deleted. */
  async forget(pipeline: string): Promise<void> {
    const { executions } = this.#options.state;
    const own = Object.values(executions).filter((execution) => execution.pipeline === pipeline);
    const runs = own.flatMap(({ id }) => this.#runs.get(id) ?? []);
    for (const execution of own) {
      if (isOver(execution)) continue;
      execution.stop = { reason: 'The pipeline was deleted.', abandon: true };
      this.stop(execution);
    }
    await Promise.all(runs.map(({ done }) => done));
    for (const { id } of own) delete executions[id];
  }

  /** Ends all that is in progress, as failed. */
  async close(): Promise<void> {
    const runs = [...this.#runs.entries()];
    for (const [id, { abort }] of runs) {
      abort.abort(new Error(INTERRUPTED));
      const execution = this.#options.state.executions[id];
      if (execution?.inbound !== undefined) this.#gate(execution, execution.inbound).leave(id);
    }
    await Promise.all(runs.map(([, { done }]) => done));
    await this.#notifier.done();
  }

  async #run(execution: ExecutionRecord, beginning: Beginning | undefined, signal: AbortSignal): Promise<void> {
    const { stages } = execution.declaration;
    const from = Math.max(
      0,
      stages.findIndex(({ name }) => name === beginning?.stage),
    );
    for (const { name: stage = '' } of stages.slice(from)) {
      const again = stage === beginning?.stage ? beginning.mode : undefined;
      if (!(await this.#stage(execution, stage, again, signal))) return;
    }
    this.#end(execution, 'Succeeded', 'succeeded');
  }

  /** @returns whether the execution goes on; if not, it has been ended */
  async #stage(
    execution: ExecutionRecord,
    stage: string,
    again: StageRetryMode | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (signal.aborted) return this.#endEarly(execution, signal);
    if (execution.stop !== undefined) return this.#endEarly(execution, signal);
    const gate = this.#gate(execution, stage);
    execution.inbound = stage;
    const entry = await gate.enter(execution, execution.mode);
    delete execution.inbound;
    if (entry === 'superseded') {
      execution.summary = `A newer execution waits for the stage ${stage}.`;
      this.#end(execution, 'Superseded', 'superseded');
      return false;
    }
    if (entry === 'left') return this.#endEarly(execution, signal);
    const record: StageRecord = { name: stage, status: 'InProgress' };
    execution.stages.push(record);
    try {
      const failed = await this.#actions(execution, stage, again, signal);
      if (signal.aborted || execution.stop !== undefined) {
        record.status = execution.stop === undefined ? 'Failed' : 'Stopped';
        return this.#endEarly(execution, signal);
      }
      record.status = failed === undefined ? 'Succeeded' : 'Failed';
      if (failed === undefined) return true;
      execution.summary = failed;
      this.#end(execution, 'Failed', 'failed');
      return false;
    } finally {
      gate.leave(execution.id);
    }
  }

  /** @returns what failed, if something did */
  async #actions(
    execution: ExecutionRecord,
    stage: string,
    again: StageRetryMode | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { context, neighbours, sourceUrl } = this.#options;
    const actions = execution.declaration.stages.find(({ name }) => name === stage)?.actions ?? [];
    const earlier = execution.actions.filter((action) => action.stage === stage);
    const done = (name: string | undefined): boolean =>
      again === 'FAILED_ACTIONS' && earlier.findLast((action) => action.name === name)?.status === 'Succeeded';
    for (const group of inOrder(actions.filter(({ name }) => !done(name)))) {
      const parts = { context, neighbours, sourceUrl, signal };
      const results = await Promise.all(group.map((action) => runAction(execution, stage, action, parts)));
      execution.updatedAt = Date.now();
      const at = results.findIndex((status) => status !== 'Succeeded');
      if (at >= 0) {
        const name = group[at]?.name;
        const error = execution.actions.findLast((action) => action.stage === stage && action.name === name)?.error;
        return `${stage}/${name}: ${error?.message ?? results[at]}`;
      }
      if (execution.stop !== undefined || signal.aborted) break;
    }
    return undefined;
  }

  /** Of one that was stopped by somebody, or by the end of the sandbox. */
  #endEarly(execution: ExecutionRecord, signal: AbortSignal): false {
    if (execution.stop === undefined && signal.aborted) {
      this.#interrupt(execution);
    } else {
      if (execution.stop?.reason !== undefined) execution.summary = execution.stop.reason;
      this.#end(execution, 'Stopped', 'canceled');
    }
    return false;
  }

  #interrupt(execution: ExecutionRecord): void {
    delete execution.inbound;
    execution.summary = INTERRUPTED;
    this.#set(execution, 'Failed');
    for (const stage of execution.stages) {
      if (stage.status === 'InProgress' || stage.status === 'Stopping') stage.status = 'Failed';
    }
    for (const action of execution.actions) {
      if (action.status !== 'InProgress') continue;
      action.status = 'Failed';
      action.error = { code: 'JobFailed', message: INTERRUPTED };
      action.updatedAt = Date.now();
    }
  }

  #end(execution: ExecutionRecord, status: ExecutionRecord['status'], event: PipelineEvent): void {
    this.#set(execution, status);
    this.#tell(execution, event);
  }

  #set(execution: ExecutionRecord, status: ExecutionRecord['status']): void {
    execution.status = status;
    execution.updatedAt = Date.now();
  }

  #tell(execution: ExecutionRecord, event: PipelineEvent): void {
    this.#options.context.report(`pipeline ${execution.pipeline} ${execution.id} ${event}${because(execution)}`);
    this.#notifier.tell(execution, event);
  }

  #gate({ pipeline }: ExecutionRecord, stage: string): Gate {
    const key = `${pipeline}/${stage}`;
    const gate = this.#gates.get(key) ?? new Gate();
    this.#gates.set(key, gate);
    return gate;
  }
}

function because({ summary }: ExecutionRecord): string {
  return summary === undefined ? '' : `: ${summary}`;
}
