import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, ROOT } from '../tools.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface ChildOptions {
  /** All of the environment besides PATH, HOME and the machine's temporary folder: what a developer has set decides nothing. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A process group of its own, as a terminal gives each command. */
  readonly detached?: boolean;
  /** What it reads from standard input; nothing if left out. */
  readonly input?: string;
}

export function start(program: string, args: readonly string[], options: ChildOptions = {}): Started {
  const { PATH = '', HOME = '/', TMPDIR } = process.env;
  const began = Date.now();
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    detached: options.detached ?? false,
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...options.env },
    // Only where it is wanted: a bash whose standard input is a socket, as Node's pipes are, reads the user's .bashrc.
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(options.input);
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const ended = once(child, 'close').then(() => ({
    ...texts,
    code: child.exitCode,
    signal: child.signalCode,
    seconds: (Date.now() - began) / 1000,
  }));
  return { child, ended };
}

/** Runs one of this project's scripts (a path from its root) as a command of its own. */
export function runScript(script: string, args: readonly string[] = [], options: ChildOptions = {}): Promise<Ended> {
  return start(process.execPath, [join(options.cwd ?? ROOT, script), ...args], options).ended;
}

/** A folder for PATH that holds these programs of the machine and no others. */
export function folderOfPrograms(folder: string, programs: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const name of programs) {
    const file = findOnPath(name);
    if (file === undefined) throw new Error(`This machine has no ${name}.`);
    symlinkSync(file, join(folder, name));
  }
  return folder;
}

/**
 * What a command of ours says when it cannot do what it was asked: one line on standard error, nothing else, and exit code 1.
 *
 * @throws Error with all that it said, where it is anything else.
 */
export function oneLineOf({ code, stdout, stderr }: Ended): string {
  if (code === 1 && stdout === '' && /^Error: [^\n]+\n$/.test(stderr)) return stderr.trimEnd();
  throw new Error(`This is not one line with exit code 1: ${JSON.stringify({ code, stdout, stderr })}`);
}
