import { createReadStream, existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { authenticate } from './accounts.ts';
import { ApiError, type Answer, type Handlers } from './answers.ts';
import type { Operation } from './contract.ts';
import { controls } from './controls.ts';
import { forkRefs, refsMoved, type Move } from './events.ts';
import type { Faults } from './faults.ts';
import { ZERO } from './git.ts';
import type { Hub } from './hub.ts';
import { page } from './pages.ts';
import { requireAccess, requirePush } from './permissions.ts';
import { hookEnvironment } from './protection.ts';
import { serveGit } from './smart-http.ts';

/** GitHub Enterprise Server's layout: one address for git and pages, the API below it. */
export const API_PREFIX = '/api/v3';
const RATE_LIMIT = 5000;

export type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function responder(hub: Hub, handlers: Handlers, faults: Faults): Respond {
  const { alone } = hub;
  const control = controls(hub, faults);
  let used = 0;

  const api = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const { contract, store } = hub;
    const method = request.method ?? 'GET';
    const actor = authenticate(store, request.headers.authorization);
    const path = url.pathname.slice(API_PREFIX.length);
    const operation = contract.find(method, path);
    // Indexed by what GitHub calls the operation; the call is checked below to be what that handler expects.
    const handler: Handler | undefined = Reflect.get(handlers, operation?.id ?? '');
    if (operation === undefined || handler === undefined) {
      const whose = operation === undefined ? 'neither GitHub nor the sandbox has' : 'the sandbox does not have';
      const hint = 'Add it in scripts/sandbox/github/resources.';
      throw new ApiError(501, `${method} ${path} is an endpoint that ${whose}. ${hint}`);
    }
    checkRepository(hub, operation);
    const text = (await buffer(request)).toString('utf8');
    requireAccess(hub, actor, method, operation);
    const call = { path: operation.path, query: Object.fromEntries(url.searchParams), body: parseBody(text), actor };
    const wrong = [
      ...contract.parameters(operation, 'path', call.path),
      ...contract.parameters(operation, 'query', call.query),
      ...contract.body(operation, call.body),
    ];
    if (wrong.length > 0) throw new ApiError(422, `Invalid request.\n\n${wrong.join('\n')}`, wrong);
    const work = async (): Promise<Answer> => handler({ ...call, accept: request.headers.accept ?? '', url });
    try {
      return checked(hub, operation, await (method === 'GET' ? work() : alone(work)));
    } catch (error) {
      if (error instanceof ApiError) error.docs = operation.docs;
      throw error;
    } finally {
      if (method !== 'GET') store.save();
    }
  };

  const git = async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { path, fork }: GitPath,
  ): Promise<void> => {
    const { store } = hub;
    const actor = authenticate(store, request.headers.authorization);
    const push = path.endsWith('/git-receive-pack') || url.searchParams.get('service') === 'git-receive-pack';
    if (push) requirePush(hub, actor, fork);
    const target = { root: dirname(dirname(hub.git.dir)), path, query: url.search.slice(1), namespace: fork };
    const environment = fork === undefined ? hookEnvironment(hub, actor) : {};
    const rights = { user: push ? actor.login : undefined, environment };
    const serve = async (): Promise<void> => {
      const before = await hub.git.refs();
      await serveGit(request, response, { ...target, ...rights }, async () => {
        if (request.method !== 'POST' || !push) return;
        const after = await hub.git.refs();
        const ours = (ref: string): boolean =>
          fork === undefined ? !/^refs\/(pull|namespaces)\//.test(ref) : ref.startsWith(forkRefs(fork));
        const names = new Set([...before.keys(), ...after.keys()].filter(ours));
        const move = (ref: string): Move => ({ ref, before: before.get(ref) ?? ZERO, after: after.get(ref) ?? ZERO });
        await refsMoved(hub, actor, [...names].map(move));
        store.save();
      });
    };
    await (push && request.method === 'POST' ? alone(serve) : serve());
  };

  const sandbox = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const answer = await control(request, path);
    if (answer !== undefined) return send(response, answer);
    const id = /^\/_sandbox\/logs\/(\d+)$/.exec(path)?.[1];
    const file = hub.store.state.jobs.find((job) => String(job.id) === id)?.logFile;
    if (file === undefined || file === null || !existsSync(file)) throw new ApiError(404, 'Not Found');
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    createReadStream(file)
      .on('error', (error) => response.destroy(error))
      .pipe(response);
  };

  return async (request, response) => {
    const url = new URL(request.url ?? '/', hub.serverUrl);
    const method = request.method ?? 'GET';
    used += 1;
    const reset = Math.ceil(Date.now() / 3_600_000) * 3600;
    const remaining = Math.max(RATE_LIMIT - used, 0);
    const limits = { limit: RATE_LIMIT, remaining, used, reset, resource: 'core' };
    for (const [name, value] of Object.entries(limits)) response.setHeader(`x-ratelimit-${name}`, value);
    try {
      const path = url.pathname;
      if (path.startsWith('/_sandbox/')) return await sandbox(request, response, path);
      const isApi = path.startsWith(`${API_PREFIX}/`);
      const operation = isApi ? hub.contract.find(method, path.slice(API_PREFIX.length))?.id : undefined;
      const fault = faults.take(method, path + url.search, operation);
      if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
      if (fault?.status !== undefined) {
        const { status, headers = {}, body = { message: 'Fault on demand', status: String(status) } } = fault;
        return send(response, { status, body, headers });
      }
      const gitPath = gitPathOf(hub, path);
      if (gitPath !== undefined) return await git(request, response, url, gitPath);
      if (isApi) return send(response, await api(request, url));
      if (path.endsWith('/info/refs')) throw new ApiError(404, 'Repository not found.');
      const html = page(hub, path);
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      if (html !== undefined) return send(response, { status: 200, body: html, headers });
      throw new ApiError(501, `The sandbox has no page ${request.method} ${path}; its API begins at ${hub.apiUrl}.`);
    } catch (error) {
      if (!(error instanceof ApiError)) hub.onError(error);
      refuse(response, error);
    }
  };
}

