import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The files of the repository that a program is made of. */
async function sourcesOf(program: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [program],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['esbuild'],
    metafile: true,
    write: false,
    outfile: 'out.mjs',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules/') && !file.startsWith('('));
}

test('what the image is built from reaches the builder, and no test does', async () => {
  const allowed = read('service/Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const reaches = (file: string): boolean =>
    allowed.some((pattern) => path.matchesGlob(file, pattern) || path.matchesGlob(file, `${pattern}/**`));
  const programs = ['service/build.ts', 'service/src/server.ts', 'service/src/health/probe.ts'];
  const needed = new Set((await Promise.all(programs.map(sourcesOf))).flat());
  expect(needed.size).toBeGreaterThan(30);
  expect([...needed].filter((file) => !reaches(file))).toEqual([]);
  expect(
    ['service/test/service.ts', 'lambdas/shared/config.ts', '.git/config', 'terraform/main.tf'].filter(reaches),
  ).toEqual([]);
});

test('the image has the Node that this repository pins', () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(read('package.json'));
  expect(read('service/Dockerfile')).toContain(`/node:${devDependencies['node']}-`);
});
