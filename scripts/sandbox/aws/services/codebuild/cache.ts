import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { globToRegExp } from './globs.ts';

/**
 * Brings what a cache that earlier builds have filled would hold: this installation's `node_modules`, if the source's lock
 * file is its own. A commit that changes the lock file installs for real.
 *
 * @param wanted the buildspec's cache paths; without any that is about `node_modules` nothing is brought
 * @returns the folders, relative to the source
 */
export async function restoreModules(
  source: string,
  installation: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const globs = wanted.map(globToRegExp);
  const [own, theirs] = await Promise.all([lockFile(installation), lockFile(source)]);
  if (own === undefined || own !== theirs) return [];
  const folders = await readdir(source, { withFileTypes: true });
  const candidates = [
    'node_modules',
    ...folders.flatMap((entry) => (entry.isDirectory() ? [path.join(entry.name, 'node_modules')] : [])),
  ];
  const brought = candidates.filter(
    (folder) =>
      globs.some((glob) => glob.test(`${folder}/any/file`)) &&
      existsSync(path.join(installation, folder)) &&
      !existsSync(path.join(source, folder)),
  );
  for (const folder of brought) await copyTree(path.join(installation, folder), path.join(source, folder));
  return brought;
}

async function lockFile(folder: string): Promise<string | undefined> {
  const file = path.join(folder, 'package-lock.json');
  return existsSync(file) ? readFile(file, 'utf8') : undefined;
}

/** By hard links, which cost nothing; by copying where the two are on different disks. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  if ((await copy('-al', from, to)) === 0) return;
  await rm(to, { recursive: true, force: true });
  const code = await copy('-a', from, to);
  if (code !== 0) throw new Error(`Copying ${from} failed with ${code}.`);
}

async function copy(how: string, from: string, to: string): Promise<number | null> {
  const child = spawn('cp', [how, from, to], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.exitCode;
}
