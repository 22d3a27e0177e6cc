import { UserError } from '../../lib/errors.ts';
import type { CommentApi } from '../../lib/github/comments.ts';
import type { Pulls } from '../../lib/github/pulls.ts';
import type { WorkflowRun, WorkflowRuns } from '../../lib/github/workflow-runs.ts';
import type { Log } from '../../lib/log.ts';
import { PLAN_AGAIN_BOX, PLAN_AGAIN_BUSY } from '../../lib/markdown/outdated.ts';
import type { Cause } from './cause.ts';

export interface Deps {
  readonly runs: WorkflowRuns;
  readonly pulls: Pick<Pulls, 'one'>;
  readonly comments: (number: number) => Pick<CommentApi, 'update'>;
  readonly log: Log;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** A plan of this repository takes minutes; a run that takes longer waits for a person. */
const WAIT_MS = 5_000;
const WAITS = 240;

/**
 * Runs the pull request's workflow once more: it merges main freshly, reads the labels, and replaces the comments.
 *
 * @returns whether there was a reason to
 * @throws UserError if it cannot be run again
 */
export async function run(cause: Cause | undefined, deps: Deps): Promise<boolean> {
  if (cause === undefined) {
    deps.log.info('This is neither the box of an outdated plan nor a label that allows a destroy.');
    return false;
  }
  const { head } = await deps.pulls.one(cause.pull);
  const write = async (line: string): Promise<void> => {
    if (cause.kind !== 'box') return;
    await deps.comments(cause.pull).update(cause.comment, cause.unticked.replace(PLAN_AGAIN_BOX, line));
  };
  await write(PLAN_AGAIN_BUSY);
  try {
    const found = await deps.runs.latest(head);
    if (found === undefined)
      throw new UserError(`No run has planned commit ${head.slice(0, 7)} yet.`, 'Push to the pull request.');
    const ended = await untilEnded(found, deps);
    await deps.runs.again(ended.id);
    deps.log.info(`${ended.url} runs again.`);
    return true;
  } catch (error) {
    // Nothing is lost: the box is there again.
    await write(PLAN_AGAIN_BOX);
    throw error;
  }
}

/** One that is going on may have read the labels already, and cannot be started a second time. */
async function untilEnded(found: WorkflowRun, { runs, log, wait }: Deps): Promise<WorkflowRun> {
  let current = found;
  for (let count = 0; !current.ended; count += 1) {
    if (count === WAITS) throw new UserError(`${found.url} does not end.`, 'Cancel it, and try again.');
    if (count === 0) log.info(`${found.url} has to end first.`);
    await wait(WAIT_MS);
    current = await runs.one(found.id);
  }
  return current;
}
