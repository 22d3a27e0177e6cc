import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endTree } from '../processes.ts';
import { cancelRun, killRun } from './cancellation.ts';

/** One line of `act --json`, as far as it is used. */
export interface ActLine {
  readonly job?: string;
  readonly jobID?: string;
  readonly matrix?: Readonly<Record<string, string>>;
  readonly step?: string;
  readonly stage?: string;
  readonly msg: string;
  readonly level?: string;
  readonly raw_output?: boolean;
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly command?: string;
  readonly content?: string;
}

export interface ActOptions {
  readonly act: string;
  readonly event: string;
  /** A clone at the event's commit, from which act reads what belongs to `github.*`. */
  readonly tree: string;
  readonly workflowFile: string;
  readonly eventFile: string;
  /** Scratch of this run, removed at its end. */
  readonly scratch: string;
  /** The environment of the steps. */
  readonly env: Readonly<Record<string, string>>;
  /** What act would otherwise set itself (`GITHUB_*`). */
  readonly overrides: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly actor: string;
  /** The workflow's name, as act's lines begin. */
  readonly workflow: string;
  /** `owner/repo@ref` → a folder with an action that does the same job locally. */
  readonly replacements: ReadonlyMap<string, string>;
  readonly logFile: string;
  readonly onLine: (line: ActLine) => void;
}

export interface ActRun {
  /** Settles with act's exit code when everything has ended. */
  readonly ended: Promise<number>;
  /** As GitHub does it: the steps that run are asked to end, then those with `always()` and `cancelled()` have their turn. */
  cancel(): Promise<void>;
  /** As when the machine dies: nothing has a turn. */
  kill(): Promise<void>;
  /** When the sandbox ends: everything is asked to, and nothing more begins. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

/** Runs one workflow in host mode: the jobs' steps are processes of this machine, without Docker. */
export async function startAct(options: ActOptions): Promise<ActRun> {
  await mkdir(options.scratch, { recursive: true });
  // By file and not by argument: the process list is readable by everybody.
  const secretFile = join(options.scratch, 'secrets');
  const lines = Object.entries(options.secrets).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(secretFile, lines.join(''), { mode: 0o600 });

  const child = spawn(options.act, argumentsOf(options, secretFile), {
    cwd: options.tree,
    detached: true,
    env: { ...options.env, XDG_CACHE_HOME: join(options.scratch, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(options.logFile);
  const read = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      const line = parse(text);
      log.write(`${prefix(line, options.workflow)}${line.msg}${line.msg.endsWith('\n') ? '' : '\n'}`);
      options.onLine(line);
    }
  };
  const readers = Promise.all([read(child.stdout), read(child.stderr)]);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      readers
        .then(() => rm(options.scratch, { recursive: true, force: true }))
        .then(() => log.end(() => resolve(code ?? 130)), reject);
    });
  });
  const { pid } = child;
  if (pid === undefined) return { ended, cancel: nothing, kill: nothing, close: nothing };
  let cancelling: Promise<void> | undefined;
  return {
    ended,
    cancel: () => (cancelling ??= cancelRun(pid, ended)),
    kill: () => killRun(pid),
    close: () => endTree(pid, GRACE_MS),
  };
}

const nothing = (): Promise<void> => Promise.resolve();

function argumentsOf(options: ActOptions, secretFile: string): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    options.event,
    ...['-C', options.tree],
    ...['-W', options.workflowFile],
    ...['-e', options.eventFile],
    ...['-P', 'ubuntu-latest=-self-hosted'],
    ...['--secret-file', secretFile],
    ...['--actor', options.actor],
    ...pairs('--env', options.overrides),
    ...pairs('--var', options.vars),
    ...[...options.replacements].flatMap(([name, folder]) => ['--local-repository', `${name}=${folder}`]),
    // Our own checkout fetches what the step asks for; act's copies the tree whatever `ref` says.
    '--no-skip-checkout',
    // It would listen on an address of the network.
    '--no-cache-server',
    '--json',
  ];
}

function parse(text: string): ActLine {
  if (text.startsWith('{')) {
    try {
      const line: ActLine = JSON.parse(text);
      return line;
    } catch {
      // Not a line of the log format: shown as it is, below.
    }
  }
  return { msg: text };
}

function prefix(line: ActLine, workflow: string): string {
  return line.job === undefined ? '' : `[${jobName(line, workflow)}] `;
}

/**
 * A job by its id, with the values of its matrix. One of a called workflow comes after the name of the job that calls: act writes
 * `Main/List` for a job of the workflow Main, and `test-1/Environment/Apply` for one of the workflow Environment that the job "test" of
 * it calls, with a number for the place in the caller's matrix.
 */
export function jobName({ job = '', jobID, matrix }: ActLine, workflow: string): string {
  const values = Object.values(matrix ?? {});
  const id = jobID ?? job;
  const own = values.length === 0 ? id : `${id} (${values.join(', ')})`;
  if (job === '' || job.startsWith(`${workflow}/`)) return own;
  return `${(job.split('/')[0] ?? '').replace(/-\d+$/, '')} / ${own}`;
}