type Handler = (call: unknown) => Answer | Promise<Answer>;

/** An answer unlike GitHub's is a bug of the sandbox, and is sent as such. */
function checked({ contract }: Hub, operation: Operation, answer: Answer): Answer {
  if (Buffer.isBuffer(answer.body)) return answer;
  const sent: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
  const wrong = contract.answer(operation, answer.status, sent);
  if (wrong.length > 0)
    throw new Error(`The sandbox's answer to ${operation.id} is unlike GitHub's: ${wrong.join('; ')}`);
  return answer;
}

function refuse(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { status, message, errors, docs, headers } = error instanceof ApiError ? error : new ApiError(500, text);
  const body = {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: docs,
    status: String(status),
  };
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="GitHub"');
  if (response.headersSent) response.destroy();
  else send(response, { status, body, headers });
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const raw = Buffer.isBuffer(body) || typeof body === 'string';
  if (body !== undefined && !raw) response.setHeader('content-type', 'application/json; charset=utf-8');
  response.writeHead(status, headers);
  response.end(body === undefined || raw ? body : JSON.stringify(body));
}

function parseBody(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

function checkRepository(hub: Hub, { path }: Operation): void {
  const is = (given: unknown, own: string): boolean =>
    typeof given !== 'string' || given.toLowerCase() === own.toLowerCase();
  if (!is(path['owner'], hub.owner) || !is(path['repo'], hub.repo)) throw new ApiError(404, 'Not Found');
}

interface GitPath {
  path: string;
  fork: string | undefined;
}

/** `/owner/repo(.git)/info/refs` and the like, as a path below the folder of repositories; a fork's is the same, in a namespace. */
function gitPathOf({ owner, repo, store }: Hub, path: string): GitPath | undefined {
  const match = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack))$/.exec(path);
  if (match?.[2]?.toLowerCase() !== repo.toLowerCase()) return undefined;
  const whose = match[1]?.toLowerCase();
  const fork = store.state.forks.find((login) => login.toLowerCase() === whose);
  if (fork === undefined && whose !== owner.toLowerCase()) return undefined;
  return { path: `/${owner}/${repo}.git${match[3] ?? ''}`, fork };
}

/** Changes happen one after the other: git and the state file move together. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
