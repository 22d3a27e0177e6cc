import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Guard } from '../../../guard.ts';

/** What a container runs, as its image and its definition say. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ContainerExit {
  /** As a shell and ECS give it: 128 + n for one ended by signal n. */
  readonly exitCode: number;
}

export interface ContainerProcess {
  readonly pid: number;
  readonly exited: Promise<ContainerExit>;
  /** Asks it to end by the signal, and kills it and all that it started when it has not after so many milliseconds. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<ContainerExit>;
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** `node` is the pinned one of this machine, whatever path the image gives it. */
export function nodeOr(program: string): string {
  return path.basename(program) === 'node' ? process.execPath : program;
}

/** Where programs are found: our node first, then the system's. What the image says of its own files is of no use here. */
export function searchPath(): string {
  return `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
}

/**
 * Starts a container's process in a group of its own.
 *
 * @param onLine each line of its output; the last one is given before `exited` settles
 * @throws {Error} when there is no such program
 */
export async function startContainer(
  command: Command,
  guard: Guard,
  onLine: (line: string) => void,
): Promise<ContainerProcess> {
  const child = spawn(nodeOr(command.program), command.args, {
    cwd: command.cwd,
    detached: true,
    env: { ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    await once(child, 'spawn');
    throw new Error('It was spawned without a process id.');
  }
  guard.add(pid);
  const outputs = [child.stdout, child.stderr].map((stream) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on('line', onLine);
    return once(lines, 'close');
  });
  const exited = once(child, 'exit').then(async (): Promise<ContainerExit> => {
    // What it has started and left behind ends with its container.
    killGroup(pid, 'SIGKILL');
    await Promise.all(outputs);
    guard.remove(pid);
    return { exitCode: child.exitCode ?? 128 + (signalNumbers[child.signalCode ?? ''] ?? 0) };
  });
  return {
    pid,
    exited,
    stop: async (signal, graceMs) => {
      killGroup(pid, signal);
      const timer = new AbortController();
      const late = delay(graceMs, 'late' as const, { signal: timer.signal }).catch(() => 'ended' as const);
      if ((await Promise.race([exited, late])) === 'late') killGroup(pid, 'SIGKILL');
      timer.abort();
      return exited;
    },
  };
}

/**
 * Runs a container's health check beside it.
 *
 * @returns whether it ended with 0 in time
 */
export async function runCheck(command: Command, guard: Guard, timeoutMs: number): Promise<boolean> {
  try {
    const check = await startContainer(command, guard, () => undefined);
    const timer = setTimeout(() => killGroup(check.pid, 'SIGKILL'), timeoutMs);
    const { exitCode } = await check.exited;
    clearTimeout(timer);
    return exitCode === 0;
  } catch {
    // No such program: as in a container, that is a failed check.
    return false;
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Not by `instanceof`: under jest an error of Node's own is of another realm.
    const gone = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}
