import { isOver, type Pipelines } from '../aws/pipelines.ts';
import type { ServiceDeployments } from '../aws/service-deployments.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Progress } from './progress.ts';
import { DEPLOY_PROVIDER, type Seen } from './seen.ts';

/** How often is looked. A stage takes minutes; CodePipeline allows some calls a second in an account. */
const LOOK_MS = 3_000;
/** So many looks in a row may fail before it is given up: what is followed goes on all the same. */
const MOST_FAILURES = 5;

export interface FollowDeps {
  readonly pipelines: Pick<Pipelines, 'execution' | 'actions'>;
  readonly deployments: Pick<ServiceDeployments, 'deployment'>;
  readonly log: Log;
  readonly now: () => number;
  /** @throws when the signal is aborted */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

export interface Followed extends Partial<Seen> {
  /** `given-up`: the time was up, and it goes on without us. */
  readonly end: 'over' | 'given-up' | 'cancelled';
}

/**
 * Looks at an execution until it is over, and tells the log what changes.
 *
 * @param until when it is given up, in milliseconds since 1970
 */
export async function follow(pipeline: string, id: string, until: number, deps: FollowDeps): Promise<Followed> {
  const { log, now, sleep, signal } = deps;
  const progress = new Progress(log);
  let seen: Seen | undefined;
  let failures = 0;
  for (;;) {
    if (signal.aborted) return { ...seen, end: 'cancelled' };
    try {
      seen = await look(pipeline, id, deps);
      failures = 0;
      progress.tell(seen, now());
      if (isOver(seen.execution)) return { ...seen, end: 'over' };
    } catch (error) {
      failures += 1;
      if (failures > MOST_FAILURES) throw error;
      log.warning(`The release could not be looked at (${describeError(error)}). It goes on; this looks again.`);
    }
    if (now() >= until) return { ...seen, end: 'given-up' };
    try {
      await sleep(LOOK_MS, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

async function look(pipeline: string, id: string, { pipelines, deployments }: FollowDeps): Promise<Seen> {
  // The status first: when it is over, so are the actions that are read after it.
  const execution = await pipelines.execution(pipeline, id);
  const actions = await pipelines.actions(pipeline, id);
  const deployed = actions.findLast(({ provider }) => provider === DEPLOY_PROVIDER)?.externalId;
  if (deployed === undefined) return { execution, actions };
  return { execution, actions, deployment: await deployments.deployment(deployed) };
}
