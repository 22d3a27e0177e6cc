/** The modules' unit tests, with a mocked provider: which folders have some, which of them a change can break, and how they are run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { runCommand } from '../actions/lib/process.ts';
import { initOffline } from './offline-terraform.ts';
import { SharedProviders } from './terraform-providers.ts';
import { ROOT } from './tools.ts';

/** The folders below `root` that have tests of their own, as paths from there. */
export function testedFolders(root: string): readonly string[] {
  return readdirSync(join(root, 'terraform'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tftest.hcl'))
    .map((file) => dirname(dirname(join('terraform', file))))
    .filter((folder, index, all) => all.indexOf(folder) === index)
    .toSorted();
}

/**
 * Those that a change can break: where a file has changed, and whoever calls a module there.
 *
 * @param files what has changed, as paths from `root`.
 */
export function touchedFolders(root: string, files: readonly string[]): readonly string[] {
  const folders = testedFolders(root);
  const touched = new Set(files.flatMap((file) => ownerOf(file, folders) ?? []));
  const calls = new Map(folders.map((folder) => [folder, calledBy(root, folder)]));
  for (let before = -1; before !== touched.size;) {
    before = touched.size;
    for (const [folder, called] of calls) if (called.some((module) => touched.has(module))) touched.add(folder);
  }
  return folders.filter((folder) => touched.has(folder));
}

/** Whose file this is. A lambda's schemas are read by the architecture. */
function ownerOf(file: string, folders: readonly string[]): string | undefined {
  if (/^lambdas\/[^/]+\/\w+\.schema\.json$/.test(file)) return 'terraform/api-gateway';
  if (file.endsWith('.md')) return undefined;
  return folders.filter((folder) => file.startsWith(`${folder}/`)).toSorted((a, b) => b.length - a.length)[0];
}

function calledBy(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.tf'))
    .flatMap((name) => [
      ...readFileSync(join(root, folder, name), 'utf8').matchAll(/^\s*source\s*=\s*"(\.{1,2}\/[^"]+)"/gm),
    ])
    .map(([, source = '']) => join(folder, source))
    .filter((module) => existsSync(join(root, module)));
}

/**
 * Runs the tests of these folders, as many at once as there are cores. What they say is shown folder by folder.
 *
 * @returns the worst exit code; 130 if it was interrupted.
 */
export async function testFolders(folders: readonly string[], args: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
  // One after the other: they may share a cache of providers, which Terraform does not guard.
  for (const folder of folders) await initOffline(join(ROOT, folder));
  const providers = await SharedProviders.create();
  try {
    const waiting = folders.values();
    let worst = 0;
    const worker = async (): Promise<void> => {
      for (const folder of waiting) {
        if (interrupted.signal.aborted) worst = 130;
        else worst = Math.max(worst, await testFolder(join(ROOT, folder), args, providers, interrupted.signal));
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return worst;
  } finally {
    await providers.close();
  }
}

async function testFolder(
  folder: string,
  args: readonly string[],
  providers: SharedProviders,
  signal: AbortSignal,
): Promise<number> {
  const lines: string[] = [`\n${relative(ROOT, folder)}`];
  const onLine = (line: string): void => void lines.push(line);
  const options = { cwd: folder, env: await providers.envOf(folder), onStdout: onLine, onStderr: onLine, signal };
  const code = await runCommand('terraform', ['test', ...args], options);
  process.stdout.write(`${lines.join('\n')}\n`);
  return code;
}
