import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { KEY, type Line } from './service.ts';

/** Builds the bundle into a folder that has nothing else, as it is in an image. */
export async function buildInto(folder: string): Promise<void> {
  const build = path.join(import.meta.dirname, '../build.ts');
  await promisify(execFile)(process.execPath, [build, '--output', folder]);
}

/** The bundle as a process. */
export class RunningService {
  readonly #child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  output = '';

  private constructor(folder: string, env: NodeJS.ProcessEnv, nodeArguments: readonly string[]) {
    // Nothing of this process's environment: neither keys of AWS nor settings of Node.
    this.#child = spawn(process.execPath, [...nodeArguments, path.join(folder, 'server.mjs')], { env, cwd: folder });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = once(this.#child, 'close').then(([code, signal]: unknown[]) =>
      typeof code === 'number' ? code : String(signal),
    );
  }

  /** Starts it with this environment alone, and does not wait. */
  static launch(folder: string, env: NodeJS.ProcessEnv): RunningService {
    return new RunningService(folder, env, []);
  }

  /** Starts it on a free port, and waits until it listens. */
  static async start(
    folder: string,
    env: NodeJS.ProcessEnv = {},
    nodeArguments: readonly string[] = [],
  ): Promise<RunningService> {
    const service = new RunningService(folder, { ...goodEnvironment, ...env }, nodeArguments);
    await service.line('Listening');
    return service;
  }

  get lines(): Line[] {
    return this.output
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Line => JSON.parse(line));
  }

  /** The first line with this message, waited for. */
  async line(message: string): Promise<Line> {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const found = this.lines.find((line) => line.message === message);
      if (found !== undefined) return found;
      await pause(20);
    }
    throw new Error(`It did not say "${message}": ${this.output}`);
  }

  get port(): number {
    const line = this.lines.find(({ message }) => message === 'Listening');
    return Object(line?.['address']).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  replace(content: string): Promise<Response> {
    return fetch(`${this.url}/api/string/replace`, {
      method: 'POST',
      headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ content }),
    });
  }

  /** A connection of its own, to send bytes on as one likes. */
  async connect(): Promise<Connection> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

export class Connection {
  received = '';
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.received += text;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve());
      // A reset ends it too; what has been received says whether it mattered.
      socket.once('error', () => resolve());
    });
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export const goodEnvironment = {
  HOST: '127.0.0.1',
  PORT: '0',
  API_KEY: KEY,
  STRINGS_MAPPING_PARAMETER_NAME: '/strings/mapping',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'the-secret-of-the-tests',
};

/** The head of a replacement, and its body. */
export function rawReplace(content: string): { readonly head: string; readonly body: string } {
  const body = JSON.stringify({ content });
  const headers = [
    'host: test',
    `x-api-key: ${KEY}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return { head: `POST /api/string/replace HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, body };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
