import { readFile } from 'node:fs/promises';
import type { PackageStore } from '../../lib/aws/package-store.ts';
import { UserError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { tableCode } from '../../lib/markdown/escape.ts';
import { writeManifest } from '../../lib/packaging/manifest.ts';
import type { LambdaPackage } from '../../lib/packaging/package.ts';
import type { Inputs } from './inputs.ts';

export interface Deps {
  readonly packageLambdas: (folder: string) => Promise<readonly LambdaPackage[]>;
  /** Asked for only when something is uploaded. */
  readonly store: () => Promise<PackageStore>;
  readonly log: Log;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

export interface PublishedPackage {
  readonly id: string;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly uploaded: boolean;
}

export interface Outputs {
  readonly manifest: string;
  readonly packages: readonly PublishedPackage[];
}

/**
 * Packages all lambdas and makes sure that the artifacts bucket has each of them, once.
 *
 * @throws UserError if a key holds something else than its name says.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const built = await deps.packageLambdas(inputs.lambdas);
  const manifest = await writeManifest(inputs.terraform, built);
  const packages: PublishedPackage[] = [];
  const store = inputs.upload ? await deps.store() : undefined;
  for (const item of built) {
    const uploaded = store === undefined ? false : await publish(item, store);
    const state = store === undefined ? 'packaged' : uploaded ? 'uploaded' : 'there already';
    deps.log.info(`${item.id}: ${kibibytes(item.bytes)}, ${item.sha256.slice(0, 12)}, ${state}`);
    packages.push({ id: item.id, key: item.key, sha256: item.sha256, bytes: item.bytes, uploaded });
  }
  await deps.writeSummary(renderSummary(packages, inputs.upload));
  return { manifest, packages };
}

async function publish(item: LambdaPackage, store: PackageStore): Promise<boolean> {
  const created = await store.create(item.key, await readFile(item.file), item.sha256Base64);
  const stored = await store.checksum(item.key);
  if (stored === item.sha256Base64) return created;
  throw new UserError(
    `The object ${item.key} in the artifacts bucket holds ${stored === undefined ? 'no checksum' : 'something else'}.`,
    'Nothing was overwritten. Find out who wrote it, delete it, and run this again.',
  );
}

function renderSummary(packages: readonly PublishedPackage[], upload: boolean): string {
  const rows = packages.map(
    ({ id, sha256, bytes, uploaded }) =>
      `| ${tableCode(id)} | ${kibibytes(bytes)} | ${tableCode(sha256.slice(0, 12))} | ${upload ? (uploaded ? 'uploaded' : 'there already') : 'packaged only'} |`,
  );
  return ['### Lambda packages', '', '| lambda | size | sha256 | |', '|---|---:|---|---|', ...rows].join('\n');
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
