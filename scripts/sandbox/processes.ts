import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a process with this id exists; one that has ended and was not waited for yet still does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Ends a process and everything below it: asks (SIGINT, by which Terraform frees its lock), then kills what is left after
 * `graceMs`. By process id; act starts its steps in groups of their own, so a signal to one group would miss them.
 */
export async function endTree(pid: number, graceMs: number): Promise<void> {
  const members = tree(pid);
  for (const member of members) signal(member, 'SIGINT');
  const end = Date.now() + graceMs;
  while (members.some(isAlive) && Date.now() < end) await delay(50);
  for (const member of new Set([...members, ...members.flatMap(tree)])) signal(member, 'SIGKILL');
}

/** The process and its descendants, children before parents. */
function tree(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    rows.flatMap(([child, of]) => (of === parent && child !== undefined ? [...below(child), child] : []));
  return [...below(pid), pid];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
