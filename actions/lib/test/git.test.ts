import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ancestry, checkedOutCommits } from '../git.ts';
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

describe('how a commit stands to another one', () => {
  let [first, main, branch] = ['', '', ''];

  beforeAll(async () => {
    folder = folders.make();
    await git('init', '--quiet', '--initial-branch=main');
    await git('commit', '--quiet', '--allow-empty', '-m', 'first');
    first = await git('rev-parse', 'HEAD');
    await git('switch', '--quiet', '-c', 'branch');
    await git('commit', '--quiet', '--allow-empty', '-m', 'on the branch');
    branch = await git('rev-parse', 'HEAD');
    await git('switch', '--quiet', 'main');
    await git('commit', '--quiet', '--allow-empty', '-m', 'second');
    await git('merge', '--quiet', '--no-ff', '-m', 'merge', 'branch');
    main = await git('rev-parse', 'HEAD');
  });

  test('after it: with the commits of the branch itself, oldest first', async () => {
    const second = await git('rev-parse', 'HEAD^1');
    expect(await ancestry(runCommand, folder, first, main)).toEqual({ kind: 'after', commits: [second, main] });
    expect(await ancestry(runCommand, folder, main, main)).toEqual({ kind: 'after', commits: [] });
  });

  test('before it, or on another line', async () => {
    expect(await ancestry(runCommand, folder, main, first)).toEqual({ kind: 'before' });
    expect(await ancestry(runCommand, folder, await git('rev-parse', 'HEAD^1'), branch)).toEqual({ kind: 'unrelated' });
  });

  test('not at all, when somebody has rewritten the branch', async () => {
    expect(await ancestry(runCommand, folder, 'd'.repeat(40), main)).toEqual({ kind: 'unrelated' });
  });
});
