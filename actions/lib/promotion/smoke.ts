import { isDeepStrictEqual } from 'node:util';
import type { ApiKeys } from '../aws/api-gateway.ts';
import { stageUrl } from '../aws/api-gateway.ts';
import type { ApiTarget } from '../aws/deploy-targets.ts';
import type { Log } from '../log.ts';
import { cut } from '../markdown/escape.ts';
import type { Clock } from './clock.ts';
import type { SmokeRequest } from './smoke-file.ts';

/** Makes one HTTP call; `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface SmokeDeps {
  readonly keys: ApiKeys;
  readonly fetch: Fetch;
  /** Where AWS is, if not at AWS. */
  readonly awsEndpoint: string | undefined;
  readonly clock: Clock;
  readonly log: Pick<Log, 'mask'>;
}

/** Sends requests through a stage, and answers what was wrong: nothing if all is well. */
export type SmokeTest = (stage: string, requests: readonly SmokeRequest[]) => Promise<readonly string[]>;

const TIMEOUT_MS = 30_000;
/** A network that fails once and a throttled call say nothing about a version. */
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

export function smokeTest(api: ApiTarget, deps: SmokeDeps): SmokeTest {
  const keys = new Map<string, Promise<string | undefined>>();
  return async (stage, requests) => {
    let key = keys.get(stage);
    if (key === undefined) {
      key = keyOf(stage, api, deps);
      keys.set(stage, key);
    }
    const value = await key;
    const problems: string[] = [];
    for (const request of requests) {
      const problem = await check(request, stageUrl(api, stage, deps.awsEndpoint), value, deps);
      if (problem !== undefined) problems.push(`"${request.name}" ${problem}`);
    }
    return problems;
  };
}

async function keyOf(stage: string, api: ApiTarget, { keys, log }: SmokeDeps): Promise<string | undefined> {
  const id = api.api_keys[stage];
  if (id === undefined) return undefined;
  const value = await keys.value(id);
  log.mask(value);
  return value;
}

async function check(
  { method, path, headers = {}, query = {}, body, expect }: SmokeRequest,
  base: string,
  key: string | undefined,
  deps: SmokeDeps,
): Promise<string | undefined> {
  const search = new URLSearchParams(query).toString();
  const url = `${base}${path}${search === '' ? '' : `?${search}`}`;
  const init: RequestInit = {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'x-api-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // Followed to another address, a redirect would take the key along.
    redirect: 'manual',
  };
  const answer = await send(url, init, deps);
  if (typeof answer === 'string') return answer;
  const { status, text } = answer;
  // The API does not answer with its key, and a log is no place to find out that it did.
  const shown = JSON.stringify(cut(key === undefined ? text : text.replaceAll(key, '***'), 200));
  if (status !== expect.status) return `was answered ${status} instead of ${expect.status}: ${shown}`;
  if (expect.body === undefined || holds(parsed(text), expect.body)) return undefined;
  return `was answered ${status}, but not with ${JSON.stringify(expect.body)}: ${shown}`;
}

async function send(
  url: string,
  init: RequestInit,
  { fetch, clock }: SmokeDeps,
): Promise<{ readonly status: number; readonly text: string } | string> {
  for (let attempt = 1; ; attempt += 1) {
    let failure: string;
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const answer = { status: response.status, text: await response.text() };
      if (answer.status !== 429 || attempt === ATTEMPTS) return answer;
      failure = 'was throttled';
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // What `fetch` throws for a network says it only in its cause.
      const why = error.cause instanceof Error ? error.cause.message : error.message;
      failure =
        error.name === 'TimeoutError' ? `was not answered within ${TIMEOUT_MS / 1000} s` : `was not answered: ${why}`;
    }
    if (attempt === ATTEMPTS) return failure;
    await clock.sleep(PAUSE_MS);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is compared as the text that it is.
    return text;
  }
}

/** Whether a value has all that is expected: objects may have more fields. */
export function holds(value: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    return isDeepStrictEqual(value, expected);
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(expected).every(
    ([name, wanted]: [string, unknown]) => Object.hasOwn(value, name) && holds(Reflect.get(value, name), wanted),
  );
}
