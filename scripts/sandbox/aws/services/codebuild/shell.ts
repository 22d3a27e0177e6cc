import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Guard } from '../../../guard.ts';
import { BuildError } from './buildspec.ts';

/** A command that was interrupted may clean up for so long. */
const GRACE_MS = 3_000;

/** What one list of commands leaves to the next: all commands of a build share their working folder and environment. */
export interface ShellState {
  cwd: string;
  env: Record<string, string>;
}

export interface ShellOptions {
  readonly guard: Guard;
  /** For the shell's own files, outside of the source. */
  readonly folder: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * One shell for the list: it stops at the first command that fails.
 * Each command is read from a file of its own, so that it may have any quotes and lines; no `||` after it, where bash would
 * forget a `set -e`.
 */
const script = `
trap '/usr/bin/env -0 > "$SHELL_FILES/env"; printf %s "$PWD" > "$SHELL_FILES/cwd"' EXIT
for (( SHELL_AT = 0; SHELL_AT < SHELL_COUNT; SHELL_AT += 1 )); do
  printf %s "$SHELL_AT" > "$SHELL_FILES/at"
  printf '[Container] %(%Y/%m/%d %H:%M:%S)T Running command %s\\n' -1 "$(<"$SHELL_FILES/$SHELL_AT")"
  eval "$(<"$SHELL_FILES/$SHELL_AT")"
  SHELL_CODE=$?
  if [ $SHELL_CODE -ne 0 ]; then exit $SHELL_CODE; fi
done
`;
const OWN = ['SHELL_FILES', 'SHELL_COUNT', '_', 'SHLVL', 'PWD', 'OLDPWD'];

/**
 * Runs commands in bash, in a process group of its own that ends with it.
 *
 * @throws BuildError `COMMAND_EXECUTION_ERROR` that names the command which failed; the signal's reason when that came first
 */
export async function runCommands(
  commands: readonly string[],
  state: ShellState,
  { guard, folder, onLine, signal }: ShellOptions,
): Promise<void> {
  if (commands.length === 0) return;
  await mkdir(folder, { recursive: true });
  for (const [index, command] of commands.entries()) await writeFile(path.join(folder, String(index)), command);
  // From here to where the signal is listened to nothing is waited for.
  signal.throwIfAborted();
  const child = spawn('/bin/bash', ['--noprofile', '--norc', '-c', script, 'bash'], {
    cwd: state.cwd,
    detached: true,
    env: { ...state.env, SHELL_FILES: folder, SHELL_COUNT: String(commands.length) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    await once(child, 'spawn');
    throw new Error('bash was spawned without a process id.');
  }
  guard.add(pid);
  const outputs = [child.stdout, child.stderr].map((stream) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on('line', onLine);
    return once(lines, 'close');
  });
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(pid, 'SIGTERM');
    late = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await once(child, 'exit');
    // What it has started and left behind ends with it.
    killGroup(pid, 'SIGKILL');
    await Promise.all(outputs);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    guard.remove(pid);
  }
  signal.throwIfAborted();
  await carryOn(state, folder);
  if (child.exitCode === 0) return;
  const failed = commands[Number(await readFile(path.join(folder, 'at'), 'utf8'))] ?? '';
  const reason = child.exitCode === null ? `signal: ${child.signalCode}` : `exit status ${child.exitCode}`;
  throw new BuildError(
    'COMMAND_EXECUTION_ERROR',
    `Error while executing command: ${failed.trimEnd()}. Reason: ${reason}`,
  );
}

/** A shell that was killed leaves nothing: then all stays as it was. */
async function carryOn(state: ShellState, folder: string): Promise<void> {
  const written = await Promise.all(
    ['env', 'cwd'].map((name) => readFile(path.join(folder, name), 'utf8').catch(() => undefined)),
  );
  const [env, cwd] = written;
  if (env === undefined || cwd === undefined || cwd === '') return;
  state.cwd = cwd;
  state.env = Object.fromEntries(
    env
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry): [string, string] => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])
      .filter(([name]) => !OWN.includes(name)),
  );
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
