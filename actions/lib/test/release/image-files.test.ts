import { afterAll, describe, expect, test } from '@jest/globals';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { runCommand } from '../../process.ts';
import { changedInImage, inImage } from '../../release/image-files.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const folders = temporaryFolders();
afterAll(folders.cleanUp);

async function git(folder: string, ...args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const options = { cwd: folder, onStdout: (line: string) => void lines.push(line) };
  expect(await runCommand('git', [...identity, ...args], options)).toBe(0);
  return lines;
}

describe('the rules', () => {
  test('know every file of this repository', async () => {
    const files = await git(REPOSITORY, 'ls-files');
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter((file) => !inImage(file).known)).toEqual([]);
  });

  test('call everything in the image that reaches its build, or say why not', () => {
    const lines = readFileSync(join(REPOSITORY, 'service/Dockerfile.dockerignore'), 'utf8').split('\n');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const files = allowed.flatMap((pattern) =>
      globSync([pattern, `${pattern}/**`], { cwd: REPOSITORY, withFileTypes: false }).filter((file) =>
        /\.\w+$/.test(file),
      ),
    );
    expect(files).toContain('service/src/app.ts');
    const left = [...new Set(files)].filter((file) => !inImage(file).inImage && !file.startsWith('node_modules/'));
    expect(left.filter((file) => !matchesGlob(file, '{package.json,*/package.json,lambdas/*/smoke.json}'))).toEqual([]);
  });

  test.each([
    ['service/src/http/errors.ts', true],
    ['service/Dockerfile', true],
    ['service/deploy/render.ts', false],
    ['service/test/http.test.ts', false],
    ['service/README.md', false],
    ['packages/string-replacement/src/trie.ts', true],
    ['packages/string-replacement/test/cache.test.ts', false],
    ['lambdas/replace-strings/request.schema.json', true],
    ['lambdas/replace-strings/smoke.json', false],
    ['lambdas/replace-strings/handler.ts', false],
    ['package-lock.json', true],
    ['package.json', false],
    ['actions/lib/image/layer.ts', true],
    ['actions/release/src/run.ts', false],
    ['terraform/main.tf', false],
    ['.github/workflows/main.yml', false],
    ['something/new.bin', true],
  ])('of %s say %s', (file, expected) => {
    expect(inImage(file).inImage).toBe(expected);
  });
});

describe('between two commits', () => {
  test('what makes another image is found, also what was moved or removed, whichever is the older', async () => {
    const folder = folders.make();
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    const commit = async (): Promise<string> => {
      await git(folder, 'add', '--all');
      await git(folder, 'commit', '--quiet', '-m', 'A change');
      return (await git(folder, 'rev-parse', 'HEAD'))[0] ?? '';
    };
    await git(folder, 'init', '--quiet');
    write('service/src/a.ts', 'a');
    write('service/src/ünïcode\n.ts', 'b');
    write('docs/x.md', 'x');
    const first = await commit();
    write('docs/x.md', 'y');
    const second = await commit();
    await git(folder, 'mv', 'service/src/a.ts', 'service/src/b.ts');
    await git(folder, 'rm', '--quiet', 'service/src/ünïcode\n.ts');
    const third = await commit();
    const changed = (from: string, to: string) => changedInImage(runCommand, folder, from, to);
    expect(await changed(first, second)).toEqual([]);
    expect(await changed(second, third)).toEqual(['service/src/a.ts', 'service/src/b.ts', 'service/src/ünïcode\n.ts']);
    expect(await changed(third, first)).toEqual(await changed(second, third));
    expect(await changed('0'.repeat(40), third)).toBeUndefined();
  });
});
