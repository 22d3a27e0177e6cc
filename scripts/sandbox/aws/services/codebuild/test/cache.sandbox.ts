import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { restoreModules } from '../cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codebuild-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text = ''): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

describe("the installation's modules", () => {
  const wanted = ['node_modules/**/*', '*/node_modules/**/*'];

  beforeEach(async () => {
    await put('own/package-lock.json', 'lock');
    await put('own/node_modules/a/index.js', 'a');
    await put('own/service/node_modules/b/index.js', 'b');
    await put('source/service/package.json');
  });

  const restore = (patterns: readonly string[]) =>
    restoreModules(path.join(folder, 'source'), path.join(folder, 'own'), patterns);

  test('are brought where the lock file is the same', async () => {
    await put('source/package-lock.json', 'lock');

    expect(await restore(wanted)).toEqual(['node_modules', 'service/node_modules']);
    const [from, to] = await Promise.all(
      ['own', 'source'].map((root) => stat(path.join(folder, root, 'node_modules/a/index.js'))),
    );
    expect(to?.ino).toBe(from?.ino);
    expect(await readFile(path.join(folder, 'source/service/node_modules/b/index.js'), 'utf8')).toBe('b');
  });

  test('are not where it is another one, or where no cache is wanted', async () => {
    await put('source/package-lock.json', 'other');
    expect(await restore(wanted)).toEqual([]);

    await put('source/package-lock.json', 'lock');
    expect(await restore([])).toEqual([]);
    expect(await restore(['node_modules/**/*'])).toEqual(['node_modules']);
  });
});
