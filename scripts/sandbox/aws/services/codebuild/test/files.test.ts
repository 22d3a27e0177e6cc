import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { collect } from '../artifacts.ts';
import { packZip, unpackZip } from '../zip.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codebuild-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text = ''): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

describe('a zip', () => {
  test('brings content, permissions and links', async () => {
    const link: [Uint8Array, { os: number; attrs: number }] = [strToU8('plain.txt'), { os: 3, attrs: 0o120777 << 16 }];
    const zip = zipSync({
      'plain.txt': strToU8('text'),
      'below/run.sh': [strToU8('#!/bin/sh'), { os: 3, attrs: 0o100755 << 16 }],
      link,
    });

    await unpackZip(zip, folder);

    expect(await readFile(path.join(folder, 'plain.txt'), 'utf8')).toBe('text');
    expect((await stat(path.join(folder, 'plain.txt'))).mode & 0o111).toBe(0);
    expect((await stat(path.join(folder, 'below/run.sh'))).mode & 0o777).toBe(0o755);
    expect((await lstat(path.join(folder, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readlink(path.join(folder, 'link'))).toBe('plain.txt');
  });

  test('writes nowhere else', async () => {
    await expect(unpackZip(zipSync({ '../out.txt': strToU8('') }), path.join(folder, 'in'))).rejects.toThrow(
      '"../out.txt" is outside of the archive.',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('is the same for the same files, and keeps what is executable', async () => {
    const files = [{ name: 'run.sh', content: strToU8('a'), executable: true }];
    await unpackZip(packZip(files), folder);

    expect(packZip(files)).toEqual(packZip(files));
    expect((await stat(path.join(folder, 'run.sh'))).mode & 0o100).not.toBe(0);
  });
});

describe('artifacts', () => {
  test('are found by name and by pattern, hidden ones too, and without what is excluded', async () => {
    for (const name of ['a.json', 'dist/b.js', 'dist/deep/.hidden', 'dist/deep/c.map']) await put(name);
    await chmod(await put('dist/run.sh'), 0o755);

    const files = await collect(
      { files: ['a.json', 'missing.json', 'dist/**/*'], 'exclude-paths': ['**/*.map'] },
      folder,
    );

    expect(files.map(({ name, executable }) => [name, executable])).toEqual([
      ['a.json', false],
      ['dist/b.js', false],
      ['dist/deep/.hidden', false],
      ['dist/run.sh', true],
    ]);
  });

  test('are named from the base directory, or without any', async () => {
    await put('dist/deep/a.txt');

    const based = await collect({ files: ['**/*'], 'base-directory': 'dist' }, folder);
    const flat = await collect({ files: ['dist/**/*'], 'discard-paths': true }, folder);

    expect(based.map(({ name }) => name)).toEqual(['deep/a.txt']);
    expect(flat.map(({ name }) => name)).toEqual(['a.txt']);
  });

  test('may not all be missing, nor be outside of the source', async () => {
    await put('outside.txt');
    await put('source/in.txt');
    const source = path.join(folder, 'source');

    await expect(collect({ files: ['no.txt', '*.json'] }, source)).rejects.toThrow('no matching artifact paths found');
    await expect(collect({ files: ['../outside.txt'] }, source)).rejects.toThrow('outside of the source');
  });
});
