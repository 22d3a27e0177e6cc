import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { operations } from '@octokit/openapi-types';

export type OperationId = keyof operations;

type Json = Record<string, unknown>;
type Reference = { $ref: string };
type Content = { content?: Record<string, { schema: Json }> };
type Parameter = { name: string; in: string; required?: boolean; schema: Json };
interface Description {
  operationId: string;
  parameters?: (Parameter | Reference)[];
  requestBody?: Content;
  responses: Record<string, Content | Reference>;
  externalDocs?: { url: string };
}
interface Document {
  paths: Record<string, Record<string, Description>>;
  'x-webhooks': Record<string, { post: Description }>;
  components: {
    schemas: Record<string, Json>;
    parameters: Record<string, Parameter>;
    responses: Record<string, Content>;
  };
}

/** One operation of GitHub's description, found by a request's method and path. */
export interface Operation {
  id: string;
  docs: string;
  /** Path parameters, decoded but not yet checked. */
  path: Json;
  described: Description;
}

type Route = Omit<Operation, 'path'> & { method: string; pattern: RegExp; names: string[]; literals: number };

// GitHub accepts slashes in these, encoded or not (`heads/feature/x`, `terraform/promotions/test.json`).
const WITH_SLASHES = new Set(['path', 'ref', 'branch']);
const ANNOTATIONS = new Set(['description', 'title', 'example', 'examples', 'nullable', 'discriminator']);

/** GitHub's published OpenAPI 3.0 description, as validators made when they are first used. */
class Contract {
  #read: Document | undefined;
  #routes: Route[] | undefined;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #components = new Set<string>();
  readonly #ajv = new Ajv({ strict: false, allErrors: true, useDefaults: true, validateSchema: false });

