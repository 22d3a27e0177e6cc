import type { operations } from '@octokit/openapi-types';
import type { OperationId } from './contract.ts';
import type { Account } from './records.ts';

type NoFields = Record<string, never>;
type Input<Id extends OperationId> = operations[Id] extends { parameters: infer P } ? P : never;
// What the description calls int64 arrives as a JSON number.
type Plain<T> = { [K in keyof T]: bigint extends T[K] ? Exclude<T[K], bigint> : T[K] };
type PathOf<P> = P extends { path: infer V } ? Plain<V> : NoFields;
type QueryOf<P> = P extends { query?: infer V } ? NonNullable<V> : NoFields;
type BodyOf<O> = O extends { requestBody?: infer R }
  ? NonNullable<R> extends { content: { 'application/json': infer B } }
    ? NonNullable<B>
    : NoFields
  : NoFields;

/** A request that GitHub's description has approved, with its defaults filled in. */
export interface Call<Id extends OperationId> {
  path: PathOf<Input<Id>>;
  query: QueryOf<Input<Id>>;
  body: BodyOf<operations[Id]>;
  actor: Account;
  accept: string;
  url: URL;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Handler<Id extends OperationId> = (call: Call<Id>) => Answer | Promise<Answer>;
/** What a resource offers: handlers by GitHub's operation id, their arguments typed by its description. */
export type Handlers = { [Id in OperationId]?: Handler<Id> };

/** A refusal as GitHub words it. `errors` are sentences or `{ resource, field, code }`. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;
  docs = 'https://docs.github.com/rest';
  headers: Record<string, string> = {};
  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new ApiError(404, 'Not Found');
  return value;
}

export function invalid(resource: string, field: string, message: string): ApiError {
  return new ApiError(422, 'Validation Failed', [{ resource, field, code: 'custom', message }]);
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: { url: string } & Record<string, unknown>): Answer => ({
  status: 201,
  body,
  headers: { location: body.url },
});

export interface Listing {
  query: { per_page?: number | undefined; page?: number | undefined };
  url: URL;
}

/** The page that was asked for, with GitHub's `Link` header; `key` wraps the list as `{ total_count, [key]: […] }`. */
export async function page<T>(
  { query, url }: Listing,
  items: readonly T[],
  build: (item: T) => unknown,
  key?: string,
): Promise<Answer> {
  const { part, link } = slice({ query, url }, items);
  const body = await Promise.all(part.map((item) => build(item)));
  const headers: Record<string, string> = link === '' ? {} : { link };
  return { status: 200, headers, body: key === undefined ? body : { total_count: items.length, [key]: body } };
}

function slice<T>({ query, url }: Listing, items: readonly T[]): { part: readonly T[]; link: string } {
  // More than 100 is not refused by GitHub but cut.
  const size = Math.min(Math.max(query.per_page ?? 30, 1), 100);
  const current = Math.max(query.page ?? 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const to = (number: number, relation: string): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    return `<${target.href}>; rel="${relation}"`;
  };
  const links: string[] = [];
  if (current > 1) links.push(to(Math.min(current - 1, last), 'prev'));
  if (current < last) links.push(to(current + 1, 'next'), to(last, 'last'));
  if (current > 1) links.push(to(1, 'first'));
  return { part: items.slice((current - 1) * size, current * size), link: links.join(', ') };
}
