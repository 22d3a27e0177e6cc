import { glob, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildArtifacts } from '@aws-sdk/client-codebuild';
import { BuildError, type ArtifactsSpec } from './buildspec.ts';
import type { Neighbours } from './neighbours.ts';
import type { BuildRecord } from './records.ts';
import { packZip, type ZipFile } from './zip.ts';

/**
 * The files that the buildspec names, by their names in the artifact.
 *
 * @throws BuildError when a pattern matches nothing, or a file outside of the source
 */
export async function collect(spec: ArtifactsSpec, source: string): Promise<ZipFile[]> {
  const base = path.resolve(source, spec['base-directory'] ?? '.');
  const found = new Map<string, ZipFile>();
  for (const pattern of spec.files) {
    const before = found.size;
    for await (const match of glob(pattern, { cwd: base, exclude: [...(spec['exclude-paths'] ?? [])] })) {
      const file = path.resolve(base, match);
      if (!file.startsWith(`${path.resolve(source)}${path.sep}`)) {
        throw new BuildError('CLIENT_ERROR', `${pattern} is outside of the source.`);
      }
      const about = await stat(file);
      if (!about.isFile()) continue;
      const name = spec['discard-paths'] === true ? path.basename(file) : path.relative(base, file);
      found.set(name, { name, content: await readFile(file), executable: (about.mode & 0o100) !== 0 });
    }
    if (found.size === before) {
      throw new BuildError('CLIENT_ERROR', `no matching artifact paths found: ${pattern}`);
    }
  }
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
