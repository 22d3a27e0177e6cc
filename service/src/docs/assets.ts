import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Asset = { readonly type: string; readonly bytes: Buffer };

/** The files of the page by their names. */
export type DocsAssets = Readonly<Record<string, Asset>>;

/** What the page needs of swagger-ui-dist, with its types. */
export const ASSET_TYPES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The folder beside the bundle into which the build copies them. */
export const ASSETS_FOLDER = 'swagger-ui';

/** Reads them all, so that a bundle which lacks one does not start. */
export function readDocsAssets(): DocsAssets {
  const beside = join(import.meta.dirname, ASSETS_FOLDER);
  // Where the source itself runs there is none.
  const folder = existsSync(beside) ? beside : installedAssets();
  return Object.fromEntries(
    Object.entries(ASSET_TYPES).map(([name, type]) => [name, { type, bytes: readFileSync(join(folder, name)) }]),
  );
}

export function installedAssets(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
