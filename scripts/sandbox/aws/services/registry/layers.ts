import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { ManifestError } from '../../../../../actions/lib/image/manifest.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

/** Something in a layer would be written, or leads, to a place outside of the image. */
export class EscapeError extends Error {
  override readonly name = 'EscapeError';
}

/**
 * Puts a layer on top of what is in `root`: files, links and whiteouts; owners and devices are left out.
 * Source: https://github.com/opencontainers/image-spec/blob/main/layer.md
 *
 * @param bytes tar, with gzip or without
 * @param diffId the digest that the image's configuration gives for the tar
 * @throws EscapeError, ManifestError
 */
export async function applyLayer(bytes: Buffer, root: string, diffId: string): Promise<void> {
  const layer = new Layer(await realpath(root));
  const unpacking = extract();
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const source = Readable.from([bytes]);
  const reading = isGzip ? pipeline(source, createGunzip(), hashing, unpacking) : pipeline(source, hashing, unpacking);
  const writing = (async () => {
    for await (const entry of unpacking) await layer.add(entry);
  })();
  // A fault of the one ends the other too, with a less telling error.
  const [written, read] = await Promise.allSettled([writing, reading]);
  for (const result of [written, read]) if (result.status === 'rejected') throw result.reason;
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== diffId) throw new ManifestError(`a layer is ${actual}, not ${diffId} as the image says`);
}

/** When all layers are there, no link may lead out, whichever of them made it. @throws EscapeError */
export async function refuseEscapes(root: string): Promise<void> {
  const top = await realpath(root);
  for (const entry of await readdir(top, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const leadsTo = await realpath(file).catch((error: NodeJS.ErrnoException) => {
      // It leads nowhere (which images do have), or in a circle: nobody gets out through it.
      if (error.code === 'ENOENT' || error.code === 'ELOOP' || error.code === 'ENOTDIR') return top;
      throw error;
    });
    if (!isWithin(top, leadsTo)) throw escape(path.relative(top, file));
  }
}

/** One layer being put on top. */
class Layer {
  readonly #root: string;
  /** What this layer has written: an opaque folder hides only what is below. */
  readonly #own = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async add(entry: Entry): Promise<void> {
    const { name, type } = entry.header;
    const named = this.#resolve(name);
    const base = path.basename(named);
    if (named === this.#root) {
      await skip(entry);
      return;
    }
    const file = path.join(await this.#makeParents(path.dirname(named), name), base);
    if (base === OPAQUE) {
      await this.#hideBelow(path.dirname(file));
    } else if (base.startsWith(WHITEOUT)) {
      const hidden = base.slice(WHITEOUT.length);
      if (hidden === '' || hidden === '.' || hidden === '..') throw escape(name);
      await rm(path.join(path.dirname(file), hidden), { recursive: true, force: true });
    } else {
      this.#own.add(file);
      await this.#write(entry, type, file);
      return;
    }
    await skip(entry);
  }

  async #write(entry: Entry, type: string, file: string): Promise<void> {
    const { mode, linkname } = entry.header;
    const isFolder = type === 'directory';
    const there = await lstat(file).catch(() => undefined);
    if (there !== undefined && !(isFolder && there.isDirectory())) await rm(file, { recursive: true });
    if (isFolder) {
      await mkdir(file, { recursive: true });
      // We have to write into it, whatever its own owner may.
      await chmod(file, (mode & 0o777) | 0o700);
    } else if (type === 'symlink') {
      await symlink(this.#target(file, linkname, entry.header.name), file);
    } else if (type === 'link') {
      const existing = this.#resolve(linkname);
      if (!isWithin(this.#root, await realpath(path.dirname(existing)))) throw escape(entry.header.name);
      await link(existing, file);
    } else if (type === 'file' || type === 'contiguous-file') {
      await pipeline(entry, createWriteStream(file, { flags: 'wx' }));
      await chmod(file, mode & 0o777);
      return;
    }
    await skip(entry);
  }

  /** Where an entry of this name goes. */
  #resolve(name: string): string {
    if (name.startsWith('/') || name.split('/').includes('..') || name.includes('\0')) throw escape(name);
    return path.join(this.#root, name);
  }

  /**
   * Makes the folder that an entry goes into. What an earlier entry has made a link may lead to another place of the image, not out.
   *
   * @returns where it really is
   */
  async #makeParents(folder: string, name: string): Promise<string> {
    let current = this.#root;
    for (const part of path.relative(this.#root, folder).split(path.sep).filter(Boolean)) {
      current = path.join(current, part);
      const there = await lstat(current).catch(() => undefined);
      if (there === undefined) await mkdir(current);
      current = await realpath(current);
      if (!isWithin(this.#root, current)) throw escape(name);
    }
    return current;
  }

  async #hideBelow(folder: string): Promise<void> {
    for (const child of await readdir(folder)) {
      const file = path.join(folder, child);
      const isOwn = [...this.#own].some((own) => own === file || own.startsWith(file + path.sep));
      if (!isOwn) await rm(file, { recursive: true, force: true });
      else if ((await lstat(file)).isDirectory()) await this.#hideBelow(file);
    }
  }

  /** In a container, a link's absolute target begins at the image's own root. */
  #target(file: string, target: string, name: string): string {
    const folder = path.dirname(file);
    const wanted = target.startsWith('/') ? path.join(this.#root, target) : path.join(folder, target);
    if (target === '' || target.includes('\0') || !isWithin(this.#root, wanted)) throw escape(name);
    return path.relative(folder, wanted) || '.';
  }
}

async function skip(entry: Entry): Promise<void> {
  for await (const _ of entry) continue;
}

function isWithin(root: string, file: string): boolean {
  return file === root || file.startsWith(root + path.sep);
}

function escape(name: string): EscapeError {
  return new EscapeError(`"${name}" in a layer leads out of the image.`);
}
