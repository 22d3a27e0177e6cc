import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, endTree, signal, tree, untilEnded } from '../processes.ts';

/** GitHub's own: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation */
const INTERRUPT_MS = 7_500;
const TERMINATE_MS = 2_500;
const CANCEL_MS = 300_000;
const KILL_MS = 2_000;

/**
 * Cancels a run as GitHub's runner does: the process of each step that runs (`node` for an action, the shell for a script), and it alone,
 * gets SIGINT, after 7.5 seconds SIGTERM, and is killed with all below it 2.5 seconds later. Then steps with `always()` or
 * `cancelled()` and what comes after actions have their turn; after five minutes it is over in any case.
 *
 * act by itself kills a step at once when it is interrupted. So it is held while the step ends, and told afterwards; until then it shows
 * no line of its log, and what the step writes waits in the pipe, which holds 64 KiB.
 *
 * @param act its process id
 * @param ended settles when act has ended
 */
export async function cancelRun(act: number, ended: Promise<unknown>): Promise<void> {
  signal(act, 'SIGSTOP');
  try {
    await endSteps(childrenOf(act));
  } finally {
    signal(act, 'SIGINT');
    signal(act, 'SIGCONT');
  }
  const limit = new AbortController();
  const isOver = await Promise.race([
    ended.then(
      () => true,
      () => true,
    ),
    delay(CANCEL_MS, false, { signal: limit.signal, ref: false }),
  ]);
  limit.abort();
  if (!isOver) await endTree(act, 0);
}

async function endSteps(steps: readonly number[]): Promise<void> {
  // A step may end before what it has started: GitHub's runner sees to such orphans at the end of the job.
  const members = new Set(steps.flatMap(tree));
  for (const step of steps) signal(step, 'SIGINT');
  await untilEnded(steps, INTERRUPT_MS);
  for (const member of steps.flatMap(tree)) members.add(member);
  for (const step of steps) signal(step, 'SIGTERM');
  await untilEnded(steps, TERMINATE_MS);
  for (const member of new Set([...members, ...steps.flatMap(tree)])) signal(member, 'SIGKILL');
}

/** Ends act and all below it as when the machine dies: nobody is asked, and nothing can be started meanwhile. */
export async function killRun(act: number): Promise<void> {
  const held = new Set<number>();
  for (;;) {
    const members = tree(act).filter((member) => !held.has(member));
    if (members.length === 0) break;
    // The parent first: what is held starts nothing more.
    for (const member of members.toReversed()) {
      signal(member, 'SIGSTOP');
      held.add(member);
    }
  }
  for (const member of held) signal(member, 'SIGKILL');
  await untilEnded([...held], KILL_MS);
}
