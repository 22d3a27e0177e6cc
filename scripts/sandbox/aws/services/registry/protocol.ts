import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { digestOf, ManifestError } from '../../../../../actions/lib/image/manifest.ts';
import { readBody } from '../../service-request.ts';
import { MissingContentError, TagTakenError, type Content } from './content.ts';
import type { FindRepository, RepositorySettings } from './records.ts';
import { RefusedError, tagTaken } from './registry-error.ts';
import { Uploads } from './uploads.ts';

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = `(?<name>${PART}(?:/${PART})*)`;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** ECR takes no more either. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly name: string;
  /** What the path ends with: a digest, a tag, an upload. */
  readonly id: string;
  readonly settings: RepositorySettings;
}

type Answer = (exchange: Exchange) => Promise<void> | void;

/**
 * The registry's protocol, without the login.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class RegistryProtocol {
  readonly #content: Content;
  readonly #uploads: Uploads;
  readonly #find: FindRepository;
  readonly #routes: readonly (readonly [path: RegExp, methods: Readonly<Record<string, Answer>>])[];

  constructor(content: Content, find: FindRepository) {
    this.#content = content;
    this.#uploads = new Uploads(content);
    this.#find = find;
    const blob: Answer = (exchange) => this.#blob(exchange);
    const manifest: Answer = (exchange) => this.#manifest(exchange);
    this.#routes = [
      [new RegExp(`^/v2/${NAME}/blobs/uploads/?$`), { POST: (exchange) => this.#startUpload(exchange) }],
      [
        new RegExp(`^/v2/${NAME}/blobs/uploads/(?<id>[0-9a-f-]+)$`),
        {
          GET: (exchange) => this.#uploadStatus(exchange),
          PATCH: (exchange) => this.#chunk(exchange),
          PUT: (exchange) => this.#finishUpload(exchange),
          DELETE: (exchange) => this.#cancelUpload(exchange),
        },
      ],
      [new RegExp(`^/v2/${NAME}/blobs/(?<id>[^/]+)$`), { GET: blob, HEAD: blob }],
      [
        new RegExp(`^/v2/${NAME}/manifests/(?<id>[^/]+)$`),
        { GET: manifest, HEAD: manifest, PUT: (exchange) => this.#putManifest(exchange) },
      ],
      [new RegExp(`^/v2/${NAME}/tags/list$`), { GET: (exchange) => this.#tags(exchange) }],
    ];
  }

  /** @throws RefusedError */
  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (url.pathname === '/v2/' || url.pathname === '/v2') {
      response.end('{}');
      return;
    }
    for (const [pattern, methods] of this.#routes) {
      const found = pattern.exec(url.pathname)?.groups;
      if (found === undefined) continue;
      const { name = '', id = '' } = found;
      const answer = methods[request.method ?? ''];
      if (answer === undefined) throw new RefusedError(405, 'UNSUPPORTED', `There is no ${request.method} for this.`);
      const settings = await this.#find(name);
      if (settings === undefined) {
        const message = `The repository with name '${name}' does not exist in the registry with id '000000000000'`;
        throw new RefusedError(404, 'NAME_UNKNOWN', message);
      }
      await answer({ request, response, url, name, id, settings });
      return;
    }
    throw new RefusedError(404, 'UNSUPPORTED', `The registry has no ${url.pathname}.`);
  }

  async #startUpload({ request, response, url, name }: Exchange): Promise<void> {
    const mount = url.searchParams.get('mount');
    const from = url.searchParams.get('from');
    if (mount !== null && from !== null && this.#content.mount(name, mount, from)) {
      created(response, name, 'blobs', mount);
      return;
    }
    const id = await this.#uploads.start(name);
    const digest = url.searchParams.get('digest');
    if (digest !== null) {
      await this.#uploads.append(name, id, request);
      await this.#finish(response, name, id, digest);
      return;
    }
    response.writeHead(202, uploadHeaders(name, id, 0)).end();
  }

  async #uploadStatus({ response, name, id }: Exchange): Promise<void> {
    response.writeHead(204, uploadHeaders(name, id, await this.#uploads.size(name, id))).end();
  }

  async #chunk({ request, response, name, id }: Exchange): Promise<void> {
    response.writeHead(202, uploadHeaders(name, id, await this.#uploads.append(name, id, request))).end();
  }

  async #finishUpload({ request, response, url, name, id }: Exchange): Promise<void> {
    await this.#uploads.append(name, id, request);
    await this.#finish(response, name, id, url.searchParams.get('digest') ?? '');
  }

  async #finish(response: ServerResponse, name: string, id: string, digest: string): Promise<void> {
    if (!DIGEST.test(digest)) throw new RefusedError(400, 'DIGEST_INVALID', `"${digest}" is no digest.`);
    await this.#uploads.finish(name, id, digest);
    created(response, name, 'blobs', digest);
  }

  async #cancelUpload({ response, name, id }: Exchange): Promise<void> {
    await this.#uploads.cancel(name, id);
    response.writeHead(204).end();
  }

  async #blob({ request, response, name, id: digest }: Exchange): Promise<void> {
    const size = this.#content.blobSize(name, digest);
    if (size === undefined) throw new RefusedError(404, 'BLOB_UNKNOWN', `${name} has no blob ${digest}.`);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      'docker-content-digest': digest,
    });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(this.#content.file(digest)), response);
  }

  async #manifest({ request, response, name, id }: Exchange): Promise<void> {
    const image = this.#content.image(name, DIGEST.test(id) ? { digest: id } : { tag: id });
    if (image === undefined) throw new RefusedError(404, 'MANIFEST_UNKNOWN', `${name} has no image ${id}.`);
    const bytes = await this.#content.read(image.digest);
    response.writeHead(200, {
      'content-type': image.record.mediaType,
      'content-length': bytes.length,
      'docker-content-digest': image.digest,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async #putManifest({ request, response, name, id, settings }: Exchange): Promise<void> {
    const byDigest = DIGEST.test(id);
    if (!byDigest && !TAG.test(id)) throw new RefusedError(400, 'TAG_INVALID', `"${id}" is no tag.`);
    const bytes = await readBody(request);
    if (bytes.length > MAX_MANIFEST_BYTES) throw new RefusedError(413, 'SIZE_INVALID', 'The manifest is too large.');
    if (byDigest && digestOf(bytes) !== id) {
      throw new RefusedError(400, 'DIGEST_INVALID', `What was sent is ${digestOf(bytes)}, not ${id}.`);
    }
    const mediaType = request.headers['content-type'] ?? '';
    const tag = byDigest ? undefined : id;
    try {
      const { digest } = await this.#content.putManifest(name, { bytes, mediaType, tag, ...settings });
      created(response, name, 'manifests', digest);
    } catch (error) {
      if (error instanceof ManifestError) throw new RefusedError(400, 'MANIFEST_INVALID', error.message);
      if (error instanceof MissingContentError) {
        throw new RefusedError(404, 'MANIFEST_BLOB_UNKNOWN', error.message, { digest: error.digest });
      }
      if (error instanceof TagTakenError) throw new RefusedError(400, 'TAG_INVALID', tagTaken(id, name));
      throw error;
    }
  }

  #tags({ response, url, name }: Exchange): void {
    const last = url.searchParams.get('last') ?? '';
    const limit = Number(url.searchParams.get('n') ?? '1000');
    if (!Number.isInteger(limit) || limit < 0) throw new RefusedError(400, 'UNSUPPORTED', 'n is a whole number.');
    const all = this.#content
      .images(name)
      .flatMap(({ record }) => record.tags)
      .toSorted();
    const following = all.filter((tag) => tag > last);
    const tags = following.slice(0, limit);
    const next = tags.at(-1);
    if (next !== undefined && following.length > tags.length) {
      response.setHeader('link', `</v2/${name}/tags/list?n=${limit}&last=${next}>; rel="next"`);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name, tags }));
  }
}

function created(response: ServerResponse, name: string, kind: 'blobs' | 'manifests', digest: string): void {
  const headers = { location: `/v2/${name}/${kind}/${digest}`, 'docker-content-digest': digest, 'content-length': 0 };
  response.writeHead(201, headers).end();
}

function uploadHeaders(name: string, id: string, size: number): Record<string, string | number> {
  return {
    location: `/v2/${name}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, size - 1)}`,
    'content-length': 0,
  };
}
