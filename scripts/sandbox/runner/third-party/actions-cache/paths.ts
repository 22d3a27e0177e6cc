import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const workspace = required('GITHUB_WORKSPACE');
const path = required('INPUT_PATH');

/** The folder in the workspace. */
export const folder = resolve(workspace, path);
/** Where it is kept under its key. */
export const kept = join(
  required('SANDBOX_CACHE_DIR'),
  createHash('sha256').update(required('INPUT_KEY')).digest('hex').slice(0, 16),
);

/**
 * The project's own `node_modules`, if the run's lock file is the project's: what a cache that earlier runs have filled would
 * hold. A branch that changes the lock file installs for real.
 */
export function ownInstallation(): string | undefined {
  if (path !== 'node_modules') return undefined;
  const project = required('SANDBOX_INSTALLATION');
  const locks = [workspace, project].map((root) => readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const modules = join(project, 'node_modules');
  return locks[0] === locks[1] && existsSync(modules) ? modules : undefined;
}

/** By hard links, which cost nothing; by copying where the two are on different disks. */
export function copyTree(from: string, to: string): void {
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status === 0) return;
  rmSync(to, { recursive: true, force: true });
  const { status } = spawnSync('cp', ['-a', from, to], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`Copying ${from} failed with ${status}.`);
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}
