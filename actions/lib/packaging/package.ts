import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { bundleLambda } from './bundle.ts';
import { lambdaIds } from './folders.ts';

/** One lambda's package on disk. */
export interface LambdaPackage {
  readonly id: string;
  /** The absolute path of the zip: `<dist>/<id>-<sha256>.zip`. */
  readonly file: string;
  /** The key in the artifacts bucket: it names the content, so it never changes what it holds. */
  readonly key: string;
  readonly sha256: string;
  /** As Lambda and S3 write a checksum. */
  readonly sha256Base64: string;
  readonly bytes: number;
}

/** The oldest time that a zip can say; read as local time by the format, so it is made of local parts, the same everywhere. */
const ZIP_TIME = new Date(1980, 0, 1, 0, 0, 0);
/** A plain file, readable by all: what Lambda needs, whatever this machine's umask is. */
const FILE_MODE = 0o100_644;
const UNIX = 3;

/**
 * Bundles every lambda in `folder` and zips it into `<folder>/dist`. The same sources give the same bytes on any machine:
 * sorted entries, fixed times and modes, paths relative to `root` in the source map.
 *
 * @param root the repository; module paths are relative to it
 */
export async function packageLambdas(folder: string, root: string): Promise<readonly LambdaPackage[]> {
  const dist = join(folder, 'dist');
  await mkdir(dist, { recursive: true });
  const packages: LambdaPackage[] = [];
  for (const id of await lambdaIds(folder)) {
    const zip = await zipLambda(join(folder, id, 'handler.ts'), root);
    const hash = createHash('sha256').update(zip).digest();
    const sha256 = hash.toString('hex');
    const file = join(dist, `${id}-${sha256}.zip`);
    await writeFile(file, zip);
    packages.push({
      id,
      file,
      key: `lambdas/${id}/${sha256}.zip`,
      sha256,
      sha256Base64: hash.toString('base64'),
      bytes: zip.length,
    });
  }
  await removeOthers(dist, new Set(packages.map(({ file }) => file)));
  return packages;
}

async function zipLambda(entry: string, root: string): Promise<Uint8Array> {
  const files = Object.entries(await bundleLambda(entry, root)).toSorted(([one], [two]) => (one < two ? -1 : 1));
  const options = { mtime: ZIP_TIME, os: UNIX, attrs: FILE_MODE << 16, level: 9 } as const;
  return zipSync(Object.fromEntries(files.map(([name, contents]) => [name, [contents, options]])), { mtime: ZIP_TIME });
}

async function removeOthers(dist: string, keep: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(dist)) {
    const path = join(dist, name);
    if (name.endsWith('.zip') && !keep.has(path)) await rm(path);
  }
}
