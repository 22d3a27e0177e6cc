import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';

/** How releases name this machine. */
export const PLATFORM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** A server of releases that a test plays. */
export class ReleaseServer {
  readonly #server: Server;
  /** The paths that were asked for. */
  readonly requests: string[] = [];
  readonly #files = new Map<string, Uint8Array>();

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.requests.push(path);
      const file = this.#files.get(path);
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
  }

  static async start(): Promise<ReleaseServer> {
    const server = new ReleaseServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Forgets what was published and asked for. */
  reset(): void {
    this.requests.length = 0;
    this.#files.clear();
  }

  /** Publishes a zip with one program and its list of checksums, which also names another machine's. */
  publish(release: {
    readonly folder: string;
    readonly zip: string;
    readonly checksums: string;
    readonly program: string;
    readonly text: string;
    /** What the list says in place of the truth. */
    readonly listed?: { readonly sum?: string; readonly name?: string };
  }): void {
    const zip = zipSync({ [release.program]: strToU8(release.text) });
    const { sum = sha256(zip), name = release.zip } = release.listed ?? {};
    const list = `${'0'.repeat(64)}  ${release.program}_plan9_mips.zip\n${sum}  ${name}\n`;
    this.#files.set(`${release.folder}/${release.checksums}`, strToU8(list));
    this.#files.set(`${release.folder}/${release.zip}`, zip);
  }
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Puts a program, as a script for the shell, into a folder. */
export function writeProgram(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}