  constructor() {
    formats.default(this.#ajv);
    const uri = formats.default.get('uri');
    const isUri = (text: string): boolean => typeof uri === 'function' && uri(text);
    // GitHub sends (and describes as the default of) some addresses that are not set an empty text.
    this.#ajv.addFormat('uri', (text: string) => text === '' || isUri(text));
    // Formats of GitHub's own, which its description does not define.
    for (const name of ['repo.nwo', 'timestamp', 'uri-template']) this.#ajv.addFormat(name, true);
    // A commit's address is whatever its author's git says (`root@localhost`), and GitHub hands it on.
    this.#ajv.addFormat('email', true);
  }

  /** The operation that a request means, or undefined where GitHub has none. `path` is without host and prefix. */
  find(method: string, path: string): Operation | undefined {
    this.#routes ??= routes(this.#document);
    for (const { names, ...route } of this.#routes) {
      const match = route.method === method ? route.pattern.exec(path) : null;
      if (match === null) continue;
      const values = names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]);
      return { id: route.id, docs: route.docs, described: route.described, path: Object.fromEntries(values) };
    }
    return undefined;
  }

  /** Checks path or query and converts it in place, with GitHub's defaults filled in. Answers what is wrong. */
  parameters({ id, described }: Operation, place: 'path' | 'query', values: Json): string[] {
    const { components } = this.#document;
    const all = (described.parameters ?? []).map((parameter) => this.#resolve(parameter, components.parameters));
    const here = all.filter((parameter) => parameter.in === place);
    for (const { name, schema } of here) {
      const text = values[name];
      if (typeof text === 'string' && schema['type'] === 'integer' && /^-?\d+$/.test(text)) values[name] = Number(text);
      if (schema['type'] === 'boolean' && (text === 'true' || text === 'false')) values[name] = text === 'true';
    }
    const required = here.filter((parameter) => parameter.required).map((parameter) => parameter.name);
    const properties = Object.fromEntries(here.map(({ name, schema }) => [name, schema]));
    return this.#check(`${id} ${place}`, { type: 'object', required, properties }, values);
  }

  /** Checks a request's body, with GitHub's defaults filled in. */
  body({ id, described }: Operation, body: unknown): string[] {
    const schema = described.requestBody?.content?.['application/json']?.schema;
    return schema === undefined ? [] : this.#check(`${id} body`, schema, body);
  }

  /** Checks an answer of ours: what is said here is a bug of the sandbox. */
  answer({ id, described }: Operation, status: number, body: unknown): string[] {
    const response = described.responses[String(status)];
    if (response === undefined) return [`GitHub does not answer ${id} with ${status}`];
    const { content } = this.#resolve(response, this.#document.components.responses);
    if (content === undefined) return body === undefined ? [] : ['GitHub answers this without a body'];
    const schema = content['application/json']?.schema;
    return schema === undefined ? [] : this.#check(`${id} ${status}`, schema, body);
  }

  /** Checks a webhook's payload (`push`, `pull-request-opened`, …). */
  webhook(name: string, payload: unknown): string[] {
    const schema = this.#document['x-webhooks'][name]?.post.requestBody?.content?.['application/json']?.schema;
    return schema === undefined ? [`GitHub sends no ${name}`] : this.#check(`webhook ${name}`, schema, payload);
  }

  #check(key: string, schema: Json, value: unknown): string[] {
    const validate = this.#validators.get(key) ?? this.#ajv.compile(this.#object(schema));
    this.#validators.set(key, validate);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, 20).map(sentence);
  }

  get #document(): Document {
    if (this.#read !== undefined) return this.#read;
    const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
    const document: Document = JSON.parse(readFileSync(file, 'utf8'));
    this.#read = document;
    return document;
  }

  #resolve<T extends object>(value: T | Reference, among: Record<string, T>): T {
    if (!('$ref' in value)) return value;
    const part = among[value.$ref.split('/').at(-1) ?? ''];
    if (part === undefined) throw new Error(`GitHub's description has no ${value.$ref}`);
    return part;
  }

  /**
   * OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, only the components that are reached are added, and `oneOf`
   * becomes `anyOf`, since some of GitHub's alternatives overlap (public and private user; a number and a text).
   */
  #object(schema: Json): Json {
    if (typeof schema['$ref'] === 'string') return { $ref: this.#component(schema['$ref']) };
    const result: Json = {};
    for (const [key, value] of Object.entries(schema)) {
      if (ANNOTATIONS.has(key)) continue;
      if (['enum', 'default', 'required'].includes(key)) result[key] = value;
      else if (key === 'properties') result[key] = mapValues(value, (inner) => this.#convert(inner));
      else result[key === 'oneOf' ? 'anyOf' : key] = this.#convert(value);
    }
    if (schema['nullable'] !== true) return result;
    const simple = typeof result['type'] === 'string' && !('enum' in result);
    return simple ? { ...result, type: [result['type'], 'null'] } : { anyOf: [result, { type: 'null' }] };
  }

  #convert(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#convert(entry));
    return value !== null && typeof value === 'object' ? this.#object({ ...value }) : value;
  }

  #component(reference: string): string {
    if (!this.#components.has(reference)) {
      this.#components.add(reference);
      const schema = this.#resolve({ $ref: reference }, this.#document.components.schemas);
      this.#ajv.addSchema(this.#object(schema), `component:${reference.slice(2)}`);
    }
    return `component:${reference.slice(2)}`;
  }
}

/** One for the whole process: the description does not change, and reading and compiling it takes time. */
export const contract = new Contract();
export type { Contract };

function routes(document: Document): Route[] {
  const all = Object.entries(document.paths).flatMap(([template, methods]) => {
    // Text and parameter names by turns.
    const parts = template.split(/\{(\w+)\}/);
    const slot = (name: string): string => (WITH_SLASHES.has(name) ? '(.+)' : '([^/]+)');
    const text = parts.map((part, index) => (index % 2 === 0 ? escape(part) : slot(part))).join('');
    // The root folder's contents are asked for with nothing after the last slash, or without it.
    const pattern = new RegExp(`^${text.replace(/\/contents\/\(\.\+\)$/, '/contents(?:/(.*))?')}$`);
    const names = parts.filter((_, index) => index % 2 === 1);
    const literals = template.split('/').filter((segment) => !segment.includes('{')).length;
    return Object.entries(methods).map(([method, described]): Route => {
      const [id, docs] = [described.operationId, described.externalDocs?.url ?? 'https://docs.github.com/rest'];
      return { id, docs, described, method: method.toUpperCase(), pattern, names, literals };
    });
  });
  // `/commits/{ref}/status` before `/commits/{ref}`, whose ref may hold slashes.
  return all.toSorted((a, b) => b.literals - a.literals);
}

const escape = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');

function mapValues(value: unknown, change: (inner: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, change(inner)]));
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  const allowed: unknown = params['allowedValues'];
  const among = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return `${instancePath === '' ? 'The value' : instancePath} ${message ?? 'is invalid'}${among}`;
}
