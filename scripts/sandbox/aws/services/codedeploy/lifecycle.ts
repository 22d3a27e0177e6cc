import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeploymentFailure, messageOf, type Run } from './platform.ts';
import type { LifecycleEventRecord } from './records.ts';

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html: an hour for a hook. */
const HOUR_MS = 60 * 60_000;

/** Calls a function without waiting for what it answers. */
export type Invoke = (functionName: string, payload: object) => Promise<void>;

/** The lifecycle events of a deployment and their hooks. The same for ECS and Lambda. */
export class Lifecycle {
  readonly #run: Run;
  readonly #hooks: Readonly<Record<string, string>>;
  readonly #invoke: Invoke;

  /** @param hooks the function by the event's name */
  constructor(run: Run, hooks: Readonly<Record<string, string>>, invoke: Invoke) {
    this.#run = run;
    this.#hooks = hooks;
    this.#invoke = invoke;
  }

  /** An event in which CodeDeploy itself does something. */
  async event(name: string, body: () => Promise<void>): Promise<void> {
    this.#run.signal.throwIfAborted();
    const event = this.#find(name);
    event.status = 'InProgress';
    event.startedAt = Date.now();
    try {
      await body();
      event.status = 'Succeeded';
    } catch (thrown) {
      // A wait that is broken off throws an error of its own; the reason is what counts.
      const error: unknown = this.#run.signal.aborted ? this.#run.signal.reason : thrown;
      event.status = 'Failed';
      event.message = messageOf(error);
      throw error;
    } finally {
      event.endedAt = Date.now();
    }
  }

  /** An event that there is for its hook alone. Without one there is nothing to do in it. */
  hook(name: string): Promise<void> {
    return this.event(name, async () => {
      const functionName = this.#hooks[name];
      if (functionName !== undefined) await this.#call(name, functionName);
    });
  }

  async #call(name: string, functionName: string): Promise<void> {
    const { deployment, pace, limits, signal } = this.#run;
    const execution = randomUUID();
    deployment.hooks[execution] = 'Pending';
    try {
      await this.#invoke(functionName, {
        DeploymentId: deployment.id,
        LifecycleEventHookExecutionId: execution,
      });
    } catch (error) {
      throw hookFailure(`The hook ${name} could not call the function ${functionName}: ${messageOf(error)}`);
    }
    const end = Date.now() + Math.max(pace.toReal(HOUR_MS), limits.leastHookMs);
    while (deployment.hooks[execution] === 'Pending') {
      if (Date.now() > end) {
        deployment.hooks[execution] = 'Failed';
        throw hookFailure(
          `The function ${functionName} of the hook ${name} has not said within an hour how it went, by PutLifecycleEventHookExecutionStatus.`,
        );
      }
      await sleep(limits.lookMs, undefined, { signal });
    }
    if (deployment.hooks[execution] === 'Failed') {
      throw hookFailure(`The function ${functionName} of the hook ${name} reported a failure.`);
    }
  }

  #find(name: string): LifecycleEventRecord {
    const { events } = this.#run.deployment;
    const found = events.find((event) => event.name === name);
    if (found === undefined) throw new Error(`The deployment has no event ${name}.`);
    return found;
  }
}

function hookFailure(message: string): DeploymentFailure {
  return new DeploymentFailure('HOOK_EXECUTION_FAILURE', message);
}
