import type { ActionExecution } from '../aws/pipelines.ts';
import type { Log } from '../log.ts';
import { redact } from '../terraform/secrets.ts';
import { DEPLOY_PROVIDER, duration, isFailed, placeOf, type Seen } from './seen.ts';

/** Tells a log what has changed since it was last told. */
export class Progress {
  readonly #log: Log;
  readonly #told = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  tell({ execution, actions, deployment }: Seen, now: number): void {
    // How the deployment went comes before how its action ended.
    const isAfter = ({ provider, status }: ActionExecution): boolean =>
      provider === DEPLOY_PROVIDER && status !== 'InProgress';
    for (const action of actions) if (!isAfter(action)) this.#action(action, now);
    for (const { name, status, message } of deployment?.events ?? []) {
      // What has not begun yet, and what has nothing to do, is no news.
      if (['Pending', 'Unknown', 'Skipped'].includes(status)) continue;
      this.#say(`event ${name}`, status, `  ${name}: ${status}${message === undefined ? '' : `: ${message}`}`);
    }
    if (deployment?.percent !== undefined) {
      this.#say('percent', String(deployment.percent), `  the new version gets ${deployment.percent} % of the traffic`);
    }
    if (deployment?.terminating === true) {
      this.#say('terminating', 'yes', '  all traffic has moved; the old version is kept for a while');
    }
    for (const action of actions) if (isAfter(action)) this.#action(action, now);
    const { status } = execution;
    // What has failed was said by the action.
    const summary = actions.some((action) => isFailed(action.status)) ? undefined : execution.summary;
    if (status !== 'InProgress') {
      this.#say('execution', status, `The execution is ${status}${summary === undefined ? '' : `: ${summary}`}`);
    }
  }

  #action(action: ActionExecution, now: number): void {
    const { status, startedAt, updatedAt, error } = action;
    const took = duration((status === 'InProgress' ? now : updatedAt) - startedAt);
    const text = status === 'InProgress' ? 'has begun' : `${status} after ${took}`;
    const place = placeOf(action);
    this.#say(`${place} ${startedAt}`, status, `${place}: ${text}${error === undefined ? '' : `: ${error}`}`);
  }

  #say(what: string, state: string, text: string): void {
    if (this.#told.get(what) === state) return;
    this.#told.set(what, state);
    // The words are those of programs.
    this.#log.info(redact(text));
  }
}
