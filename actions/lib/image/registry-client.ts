import joi from 'joi';
import { digestOf, MANIFEST_TYPES } from './manifest.ts';
import { isLocal } from './reference.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** The registry refused, and said why. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;
  /** Of the specification's list, such as `TAG_INVALID`; `undefined` when it named none. */
  readonly code: string | undefined;

  constructor(message: string, status: number, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Nothing answered at the registry's address. */
export class RegistryUnreachableError extends Error {
  override readonly name = 'RegistryUnreachableError';
}

/** Seconds before an idempotent request is made again after the registry failed or nobody answered. */
const RETRY_SECONDS = [0.5, 2];

interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Of the repository: a token is for one. */
  readonly name: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/**
 * One registry, spoken to as the specification says; what it sends is checked against its digest.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class RegistryClient {
  readonly host: string;
  readonly #origin: string;
  readonly #credentials: Credentials | undefined;
  readonly #fetch: typeof fetch;
  /** By repository, as the registry wanted it at the last challenge. */
  readonly #authorizations = new Map<string, string>();

  /** @param options.credentials none: anonymously, as public registries allow for reading */
  constructor(host: string, options: { credentials?: Credentials | undefined; fetch?: typeof fetch } = {}) {
    this.host = host;
    this.#origin = `${isLocal(host) ? 'http' : 'https'}://${host}`;
    this.#credentials = options.credentials;
    this.#fetch = options.fetch ?? fetch;
  }

  /** `undefined` if there is none. */
  async manifest(name: string, reference: string): Promise<StoredManifest | undefined> {
    const headers = { accept: MANIFEST_TYPES.join(', ') };
    const answer = await this.#send({ method: 'GET', name, url: this.#url(name, `manifests/${reference}`), headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 404) return undefined;
    await this.#refuse(answer, bytes, `the manifest ${name}:${reference}`);
    const digest = digestOf(bytes);
    if (reference.startsWith('sha256:') && reference !== digest) throw this.#forged(reference);
    return { digest, mediaType: answer.headers.get('content-type') ?? '', bytes };
  }

  /** @throws RegistryError, also if there is none */
  async blob(name: string, digest: string): Promise<Buffer> {
    const answer = await this.#send({ method: 'GET', name, url: this.#url(name, `blobs/${digest}`) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    await this.#refuse(answer, bytes, `the blob ${digest} of ${name}`);
    if (digestOf(bytes) !== digest) throw this.#forged(digest);
    return bytes;
  }

  async hasBlob(name: string, digest: string): Promise<boolean> {
    const answer = await this.#send({ method: 'HEAD', name, url: this.#url(name, `blobs/${digest}`) });
    if (answer.status === 404) return false;
    await this.#refuse(answer, Buffer.alloc(0), `the blob ${digest} of ${name}`);
    return true;
  }

  async pushBlob(name: string, digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const url = await this.#startUpload(name, this.#url(name, 'blobs/uploads/'));
    url?.searchParams.set('digest', digest);
    if (url === undefined) return;
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await this.#send({ method: 'PUT', name, url, headers, body: bytes });
    await this.#refuse(answer, await bytesOf(answer), `the blob ${digest} in ${name}`);
  }

  /** Lets the repository have a blob of another one in the same registry; `false` if the registry wants it to be sent. */
  async mountBlob(name: string, digest: string, from: string): Promise<boolean> {
    const start = this.#url(name, 'blobs/uploads/');
    start.searchParams.set('mount', digest);
    start.searchParams.set('from', from);
    const url = await this.#startUpload(name, start);
    if (url === undefined) return true;
    await bytesOf(await this.#send({ method: 'DELETE', name, url }));
    return false;
  }

  /** @throws RegistryError with the code `TAG_INVALID` if the tag is there and may not be moved */
  async putManifest(name: string, reference: string, mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const url = this.#url(name, `manifests/${reference}`);
    const answer = await this.#send({ method: 'PUT', name, url, headers: { 'content-type': mediaType }, body: bytes });
    await this.#refuse(answer, await bytesOf(answer), `the manifest ${name}:${reference}`);
  }

  /** Where the upload goes on; `undefined` if there is nothing left to send. */
  async #startUpload(name: string, start: URL): Promise<URL | undefined> {
    const answer = await this.#send({ method: 'POST', name, url: start, headers: { 'content-length': '0' } });
    await this.#refuse(answer, await bytesOf(answer), `an upload to ${name}`);
    if (answer.status === 201) return undefined;
    const location = answer.headers.get('location');
    if (location === null) throw new RegistryError(`${this.host} does not say where an upload goes.`, answer.status);
    return new URL(location, start);
  }

  #url(name: string, path: string): URL {
    return new URL(`${this.#origin}/v2/${name}/${path}`);
  }

  async #send(call: Call): Promise<Response> {
    const answer = await this.#once(call);
    if (answer.status !== 401) return answer;
    const challenge = answer.headers.get('www-authenticate') ?? '';
    await answer.arrayBuffer();
    const authorization = await this.#authorize(challenge, call);
    // It will not like the same any better.
    if (authorization === undefined || authorization === this.#authorizations.get(call.name)) {
      throw new RegistryError(`${this.host} wants another login for ${call.name}.`, 401, 'UNAUTHORIZED');
    }
    this.#authorizations.set(call.name, authorization);
    return this.#once(call);
  }

  async #once(call: Call): Promise<Response> {
    const authorization = this.#authorizations.get(call.name);
    const headers = { ...call.headers, ...(authorization === undefined ? {} : { authorization }) };
    const repeats = call.method === 'GET' || call.method === 'HEAD' ? RETRY_SECONDS : [];
    for (const seconds of [...repeats, undefined]) {
      try {
        const init = { method: call.method, headers, ...(call.body === undefined ? {} : { body: call.body }) };
        const answer = await this.#fetch(call.url, init);
        if (seconds === undefined || (answer.status < 500 && answer.status !== 429)) return answer;
        await answer.arrayBuffer();
      } catch (cause) {
        if (seconds === undefined) throw new RegistryUnreachableError(`Nobody answers at ${this.host}.`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
    throw new Error('The last attempt returns or throws.');
  }

  /**
   * What the challenge asks for: our login, or a token for one repository that it is exchanged for (anonymously without).
   * Source: https://distribution.github.io/distribution/spec/auth/token/
   */
  async #authorize(challenge: string, { method, name }: Call): Promise<string | undefined> {
    const scheme = challenge.split(' ')[0]?.toLowerCase();
    const login =
      this.#credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${this.#credentials.username}:${this.#credentials.password}`).toString('base64')}`;
    if (scheme === 'basic') return login;
    if (scheme !== 'bearer') return undefined;
    const { realm, service, scope } = parametersOf(challenge);
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !isLocal(url.host)) return undefined;
    if (service !== undefined) url.searchParams.set('service', service);
    const actions = method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push';
    url.searchParams.set('scope', scope ?? `repository:${name}:${actions}`);
    const answer = await this.#once({
      method: 'GET',
      // Not the repository's: a token of an old challenge is not sent to whoever gives them out.
      name: '',
      url,
      ...(login === undefined ? {} : { headers: { authorization: login } }),
    });
    const bytes = await bytesOf(answer);
    await this.#refuse(answer, bytes, `a token for ${name}`);
    const { value } = tokenSchema.validate(JSON.parse(bytes.toString('utf8')));
    const token = value?.token ?? value?.access_token;
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  async #refuse(answer: Response, bytes: Buffer, what: string): Promise<void> {
    if (answer.ok) return;
    const { code, message = `status ${answer.status}` } = firstError(bytes);
    throw new RegistryError(`${this.host} refused ${what}: ${message}`, answer.status, code);
  }

  #forged(digest: string): RegistryError {
    return new RegistryError(`${this.host} sent something else than ${digest}.`, 200, 'DIGEST_INVALID');
  }
}

const tokenSchema = joi
  .object<{ token?: string; access_token?: string }>({
    token: joi.string(),
    access_token: joi.string(),
  })
  .unknown();

const errorsSchema = joi
  .object<{ errors: readonly { code?: string; message?: string }[] }>({
    errors: joi
      .array()
      .items(joi.object({ code: joi.string(), message: joi.string().allow('') }).unknown())
      .required(),
  })
  .unknown();

/** What the body says, in the specification's shape; registries behind proxies answer with anything. */
function firstError(bytes: Buffer): { code?: string; message?: string } {
  try {
    const { value } = errorsSchema.validate(JSON.parse(bytes.toString('utf8')));
    return value?.errors[0] ?? {};
  } catch {
    return {};
  }
}

/** `key="value"` pairs of a challenge. */
function parametersOf(challenge: string): Record<string, string> {
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
}

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}
