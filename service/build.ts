/**
 * `npm run build -w service [-- --output <folder>]`: the service as one ES module, `dist/server.mjs`, that plain `node` starts, and beside it what it serves at
 * `/docs`. The same bytes on any machine.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { keepSources, type SourceMap } from '../actions/lib/packaging/source-map.ts';
import { ASSET_TYPES, ASSETS_FOLDER, installedAssets } from './src/docs/assets.ts';

const service = import.meta.dirname;
const { values } = parseArgs({ options: { output: { type: 'string', default: join(service, 'dist') } } });
const dist = resolve(values.output);

const { outputFiles } = await build({
  absWorkingDir: join(service, '..'),
  entryPoints: { server: join(service, 'src/server.ts'), health: join(service, 'src/health/probe.ts') },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // What is CommonJS all the same calls require for Node's own modules. The name must meet nothing that is bundled.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
  minify: true,
  keepNames: true,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  write: false,
  logLevel: 'warning',
});

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, ASSETS_FOLDER), { recursive: true });
for (const { path, contents } of outputFiles) {
  await writeFile(join(dist, basename(path)), path.endsWith('.map') ? ownSources(contents) : contents);
}
// With the licence under which they may be handed on.
for (const name of [...Object.keys(ASSET_TYPES), 'LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt']) {
  await cp(join(installedAssets(), name), join(dist, ASSETS_FOLDER, name));
}
process.stdout.write(`Built ${outputFiles.map(({ path }) => basename(path)).join(', ')} and ${ASSETS_FOLDER}/.\n`);

/** Those of dependencies are large, and name the place where they happen to be installed. */
function ownSources(contents: Uint8Array): string {
  const map: SourceMap = JSON.parse(Buffer.from(contents).toString('utf8'));
  return JSON.stringify(keepSources(map, (source) => !source.includes('node_modules/')));
}
