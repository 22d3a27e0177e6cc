import { basename, relative } from 'node:path';
import { build, type BuildFailure } from 'esbuild';
import { UserError } from '../errors.ts';
import { keepSources, type SourceMap } from './source-map.ts';

/** The files of a lambda by their names: `index.mjs` and `index.mjs.map`. */
export type Bundle = Readonly<Record<string, Uint8Array>>;

/**
 * Bundles a lambda into one ES module with its source map, the same bytes on any machine.
 *
 * @param root - the repository; the paths in the source map are relative to it
 * @throws UserError naming the first mistake and its place
 */
export async function bundleLambda(entry: string, root: string): Promise<Bundle> {
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      // ES modules where a dependency has both: nothing is left that calls require, and unused code can go.
      mainFields: ['module', 'main'],
      legalComments: 'none',
      minify: true,
      keepNames: true,
      // For stacks that name the file and line that people know (NODE_OPTIONS=--enable-source-maps). The sources are in git.
      sourcemap: 'linked',
      sourcesContent: false,
      write: false,
      outfile: 'index.mjs',
      // What is wrong is in the error that is thrown, with its place.
      logLevel: 'silent',
    });
    return Object.fromEntries(
      outputFiles.map(({ path, contents }) => {
        const name = basename(path);
        return [name, name.endsWith('.map') ? withoutDependencies(contents) : contents];
      }),
    );
  } catch (error) {
    const [first] = isBuildFailure(error) ? error.errors : [];
    if (first === undefined) throw error;
    const { file, line } = first.location ?? { file: relative(root, entry), line: 1 };
    throw new UserError(
      `${file}:${line}: ${first.text.replace(/\.?$/, '.')}`,
      'Nothing was packaged: mend it and run this again.',
      { cause: error },
    );
  }
}

/**
 * Only our own files: with the dependencies' a map is 1.1 MB, which Node reads at every start (25 ms of 150), and names the place
 * where they happen to be installed. (2 cores, Linux x64, Node 24.)
 */
function withoutDependencies(contents: Uint8Array): Uint8Array {
  const map: SourceMap = JSON.parse(Buffer.from(contents).toString('utf8'));
  return Buffer.from(JSON.stringify(keepSources(map, (source) => !source.includes('node_modules/'))));
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
