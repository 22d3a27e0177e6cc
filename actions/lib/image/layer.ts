import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { gzipSync } from 'fflate';
import { pack } from 'tar-stream';
import { UserError } from '../errors.ts';
import type { CopiedPath, FinalStage } from './dockerfile.ts';
import { digestOf } from './manifest.ts';

/** Something in a layer; without bytes it is a folder. The path has no slash at its beginning. */
export interface LayerEntry {
  readonly path: string;
  readonly bytes?: Uint8Array;
  readonly executable?: boolean;
  readonly uid: number;
  readonly gid: number;
}

export interface ImageFile {
  /** In the image, absolute. */
  readonly path: string;
  readonly bytes: number;
}

export interface Layer {
  /** tar with gzip. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly digest: string;
  /** The digest of the tar alone. */
  readonly diffId: string;
  readonly files: readonly ImageFile[];
}

const EPOCH = new Date(0);

/** Makes a layer, the same bytes on any machine: sorted, without times, modes by kind, and gzip that is not the machine's. */
export async function makeLayer(entries: readonly LayerEntry[]): Promise<Layer> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const sorted = [...byPath.values()].toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const tape = pack();
  for (const { path, bytes, executable = false, uid, gid } of sorted) {
    const common = { uid, gid, mtime: EPOCH, uname: '', gname: '' };
    if (bytes === undefined) tape.entry({ ...common, name: `${path}/`, type: 'directory', mode: 0o755 });
    else tape.entry({ ...common, name: path, type: 'file', mode: executable ? 0o755 : 0o644 }, Buffer.from(bytes));
  }
  tape.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tape) {
    if (!(chunk instanceof Uint8Array)) throw new Error('A tar is made of bytes.');
    chunks.push(chunk);
  }
  const tar = Buffer.concat(chunks);
  const bytes = new Uint8Array(gzipSync(tar, { level: 9, mtime: 0 }));
  return {
    bytes,
    digest: digestOf(bytes),
    diffId: digestOf(tar),
    files: sorted.flatMap((entry) =>
      entry.bytes === undefined ? [] : [{ path: `/${entry.path}`, bytes: entry.bytes.length }],
    ),
  };
}

/**
 * Reads what a Dockerfile copies.
 *
 * @param root the repository
 * @throws UserError if the build did not make it
 */
export async function collectEntries(root: string, stage: FinalStage): Promise<readonly LayerEntry[]> {
  const folders = stage.folders
    .map((folder) => folder.slice(1))
    .filter((path) => path !== '')
    .map((path) => ({ path, uid: 0, gid: 0 }));
  const copied = await Promise.all(stage.copies.map((copy) => entriesOf(root, copy)));
  return [...folders, ...copied.flat()];
}

async function entriesOf(root: string, copy: CopiedPath): Promise<readonly LayerEntry[]> {
  const { source, target, intoFolder, uid, gid } = copy;
  const found = await lstat(join(root, source)).catch((cause: unknown) => {
    throw new UserError(`The build has not made ${source}, which the image needs.`, 'Look at what the build says.', {
      cause,
    });
  });
  const owner = { uid, gid };
  if (!found.isDirectory()) {
    const path = (intoFolder ? posix.join(target, posix.basename(source)) : target).slice(1);
    return [{ path, ...owner, ...(await fileOf(root, source)) }];
  }
  // Of a folder, its content is copied.
  const below = await readdir(join(root, source), { withFileTypes: true });
  const nested = await Promise.all(
    below.map(async (entry): Promise<readonly LayerEntry[]> => {
      const child = { source: posix.join(source, entry.name), target: posix.join(target, entry.name) };
      const contents = await entriesOf(root, { ...copy, ...child, intoFolder: false });
      return entry.isDirectory() ? [{ path: child.target.slice(1), ...owner }, ...contents] : contents;
    }),
  );
  return nested.flat();
}

async function fileOf(root: string, source: string): Promise<{ bytes: Uint8Array; executable: boolean }> {
  const file = join(root, source);
  const found = await lstat(file);
  if (!found.isFile()) {
    throw new UserError(`${source} is neither a file nor a folder.`, 'Only those can be put into the image here.');
  }
  return { bytes: await readFile(file), executable: (found.mode & 0o100) !== 0 };
}
