import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** How long the system may take to end what it was told to kill. */
const KILL_MS = 2_000;

/** Whether a process with this id exists; one that has ended and was not waited for yet still does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** The program and arguments of a process; empty if it has ended. */
export function commandOf(pid: number): string {
  const { stdout } = spawnSync('ps', ['-ww', '-p', String(pid), '-o', 'state=,args='], { encoding: 'utf8' });
  const [, state = 'Z', args = ''] = /^\s*(\S+)\s+(.*)/.exec(stdout) ?? [];
  return state.startsWith('Z') ? '' : args;
}

/**
 * Ends a process and everything below it: asks (SIGINT, by which Terraform frees its lock), then kills what is left after
 * `graceMs`. By process id; act starts its steps in groups of their own, so a signal to one group would miss them.
 */
export async function endTree(pid: number, graceMs: number): Promise<void> {
  const members = tree(pid);
  for (const member of members) signal(member, 'SIGINT');
  await untilEnded(members, graceMs);
  const left = [...new Set([...members, ...members.flatMap(tree)])];
  for (const member of left) signal(member, 'SIGKILL');
  await untilEnded(left, KILL_MS);
}

/** Waits for the end of all of them. What has ended and only waits to be noticed by its parent counts as ended: some machines' init takes seconds for that. */
export async function untilEnded(pids: readonly number[], limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  const run = (): boolean => {
    const states = new Map(processes().map(({ pid, state }) => [pid, state]));
    return pids.some((pid) => !(states.get(pid) ?? 'Z').startsWith('Z'));
  };
  while (pids.some(isAlive) && run() && Date.now() < end) await delay(50);
}

function processes(): { pid: number; parent: number; state: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => {
      const [pid, parent, state = ''] = row.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });
}

/** The processes that this one has started itself. */
export function childrenOf(pid: number): number[] {
  return processes().flatMap((row) => (row.parent === pid ? [row.pid] : []));
}

/** The process and its descendants, children before parents. */
export function tree(pid: number): number[] {
  const rows = processes();
  const below = (parent: number): number[] =>
    rows.flatMap((row) => (row.parent === parent ? [...below(row.pid), row.pid] : []));
  return [...below(pid), pid];
}

/** To one process; one that has ended already is nothing to complain of. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Not by `instanceof`: under jest an error of Node's own is of another realm. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
