import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const launcher = path.join(import.meta.dirname, 'patches', 'launch.py');
/** What launch.py ends with after one line that says why it does not start. */
const refusedStatus = 3;
const readyLimitMs = 15_000;
const stopLimitMs = 10_000;

export interface EmulatorOptions {
  /** The Python of the virtual environment that holds requirements.txt. */
  readonly python: string;
  /** Where state is kept between runs, and temporary files during one. Made if it is not there. */
  readonly stateDir: string;
  /** Put first on PATH for the functions, which run with the `node` found there. */
  readonly nodeBinDir: string;
  /** The emulator's output is appended here. */
  readonly logFile: string;
  /** Default: a free one. */
  readonly port?: number;
  /** AWS_ENDPOINT_URL as the functions see it: the front door's. Default: the emulator itself. */
  readonly endpointUrl?: string;
  /** Load what `stateDir` holds, and save it on a graceful stop. */
  readonly persist?: boolean;
  /** Names of patches to leave out: for trying what they change. */
  readonly without?: readonly string[];
}

export interface EmulatorExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of its output. */
  readonly lastLines: string;
}

export interface Emulator {
  readonly url: string;
  readonly pid: number;
  /** Graceful, so that state is saved; killed after ten seconds. Ends the functions' processes too. */
  stop(): Promise<void>;
  /** Settles when the process has ended, whoever ended it. */
  readonly exited: Promise<EmulatorExit>;
}

/** Starts ministack with our patches on 127.0.0.1. Fails with one sentence that says what to do. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  await access(options.python).catch((cause: unknown) => {
    throw new Error(
      `There is no Python at ${options.python}: make the virtual environment and install requirements.txt in it.`,
      { cause },
    );
  });
  const port = options.port ?? (await freePort());
  if (await isListening(port)) {
    throw new Error(`Port ${port} is in use: stop what listens there, or choose another port for the emulator.`);
  }
  const temporary = path.join(options.stateDir, 'tmp');
  await mkdir(temporary, { recursive: true });
  // The emulator's worker and functions' plain `.js` files are CommonJS, whatever package.json stands above this folder.
  await writeFile(path.join(temporary, 'package.json'), '{ "type": "commonjs" }\n');
  await mkdir(path.dirname(options.logFile), { recursive: true });
  const logStart = await stat(options.logFile).then(
    (found) => found.size,
    () => 0,
  );
  const log = await open(options.logFile, 'a');
  const without = (options.without ?? []).flatMap((name) => ['--without', name]);
  // A group of its own: Ctrl-C does not reach it before its turn, and its functions can be ended with it.
  const child = spawn(options.python, ['-u', launcher, '--parent-pid', String(process.pid), ...without], {
    cwd: options.stateDir,
    detached: true,
    env: environment(options, port, temporary),
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(child, 'exit');
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Error(`${options.python} does not start: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  } finally {
    await log.close();
  }
  const { pid } = child;
  if (pid === undefined) throw new Error('The emulator was spawned without a process id.');

  const exited = ended.then(async (): Promise<EmulatorExit> => {
    killGroup(pid);
    return {
      code: child.exitCode,
      signal: child.signalCode,
      lastLines: await lastLines(options.logFile, logStart),
    };
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([exited.then(() => true), delay(stopLimitMs, false, { ref: false })]);
    if (!inTime) {
      killGroup(pid);
      await exited;
    }
    await rm(temporary, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid, stop, exited };
}

/**
 * The whole environment leaks into the functions, so it holds no more than is needed.
 * Names: ministack's README; TZ and LANG as in Lambda
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
function environment(options: EmulatorOptions, port: number, temporary: string): NodeJS.ProcessEnv {
  const persisted = options.persist === true ? '1' : '0';
  return {
    PATH: [options.nodeBinDir, '/usr/local/bin', '/usr/bin', '/bin'].join(path.delimiter),
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    PYTHONUTF8: '1',
    // What Lambda sets, and Powertools asks for before it speaks of a cold start (the same page).
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    TMPDIR: temporary,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    PERSIST_STATE: persisted,
    STATE_DIR: path.join(options.stateDir, 'state'),
    S3_PERSIST: persisted,
    S3_DATA_DIR: path.join(options.stateDir, 's3'),
    ...(options.endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: options.endpointUrl }),
  };
}

async function untilReady(url: string, exited: Promise<EmulatorExit>): Promise<void> {
  const deadline = Date.now() + readyLimitMs;
  const gone = exited.then((exit) => exit);
  for (;;) {
    const exit = await Promise.race([gone, delay(25, undefined)]);
    if (exit) throw new Error(explainExit(exit));
    if (await answers(`${url}/_ministack/health`)) return;
    if (Date.now() > deadline) {
      throw new Error(`The AWS emulator does not answer at ${url} after ${readyLimitMs / 1000} s: see its log.`);
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet; the deadline of the caller decides.
    return false;
  }
}

function explainExit(exit: EmulatorExit): string {
  if (exit.code === refusedStatus) return exit.lastLines.split('\n').at(-1) ?? '';
  const how = exit.signal === null ? `with status ${exit.code}` : `by ${exit.signal}`;
  return `The AWS emulator ended at its start ${how}; its last lines: ${exit.lastLines}`;
}

async function lastLines(file: string, from: number): Promise<string> {
  const content = await readFile(file);
  return content.subarray(from).toString('utf8').trimEnd().split('\n').slice(-8).join('\n');
}

/** The functions' processes share the emulator's group; what is gone already is no failure. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const gone = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: free.
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  return address.port;
}
