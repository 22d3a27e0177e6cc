import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../tools.ts';

const execute = promisify(execFile);

/** A clone that a person works in. */
export class Clone {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, author: string) {
    this.folder = folder;
    this.#env = {
      ...process.env,
      // The machine's own configuration (signing, hooks, another default branch) must not change what happens here.
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: author,
      GIT_AUTHOR_EMAIL: `${author}@example.com`,
      GIT_COMMITTER_NAME: author,
      GIT_COMMITTER_EMAIL: `${author}@example.com`,
    };
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await execute('git', args, { cwd: this.folder, env: this.#env });
    return stdout.trim();
  }

  /** Commits everything and pushes the branch. */
  async publish(branch: string, message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    await this.git('push', '--quiet', 'origin', branch);
    return this.git('rev-parse', 'HEAD');
  }
}

/** Copies this project as it is now, with what is not committed yet, into a new repository that pushes to `remote`. */
export async function exportProject(folder: string, remote: string, author: string): Promise<Clone> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { stdout } = await execute('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    maxBuffer: 1 << 26,
  });
  for (const file of new Set(stdout.split('\0').filter((name) => name !== ''))) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(ROOT, file), join(folder, file), { verbatimSymlinks: true }).catch((error: NodeJS.ErrnoException) => {
      // Deleted and not committed: git lists it, the disk does not have it.
      if (error.code !== 'ENOENT') throw error;
    });
  }
  const clone = new Clone(folder, author);
  await clone.git('init', '--quiet', '--initial-branch', 'main');
  await clone.git('remote', 'add', 'origin', remote);
  return clone;
}
