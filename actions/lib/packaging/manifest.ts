import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LambdaPackage } from './package.ts';

/** Terraform reads it by itself; it is made anew by every packaging and never committed. */
export const MANIFEST = 'lambda-packages.auto.tfvars.json';

/** Tells Terraform what to deploy: `{ "lambda_packages": { "<id>": { "key", "sha256_base64", "bytes" } } }`. */
export async function writeManifest(terraformFolder: string, packages: readonly LambdaPackage[]): Promise<string> {
  const file = join(terraformFolder, MANIFEST);
  const entries = packages.map(({ id, key, sha256Base64, bytes }) => [id, { key, sha256_base64: sha256Base64, bytes }]);
  await writeFile(file, `${JSON.stringify({ lambda_packages: Object.fromEntries(entries) }, undefined, 2)}\n`);
  return file;
}
