import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../tools.ts';
import { commandOf, isAlive } from './processes.ts';

/** Where a sandbox keeps everything. `SANDBOX_DIR` lets tests have one of their own beside a developer's. */
export function sandboxDir(): string {
  return resolve(process.env['SANDBOX_DIR'] ?? join(ROOT, '.sandbox/default'));
}

/** How to reach a sandbox that is up; written by the daemon when it is ready, mode 0600 because of the tokens. */
export interface SandboxInfo {
  readonly pid: number;
  readonly awsUrl: string;
  readonly githubApiUrl: string;
  readonly githubUrl: string;
  readonly cloneUrl: string;
  readonly owner: string;
  readonly repo: string;
  readonly region: string;
  readonly userToken: string;
  /** The `GITHUB_TOKEN` of a workflow that may do everything; for an action that is run without one. */
  readonly actionsToken: string;
  readonly runsDir: string;
}

export function infoFile(dir: string): string {
  return join(dir, 'sandbox.json');
}

/** The sandbox in this folder if it is up. */
export function runningSandbox(dir: string): SandboxInfo | undefined {
  if (!existsSync(infoFile(dir))) return undefined;
  const info: SandboxInfo = JSON.parse(readFileSync(infoFile(dir), 'utf8'));
  // A sandbox that was killed leaves its file, and its process id may be somebody else's by now.
  return isAlive(info.pid) && commandOf(info.pid).includes(`daemon.ts ${dir}`) ? info : undefined;
}
