import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildArtifacts } from '@aws-sdk/client-codebuild';
import { BuildError, type ArtifactsSpec } from './buildspec.ts';
import { globToRegExp, matchFiles } from './globs.ts';
import type { Neighbours } from './neighbours.ts';
import type { BuildRecord } from './records.ts';
import { packZip, type ZipFile } from './zip.ts';

/**
 * The files that the buildspec names, by their names in the artifact. A pattern that matches nothing is skipped, as at AWS.
 *
 * @throws BuildError when nothing at all is there, or a file is outside of the source
 */
export async function collect(spec: ArtifactsSpec, source: string): Promise<ZipFile[]> {
  const base = path.resolve(source, spec['base-directory'] ?? '.');
  const excluded = (spec['exclude-paths'] ?? []).map(globToRegExp);
  const found = new Map<string, ZipFile>();
  for (const pattern of spec.files) {
    for (const match of await matchFiles(base, pattern)) {
      if (excluded.some((glob) => glob.test(match))) continue;
      const file = path.resolve(base, match);
      if (!file.startsWith(`${path.resolve(source)}${path.sep}`)) {
        throw new BuildError('CLIENT_ERROR', `${pattern} is outside of the source`);
      }
      const name = spec['discard-paths'] === true ? path.basename(file) : match;
      const { mode } = await stat(file);
      found.set(name, { name, content: await readFile(file), executable: (mode & 0o100) !== 0 });
    }
  }
  if (found.size === 0) throw new BuildError('CLIENT_ERROR', 'no matching artifact paths found');
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Uploads what the build has made to where its artifacts belong; nothing when they belong nowhere. */
export async function upload(
  { artifacts, id }: Pick<BuildRecord, 'artifacts' | 'id'>,
  spec: ArtifactsSpec | undefined,
  source: string,
  neighbours: Neighbours,
): Promise<BuildArtifacts> {
  const { type, location: bucket = '', name = '', namespaceType, packaging } = artifacts;
  if (type === 'NO_ARTIFACTS' || spec === undefined) return { location: '' };
  const files = await collect(spec, source);
  const namespace = namespaceType === 'BUILD_ID' ? id.slice(id.indexOf(':') + 1) : '';
  const key = [artifacts.path ?? '', namespace, name]
    .map((part) => part.replaceAll(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
  if (packaging === 'ZIP') await neighbours.putObject(bucket, key, packZip(files));
  else for (const file of files) await neighbours.putObject(bucket, `${key}/${file.name}`, file.content);
  return { location: `arn:aws:s3:::${bucket}/${key}` };
}
