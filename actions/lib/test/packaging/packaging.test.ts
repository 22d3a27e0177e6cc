import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { lambdaIds } from '../../packaging/folders.ts';
import { MANIFEST } from '../../packaging/manifest.ts';
import { packageLambdas, type LambdaPackage } from '../../packaging/package.ts';
import { runCommand } from '../../process.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const repository = join(import.meta.dirname, '../../../..');

interface Packed {
  readonly packages: readonly LambdaPackage[];
  readonly manifest: string;
  readonly offset: number;
}

/** A checkout with its dependencies installed, as far as packaging looks at it. */
function checkOut(root: string): string {
  for (const name of ['lambdas', 'packages'])
    cpSync(join(repository, name), join(root, name), { recursive: true, filter: (path) => basename(path) !== 'dist' });
  mkdirSync(join(root, 'terraform'));
  mkdirSync(join(root, 'node_modules/@repo'), { recursive: true });
  symlinkSync(join(root, 'packages/string-replacement'), join(root, 'node_modules/@repo/string-replacement'));
  for (const name of readdirSync(join(repository, 'node_modules')).filter((entry) => !/^(?:\.|@repo$)/.test(entry)))
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  return root;
}

async function pack(root: string, umask: string, env: NodeJS.ProcessEnv): Promise<Packed> {
  const lines: string[] = [];
  const code = await runCommand(process.execPath, [join(import.meta.dirname, 'pack.ts'), root, umask], {
    env: { PATH: process.env['PATH'], ...env },
    onStdout: (line) => lines.push(line),
    onStderr: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(lines.join('\n'));
  const packed: Packed = JSON.parse(lines.join('\n'));
  return packed;
}

describe('the same sources on two machines', () => {
  let one: Packed;
  let two: Packed;

  beforeAll(async () => {
    const base = folders.make();
    mkdirSync(join(base, 'somewhere/else entirely/deep'), { recursive: true });
    mkdirSync(join(base, 'a'));
    [one, two] = await Promise.all([
      pack(checkOut(join(base, 'a')), '022', { TZ: 'Pacific/Kiritimati', LC_ALL: 'C' }),
      pack(checkOut(join(base, 'somewhere/else entirely/deep')), '077', {
        TZ: 'America/St_Johns',
        LC_ALL: 'tr_TR.UTF-8',
        NODE_ENV: 'production',
      }),
    ]);
    // All lambdas twice, on a machine that may be busy.
  }, 60_000);

  test('really are in two time zones', () => {
    expect(one.offset).not.toBe(two.offset);
  });

  test('give the same bytes under the same name', () => {
    expect(one.packages.length).toBeGreaterThan(0);
    for (const [index, item] of one.packages.entries()) {
      const other = two.packages[index];
      expect(basename(item.file)).toBe(basename(other?.file ?? ''));
      expect(readFileSync(item.file).equals(readFileSync(other?.file ?? ''))).toBe(true);
    }
  });

  test('give the same manifest, which names each object by its content', () => {
    const text = readFileSync(one.manifest, 'utf8');
    expect(readFileSync(two.manifest, 'utf8')).toBe(text);
    expect(basename(one.manifest)).toBe(MANIFEST);
    const entries = one.packages.map(({ id, sha256, sha256Base64, bytes }) => [
      id,
      { key: `lambdas/${id}/${sha256}.zip`, sha256_base64: sha256Base64, bytes },
    ]);
    expect(JSON.parse(text)).toEqual({ lambda_packages: Object.fromEntries(entries) });
  });

  test('hold the code and its map, readable, of the year 1980, and no path of either', () => {
    for (const { file, bytes, sha256, sha256Base64 } of one.packages) {
      const zip = readFileSync(file);
      expect(zip.length).toBe(bytes);
      expect(Buffer.from(sha256, 'hex').toString('base64')).toBe(sha256Base64);
      const files = unzipSync(zip);
      expect(Object.keys(files)).toEqual(['index.mjs', 'index.mjs.map']);
      for (const contents of Object.values(files))
        expect(Buffer.from(contents).toString()).not.toContain(join(file, '../../..'));
      // The central directory, an entry per file: system 3 (Unix), mode 0644, the first of January 1980.
      const signature = Buffer.from('PK\x01\x02', 'latin1');
      const last = zip.lastIndexOf(signature);
      for (const entry of [zip.lastIndexOf(signature, last - 1), last]) {
        expect(zip.readUInt8(entry + 5)).toBe(3);
        expect(zip.readUInt32LE(entry + 38) >>> 16).toBe(0o100_644);
        expect(zip.readUInt32LE(entry + 12)).toBe(((1 << 5) | 1) << 16);
      }
    }
  });

  test('are modules that export a handler', async () => {
    for (const { file } of one.packages) {
      const folder = folders.make();
      writeFileSync(join(folder, 'index.mjs'), unzipSync(readFileSync(file))['index.mjs'] ?? new Uint8Array());
      const lines: string[] = [];
      const code = await runCommand(
        process.execPath,
        ['--input-type=module', '-e', "console.log(typeof (await import('./index.mjs')).handler); process.exit()"],
        {
          cwd: folder,
          env: { STRINGS_MAPPING_PARAMETER_NAME: '/map', AWS_REGION: 'eu-west-1' },
          onStdout: (line) => lines.push(line),
          onStderr: (line) => lines.push(line),
        },
      );
      expect(lines).toEqual(['function']);
      expect(code).toBe(0);
    }
  });
});

/** A folder of lambdas that need nothing. */
function lambdas(...ids: readonly string[]): string {
  const folder = join(folders.make(), 'lambdas');
  mkdirSync(folder);
  for (const id of ids) {
    mkdirSync(join(folder, id));
    writeFileSync(join(folder, id, 'handler.ts'), 'export const handler = async (): Promise<string> => "one";');
  }
  return folder;
}

describe('packaging', () => {
  test('leaves only what is packaged now', async () => {
    const folder = lambdas('one');
    const [first] = await packageLambdas(folder, join(folder, '..'));
    writeFileSync(join(folder, 'dist/notes.txt'), 'kept');
    writeFileSync(join(folder, 'one/handler.ts'), 'export const handler = async (): Promise<string> => "two";');
    const [second] = await packageLambdas(folder, join(folder, '..'));
    expect(second?.sha256).not.toBe(first?.sha256);
    expect(readdirSync(join(folder, 'dist')).toSorted()).toEqual(
      ['notes.txt', basename(second?.file ?? '')].toSorted(),
    );
  });

  test('of code that cannot be bundled fails with the place', async () => {
    const folder = lambdas('one');
    writeFileSync(join(folder, 'one/handler.ts'), "import './missing.ts';");
    await expect(packageLambdas(folder, join(folder, '..'))).rejects.toMatchObject({
      name: 'UserError',
      message: 'lambdas/one/handler.ts:1: Could not resolve "./missing.ts".',
      hint: 'Nothing was packaged: mend it and run this again.',
    });
  });
});

describe('a lambda', () => {
  test('is a folder with a handler.ts; other folders and files are none', async () => {
    const folder = lambdas('zebra', 'ant-2');
    mkdirSync(join(folder, 'shared'));
    writeFileSync(join(folder, 'README.md'), '');
    expect(await lambdaIds(folder)).toEqual(['ant-2', 'zebra']);
  });

  test('has to be there', async () => {
    const folder = lambdas();
    await expect(lambdaIds(folder)).rejects.toMatchObject({
      name: 'UserError',
      message: `There is no lambda in ${folder}.`,
      hint: 'A lambda is a folder with a handler.ts.',
    });
  });

  test.each(['Upper', '1st', 'under_score', 'dot.ted', 'a'.repeat(41)])('cannot be called %s', async (id) => {
    const folder = lambdas('good', id);
    await expect(packageLambdas(folder, join(folder, '..'))).rejects.toMatchObject({
      name: 'UserError',
      message: `"${id}" cannot be the id of a lambda.`,
    });
    expect(existsSync(join(folder, 'dist')) ? readdirSync(join(folder, 'dist')) : []).toEqual([]);
  });
});
