import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { SourceMap as Reader } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleLambda } from '../../packaging/bundle.ts';
import { keepSources, type SourceMap } from '../../packaging/source-map.ts';
import { runCommand } from '../../process.ts';
import { temporaryFolders } from '../fakes/temp.ts';

// Starts processes, on a machine that may be busy.
jest.setTimeout(60_000);

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const isOurs = (source: string): boolean => !source.includes('node_modules/');

/** A lambda whose own files stand between those of a dependency. */
function project(): string {
  const root = folders.make();
  const files = {
    'node_modules/left/index.js': 'export function left(work) {\n  return work();\n}\n',
    'node_modules/right/index.js': 'export const right = (value) => {\n  return [value, `${value}\\n`];\n};\n',
    'shared/fail.ts': [
      "import { left } from 'left';",
      '',
      'type Reason = string;',
      '',
      'export function fail(reason: Reason): void {',
      "  left(() => { throw new Error('Failed: ' + reason); });",
      '}',
    ].join('\n'),
    'one/handler.ts': [
      "import { fail } from '../shared/fail.ts';",
      "import { right } from 'right';",
      '/** Ünïcödé 😀 */',
      'export function handler(): void {',
      "  for (const reason of right('😀')) fail(reason);",
      '}',
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** Where each character of the bundle comes from. */
function origins(map: SourceMap, code: string): (string | undefined)[] {
  const reader = new Reader({
    ...map,
    version: 3,
    file: '',
    sourceRoot: '',
    sourcesContent: [],
    sources: [...map.sources],
    names: [],
  });
  return code.split('\n').flatMap((line, row) =>
    Array.from(line, (_, column) => {
      const entry = reader.findEntry(row, column);
      return 'originalSource' in entry && entry.originalSource !== undefined
        ? `${entry.originalSource}:${entry.originalLine}:${entry.originalColumn}`
        : undefined;
    }),
  );
}

describe.each([true, false])('of a bundle (minified: %s)', (minify) => {
  test('what comes from a kept file still does, and the rest from nowhere', async () => {
    const root = project();
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ['one/handler.ts'],
      bundle: true,
      format: 'esm',
      minify,
      sourcemap: 'linked',
      sourcesContent: false,
      outfile: 'index.mjs',
      write: false,
    });
    const [map, code] = [outputFiles[0]?.text ?? '', outputFiles[1]?.text ?? ''];
    const whole: SourceMap = JSON.parse(map);
    const kept = keepSources(whole, isOurs);
    expect(kept.sources).toEqual(['shared/fail.ts', 'one/handler.ts']);
    const [before, after] = [origins(whole, code), origins(kept, code)];
    expect(after).toEqual(before.map((origin) => (origin !== undefined && isOurs(origin) ? origin : undefined)));
    expect(after.filter((origin) => origin !== undefined).length).toBeGreaterThan(40);
    expect(after.filter((origin) => origin === undefined).length).toBeGreaterThan(40);
  });
});

test('numbers of any size and sign are kept: a map of which all is kept stays as it is', () => {
  // Places in lines 0 and 100,000 of two files, forwards and backwards.
  const map: SourceMap = {
    version: 3,
    sources: ['a.ts', 'b.ts'],
    mappings: 'AAAA,gqvLCgt1DgyxH,gBDht1DhyxH;;gCACC',
    names: [],
  };
  expect(keepSources(map, () => true)).toEqual(map);
});

test('the stack of an error names the file and the line as they are in git', async () => {
  const root = project();
  const out = folders.make();
  for (const [name, contents] of Object.entries(await bundleLambda(join(root, 'one/handler.ts'), root)))
    writeFileSync(join(out, name), contents);
  const lines: string[] = [];
  await runCommand(
    process.execPath,
    ['--enable-source-maps', '--input-type=module', '-e', "(await import('./index.mjs')).handler()"],
    // Workers of jest are told to colour where the terminal can.
    { cwd: out, env: { ...process.env, FORCE_COLOR: '0' }, onStderr: (line) => lines.push(line) },
  );
  const stack = lines.filter((line) => line.startsWith('    at ')).map((line) => line.replaceAll(out, ''));
  expect(stack.slice(0, 4)).toEqual([
    expect.stringContaining('(/shared/fail.ts:6:'),
    // A dependency's own place is that in the bundle.
    expect.stringMatching(/left \(.*\/index\.mjs:\d/),
    expect.stringContaining('(/shared/fail.ts:6:'),
    expect.stringContaining('(/one/handler.ts:5:'),
  ]);
});
