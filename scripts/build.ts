/**
 * Bundles every action into `actions/<name>/dist/index.js`, where its action.yml looks for it. Bundles are not committed:
 * workflows and the sandbox build them in seconds.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const actions = join(root, 'actions');
const names = readdirSync(actions).filter((name) => existsSync(join(actions, name, 'action.yml')));

await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(names.map((name) => [`${name}/dist/index`, join(actions, name, 'src/index.ts')])),
  outdir: actions,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // What is CommonJS all the same calls require for Node's own modules. The name must meet nothing that is bundled.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
  // A native program: it is loaded from node_modules, which the setup step has filled.
  external: ['esbuild'],
  logLevel: 'warning',
});
process.stdout.write(`Built ${names.length} actions: ${names.join(', ')}\n`);
