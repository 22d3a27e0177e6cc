import { setTimeout as delay } from 'node:timers/promises';
import type { DeployedApi } from '../demo/api.ts';

export interface ApiCall {
  readonly method: string;
  /** From the stage on, with its query: `string/replace`. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` sends none; the stage's own if left out. */
  readonly key?: string | null;
}

export interface ApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

export async function call(api: DeployedApi, stage: string, request: ApiCall): Promise<ApiAnswer> {
  const response = await send(api, stage, request);
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.json() };
}

/** Whether API Gateway hands a request on to `replace-strings`, whatever that says of it. */
export async function reachesTheLambda(api: DeployedApi, stage: string, request: ApiCall): Promise<boolean> {
  for (;;) {
    const { status, headers } = await send(api, stage, request);
    if (status !== 429) return headers.has('x-lambda-revision');
    await delay(150);
  }
}

function send(api: DeployedApi, stage: string, { method, path, body, headers, key }: ApiCall): Promise<Response> {
  const sent = key === undefined ? api.keys[stage] : (key ?? undefined);
  return fetch(`${api.endpoint}/${stage}/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(sent === undefined ? {} : { 'x-api-key': sent }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(35_000),
  });
}

/** Repeats a call that was throttled: a stage lets 10 through in a second. */
export async function patiently(api: DeployedApi, stage: string, request: ApiCall): Promise<ApiAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await call(api, stage, request);
    if (answer.status !== 429 || attempt === 20) return answer;
    await delay(150);
  }
}

interface Example {
  readonly value: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly examples?: Readonly<Record<string, Example>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly examples?: Readonly<Record<string, Example>> }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** What these tests read of an OpenAPI document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Per documented example the call that it describes. */
export function exampleCalls({ paths }: OpenApi): { readonly title: string; readonly request: ApiCall }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) => {
      const bodies = requestBody?.content['application/json']?.examples ?? {};
      const names = new Set(
        [bodies, ...parameters.map(({ examples }) => examples ?? {})].flatMap((examples) => Object.keys(examples)),
      );
      return [...names].map((name) => {
        const given = (place: string): [string, string][] =>
          parameters.flatMap((parameter) => {
            const example = parameter.in === place ? parameter.examples?.[name] : undefined;
            return example === undefined ? [] : [[parameter.name, String(example.value)]];
          });
        const filled = given('path').reduce(
          (text, [key, value]) => text.replace(`{${key}}`, encodeURIComponent(value)),
          path,
        );
        const query = new URLSearchParams(given('query')).toString();
        const body = bodies[name];
        return {
          title: `${method.toUpperCase()} ${path}, ${name}`,
          request: {
            method: method.toUpperCase(),
            path: `${filled.slice(1)}${query === '' ? '' : `?${query}`}`,
            headers: Object.fromEntries(given('header')),
            ...(body === undefined ? {} : { body: JSON.stringify(body.value) }),
          },
        };
      });
    }),
  );
}

/** What two documents must agree on to describe the same calls: `GET /mappings/{key} path:key! query:content`. */
export function operationsOf({ paths }: OpenApi): string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
        const names = parameters
          .map(({ in: place, name, required }) => `${place}:${name}${required === true ? '!' : ''}`)
          .toSorted();
        return [method.toUpperCase(), path, ...names, ...(requestBody === undefined ? [] : ['body'])].join(' ');
      }),
    )
    .toSorted();
}
