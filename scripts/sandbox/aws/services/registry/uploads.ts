import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Content } from './content.ts';
import { RefusedError } from './registry-error.ts';

interface Upload {
  readonly name: string;
  readonly file: string;
  busy: boolean;
}

/** Blobs on their way, whole or in chunks. */
export class Uploads {
  readonly #content: Content;
  readonly #open = new Map<string, Upload>();

  constructor(content: Content) {
    this.#content = content;
  }

  async start(name: string): Promise<string> {
    const id = randomUUID();
    const file = this.#content.newUpload(id);
    await writeFile(file, '');
    this.#open.set(id, { name, file, busy: false });
    return id;
  }

  /** How many bytes have come. */
  async size(name: string, id: string): Promise<number> {
    return (await stat(this.#find(name, id).file)).size;
  }

  /** Appends the body; a chunk that says where it begins has to begin where the last one ended. */
  async append(name: string, id: string, request: IncomingMessage): Promise<number> {
    const upload = this.#find(name, id);
    if (upload.busy) throw new RefusedError(416, 'BLOB_UPLOAD_INVALID', 'Another chunk of this upload is on its way.');
    upload.busy = true;
    try {
      const begin = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '')?.[1];
      const { size } = await stat(upload.file);
      if (begin !== undefined && Number(begin) !== size) {
        throw new RefusedError(416, 'BLOB_UPLOAD_INVALID', `The next chunk begins at ${size}, not at ${begin}.`);
      }
      await pipeline(request, createWriteStream(upload.file, { flags: 'a' }));
    } finally {
      upload.busy = false;
    }
    return this.size(name, id);
  }

  /** Makes a blob of it if it is what the digest says. Otherwise it is gone. */
  async finish(name: string, id: string, digest: string): Promise<void> {
    const { file } = this.#find(name, id);
    this.#open.delete(id);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) {
      await rm(file);
      throw new RefusedError(400, 'DIGEST_INVALID', `What was sent is ${actual}, not ${digest}.`);
    }
    await this.#content.addBlob(name, digest, file, (await stat(file)).size);
  }

  async cancel(name: string, id: string): Promise<void> {
    const { file } = this.#find(name, id);
    this.#open.delete(id);
    await rm(file, { force: true });
  }

  #find(name: string, id: string): Upload {
    const upload = this.#open.get(id);
    if (upload === undefined || upload.name !== name) {
      throw new RefusedError(404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload: begin it again.');
    }
    return upload;
  }
}
