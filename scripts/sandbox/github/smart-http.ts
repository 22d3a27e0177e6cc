import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gitEnvironment } from './git.ts';

interface GitRequest {
  /** Folder that holds `owner/repo.git`. */
  root: string;
  /** Inside it, beginning with a slash. */
  path: string;
  query: string;
  /** Who may push; undefined reads only. */
  user: string | undefined;
  /** For the hooks. */
  environment: Readonly<Record<string, string>>;
  /** Git's own: whose refs these are. */
  namespace: string | undefined;
}

/** Hands one request to `git http-backend` (CGI). The answer is held back until `before` has run, where it is given. */
export async function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path, query, user, environment, namespace }: GitRequest,
  before: () => Promise<void>,
): Promise<void> {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: header('content-type'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      ...environment,
      ...(namespace === undefined ? {} : { GIT_NAMESPACE: namespace }),
      ...(user === undefined ? {} : { REMOTE_USER: user, REMOTE_ADDR: '127.0.0.1' }),
      ...('content-length' in request.headers ? { CONTENT_LENGTH: header('content-length') } : {}),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((done, fail) => child.once('error', fail).once('close', () => done()));
  // git may answer before it has read everything; the rest of the request is then of no use.
  child.stdin.on('error', () => request.resume());
  request.pipe(child.stdin);
  const [output] = await Promise.all([buffer(child.stdout), exited]);
  await before();
  const end = output.indexOf('\r\n\r\n');
  let status = 200;
  for (const line of output.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(end < 0 ? 500 : status).end(output.subarray(end < 0 ? 0 : end + 4));
}
