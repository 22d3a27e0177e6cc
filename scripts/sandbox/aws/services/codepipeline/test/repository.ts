import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gitEnvironment } from '../../../../github/git.ts';

const run = promisify(execFile);

/** A repository in a folder, whose commits are made of a few files. */
export class Repository {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async init(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.git('init', '--quiet', '--initial-branch=main');
  }

  /** @returns its id */
  async commit(files: Readonly<Record<string, string>>, message: string): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.folder, name)), { recursive: true });
      await writeFile(path.join(this.folder, name), content);
    }
    await this.git('add', '--all');
    await this.git(
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.com',
      'commit',
      '--quiet',
      `--message=${message}`,
    );
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await run('git', ['-C', this.folder, ...args], { env: gitEnvironment() });
    return stdout;
  }
}
