import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  digestOf,
  parseManifest,
  type ImageIndex,
  type ImageManifest,
} from '../../../../../actions/lib/image/manifest.ts';
import type { ManifestRecord, RegistryState, RepositoryRecord, RepositorySettings } from './records.ts';

/** Something that a manifest names is not in the repository. */
export class MissingContentError extends Error {
  override readonly name = 'MissingContentError';
  readonly digest: string;

  constructor(digest: string) {
    super(`${digest} is not in the repository.`);
    this.digest = digest;
  }
}

export class TagTakenError extends Error {
  override readonly name = 'TagTakenError';
}

export interface StoredImage {
  readonly digest: string;
  readonly record: ManifestRecord;
}

/** What is in the repositories. Blobs and manifests are files by digest, shared by all; who has which is in the records. */
export class Content {
  readonly #repositories: Record<string, RepositoryRecord>;
  readonly #blobs: string;
  readonly #uploads: string;

  constructor({ repositories }: RegistryState, folder: string) {
    this.#repositories = repositories;
    this.#blobs = path.join(folder, 'blobs');
    this.#uploads = path.join(folder, 'uploads');
  }

  /** Removes what an earlier run left that nothing refers to. */
  async sweep(): Promise<void> {
    await rm(this.#uploads, { recursive: true, force: true });
    await mkdir(this.#uploads, { recursive: true });
    await mkdir(this.#blobs, { recursive: true });
    const used = new Set<string>();
    for (const { blobs, manifests } of Object.values(this.#repositories)) {
      const named = new Set(Object.values(manifests).flatMap(({ refersTo }) => refersTo));
      // What was pushed for an image that was deleted since, or never finished.
      for (const digest of Object.keys(blobs)) if (!named.has(digest)) delete blobs[digest];
      for (const digest of [...Object.keys(blobs), ...Object.keys(manifests)]) used.add(digest);
    }
    for (const file of await readdir(this.#blobs)) {
      if (!used.has(digestOfFile(file))) await rm(path.join(this.#blobs, file));
    }
  }

  /** A file for something that is on its way. */
  newUpload(id: string): string {
    return path.join(this.#uploads, id);
  }

  file(digest: string): string {
    return path.join(this.#blobs, fileOf(digest));
  }

  read(digest: string): Promise<Buffer> {
    return readFile(this.file(digest));
  }

  /** Its size in bytes; `undefined` if the repository does not have it. */
  blobSize(name: string, digest: string): number | undefined {
    return this.#repositories[name]?.blobs[digest]?.size;
  }

  /** Takes over a file whose digest was verified. */
  async addBlob(name: string, digest: string, file: string, size: number): Promise<void> {
    await rename(file, this.file(digest));
    this.#of(name).blobs[digest] = { size };
  }

  /** @returns whether the other repository has it. */
  mount(name: string, digest: string, from: string): boolean {
    const size = this.blobSize(from, digest);
    if (size !== undefined) this.#of(name).blobs[digest] = { size };
    return size !== undefined;
  }

  images(name: string): readonly StoredImage[] {
    return Object.entries(this.#repositories[name]?.manifests ?? {}).map(([digest, record]) => ({ digest, record }));
  }

  image(name: string, reference: { tag?: string | undefined; digest?: string | undefined }): StoredImage | undefined {
    const { tag, digest } = reference;
    if (tag === undefined && digest === undefined) return undefined;
    return this.images(name).find(
      (image) =>
        (digest === undefined || image.digest === digest) && (tag === undefined || image.record.tags.includes(tag)),
    );
  }

  /**
   * Stores a manifest, and lets the tag point at it.
   *
   * @throws ManifestError, MissingContentError, TagTakenError
   */
  async putManifest(
    name: string,
    put: RepositorySettings & { bytes: Uint8Array; mediaType: string; tag?: string | undefined },
  ): Promise<StoredImage> {
    const digest = digestOf(put.bytes);
    const manifest = parseManifest(put.bytes, put.mediaType);
    const refersTo = contentOf(manifest).map((part) => part.digest);
    const missing = refersTo.find((part) => !this.#has(name, part));
    if (missing !== undefined) throw new MissingContentError(missing);
    const arriving = this.newUpload(randomUUID());
    await writeFile(arriving, put.bytes);
    await rename(arriving, this.file(digest));
    // From here to the end nothing is waited for: of two that come with one tag, one is first.
    if (put.tag !== undefined) {
      if (put.immutableTags && this.image(name, { tag: put.tag }) !== undefined) throw new TagTakenError(put.tag);
      for (const { record } of this.images(name)) record.tags = record.tags.filter((tag) => tag !== put.tag);
    }
    const { manifests } = this.#of(name);
    const record = (manifests[digest] ??= {
      mediaType: put.mediaType,
      ...(manifest.kind === 'image' ? { artifactMediaType: manifest.config.mediaType } : {}),
      refersTo,
      size: contentOf(manifest).reduce((sum, { size }) => sum + size, 0),
      pushedAt: Date.now(),
      // Basic scanning takes no index.
      ...(put.scanOnPush === true && manifest.kind === 'image' ? { scanBegunAt: Date.now() } : {}),
      tags: [],
    });
    if (put.tag !== undefined) record.tags.push(put.tag);
    return { digest, record };
  }

  /** Without its last tag, an image goes; by digest it goes with all its tags. */
  remove(name: string, image: StoredImage, tag?: string): void {
    if (tag !== undefined) image.record.tags = image.record.tags.filter((other) => other !== tag);
    if (tag === undefined || image.record.tags.length === 0) delete this.#of(name).manifests[image.digest];
  }

  drop(name: string): void {
    delete this.#repositories[name];
  }

  #has(name: string, digest: string): boolean {
    return this.blobSize(name, digest) !== undefined || this.image(name, { digest }) !== undefined;
  }

  #of(name: string): RepositoryRecord {
    return (this.#repositories[name] ??= { blobs: {}, manifests: {} });
  }
}

function contentOf(manifest: ImageManifest | ImageIndex): readonly { digest: string; size: number }[] {
  return manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : manifest.manifests;
}

function fileOf(digest: string): string {
  return digest.replace(':', '-');
}

function digestOfFile(file: string): string {
  return file.replace('-', ':');
}
