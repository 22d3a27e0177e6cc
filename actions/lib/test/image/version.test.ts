import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { treeVersion } from '../../image/version.ts';
import { runCommand } from '../../process.ts';
import { temporaryFolders } from '../fakes/temp.ts';

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

const version = (allowDirty: boolean): Promise<string> => treeVersion(runCommand, folder, { allowDirty });

beforeEach(async () => {
  folder = folders.make();
  await git('init', '--quiet', '--initial-branch=main');
  writeFileSync(join(folder, '.gitignore'), 'dist/\n');
  writeFileSync(join(folder, 'file'), 'one');
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'first');
});

describe('the version of a tree', () => {
  test('is its commit, allowed to be more or not', async () => {
    const commit = await git('rev-parse', 'HEAD');
    expect(await version(false)).toBe(commit);
    expect(await version(true)).toBe(commit);
  });

  test('with changes is refused, and they are named', async () => {
    writeFileSync(join(folder, 'new file'), '');
    await expect(version(false)).rejects.toThrow(/^There are changes that are in no commit, such as "?new file/);
    writeFileSync(join(folder, 'file'), 'two');
    await expect(version(false)).rejects.toThrow('There are 2 changes');
  });

  test('with changes that are allowed is the same for the same tree, and leaves the index as it is', async () => {
    const commit = await git('rev-parse', 'HEAD');
    writeFileSync(join(folder, 'file'), 'two');
    writeFileSync(join(folder, 'more'), '');
    const first = await version(true);
    expect(first).toMatch(new RegExp(`^${commit}-dirty-[0-9a-f]{12}$`));
    expect(await version(true)).toBe(first);
    writeFileSync(join(folder, 'file'), 'three');
    expect(await version(true)).not.toBe(first);
    expect(await git('status', '--porcelain')).toBe(' M file\n?? more');
  });
});
