import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { checkedOutCommits } from '../git.ts';
import { runCommand } from '../process.ts';
import { temporaryFolders } from './fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

let folder = '';

async function git(...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const code = await runCommand('git', [...identity, ...args], { cwd: folder, onStdout: (line) => lines.push(line) });
  expect(code).toBe(0);
  return lines.join('\n');
}

describe('what is checked out', () => {
  let base = '';
  let head = '';

  beforeAll(async () => {
    folder = folders.make();
    await git('init', '--quiet', '--initial-branch=main');
    await git('commit', '--quiet', '--allow-empty', '-m', 'first');
    await git('switch', '--quiet', '-c', 'branch');
    await git('commit', '--quiet', '--allow-empty', '-m', 'head');
    head = await git('rev-parse', 'HEAD');
    await git('switch', '--quiet', 'main');
    await git('commit', '--quiet', '--allow-empty', '-m', 'base');
    base = await git('rev-parse', 'HEAD');
    await git('merge', '--quiet', '--no-ff', '-m', 'merge', 'branch');
  });

  test('for a pull request is its head, and the base that it was merged with (K2)', async () => {
    expect(await checkedOutCommits(runCommand, folder, true)).toEqual({ commit: head, base });
  });

  test('for a branch is its commit, also when that is a merge', async () => {
    expect(await checkedOutCommits(runCommand, folder, false)).toEqual({ commit: await git('rev-parse', 'HEAD') });
  });

  test('for a pull request that was not merged is its head', async () => {
    await git('switch', '--quiet', 'branch');
    expect(await checkedOutCommits(runCommand, folder, true)).toEqual({ commit: head });
  });

  test('is an error where there is no repository', async () => {
    const empty = join(folders.make());
    await expect(checkedOutCommits(runCommand, empty, true)).rejects.toThrow(`git log failed in ${empty}`);
  });
});
