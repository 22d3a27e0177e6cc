import { readFile } from 'node:fs/promises';
import type { DeployedPackage, DeployedPackages } from '../../lib/aws/deployed-packages.ts';
import type { PackageStore } from '../../lib/aws/package-store.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { tableCode } from '../../lib/markdown/escape.ts';
import { writeManifest } from '../../lib/packaging/manifest.ts';
import type { LambdaPackage } from '../../lib/packaging/package.ts';
import type { Inputs } from './inputs.ts';

export interface Deps {
  readonly packageLambdas: (folder: string) => Promise<readonly LambdaPackage[]>;
  /** Asked for only when something is uploaded. */
  readonly store: () => Promise<PackageStore>;
  /** Asked for only when there is an environment to compare with. */
  readonly deployed: DeployedPackages;
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
  const changes = await changesOf(built, inputs, deps);
  await deps.writeSummary(renderSummary(packages, inputs, changes));
  return { manifest, packages };
}

/**
 * What each package is beside the one that the environment's function has now: that is what main was last applied with. Main's
 * own packages are kept nowhere by name, and packaging an older commit again would take this commit's dependencies.
 *
 * @returns by id; nothing if it is not known
 */
async function changesOf(
  built: readonly LambdaPackage[],
  { environment }: Inputs,
  { deployed, log }: Deps,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (environment === undefined) return undefined;
  try {
    const before = await deployed(environment);
    return new Map(built.map((item) => [item.id, changeOf(item, before.get(item.id))]));
  } catch (error) {
    // The packages are what counts.
    log.warning(`The packages could not be compared with those of "${environment}": ${describeError(error)}`);
    return undefined;
  }
}

function changeOf({ bytes, sha256Base64 }: LambdaPackage, before: DeployedPackage | undefined): string {
  if (before === undefined) return 'new';
  if (before.sha256Base64 === sha256Base64) return 'the same';
  const by = bytes - before.bytes;
  return by === 0 ? 'another, as large' : `another, ${by > 0 ? '+' : '−'}${kibibytes(Math.abs(by))}`;
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

function renderSummary(
  packages: readonly PublishedPackage[],
  { upload, environment }: Inputs,
  changes: ReadonlyMap<string, string> | undefined,
): string {
  const more = (text: string): string => (changes === undefined ? '' : ` ${text} |`);
  const rows = packages.map(
    ({ id, sha256, bytes, uploaded }) =>
      `| ${tableCode(id)} | ${kibibytes(bytes)} | ${tableCode(sha256.slice(0, 12))} | ${upload ? (uploaded ? 'uploaded' : 'there already') : 'packaged only'} |${more(changes?.get(id) ?? '')}`,
  );
  return [
    '### Lambda packages',
    '',
    `| lambda | size | sha256 | |${more(`beside ${tableCode(environment ?? '')} now`)}`,
    `|---|---:|---|---|${changes === undefined ? '' : '---|'}`,
    ...rows,
  ].join('\n');
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
