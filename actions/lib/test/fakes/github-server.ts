import { createServer, type IncomingMessage, type Server } from 'node:http';
import { octokit, type Octokit } from '../../github/octokit.ts';
import { recordingLog } from './log.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

let server: Server | undefined;

/** The real client against an HTTP server of its own on this machine: paging, statuses and bodies as they are on the wire. */
export async function serve(
  answer: (request: string, body: string, origin: string) => Answer,
): Promise<{ github: Octokit; requests: string[]; log: ReturnType<typeof recordingLog> }> {
  const requests: string[] = [];
  const log = recordingLog();
  let origin = '';
  const running = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      requests.push(line);
      const { status = 200, headers = {}, body: sent } = answer(line, body, origin);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(sent === undefined ? undefined : JSON.stringify(sent));
    });
  });
  server = running;
  const { promise, resolve } = Promise.withResolvers<void>();
  running.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = running.address();
  origin = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  return { github: octokit('a-token', log, origin), requests, log };
}

/** For afterEach. */
export function stopServing(): void {
  server?.closeAllConnections();
  server?.close();
}
