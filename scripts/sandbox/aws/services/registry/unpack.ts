import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ManifestError,
  parseConfig,
  parseManifest,
  type ContainerConfig,
  type ImageManifest,
} from '../../../../../actions/lib/image/manifest.ts';
import { parseReference, tagOrDigest } from '../../../../../actions/lib/image/reference.ts';
import { RegistryClient, type Credentials } from '../../../../../actions/lib/image/registry-client.ts';
import { applyLayer, refuseEscapes } from './layers.ts';

export type ImageConfig = ContainerConfig;

export interface UnpackedImage {
  readonly digest: string;
  /** The folder with the image's files. */
  readonly root: string;
  readonly config: ImageConfig;
}

export class ImageNotFoundError extends Error {
  override readonly name = 'ImageNotFoundError';
}

const inProgress = new Map<string, Promise<UnpackedImage>>();

/**
 * Gives an image's files as a folder, unpacked below `folder` once per digest. Of an index it takes this machine's platform.
 *
 * @param reference `host:port/name:tag` or `host:port/name@sha256:…`
 * @param credentials the registry's login; the sandbox's registry wants one
 * @throws ImageNotFoundError if the registry has no such image; RegistryError and RegistryUnreachableError as the client
 */
export async function unpackImage(
  reference: string,
  folder: string,
  credentials?: Credentials,
): Promise<UnpackedImage> {
  const parsed = parseReference(reference);
  const client = new RegistryClient(parsed.host, { credentials });
  const { digest, manifest } = await findManifest(client, parsed.name, tagOrDigest(parsed), reference);
  const target = path.join(folder, digest.replace(':', '-'));
  // Tasks of one service start together.
  const running = inProgress.get(target);
  if (running !== undefined) return running;
  const unpacked = unpackInto(target, { client, name: parsed.name, digest, manifest });
  inProgress.set(target, unpacked);
  try {
    return await unpacked;
  } finally {
    inProgress.delete(target);
  }
}

async function findManifest(
  client: RegistryClient,
  name: string,
  tag: string,
  reference: string,
): Promise<{ digest: string; manifest: ImageManifest }> {
  const stored = await client.manifest(name, tag);
  if (stored === undefined) throw new ImageNotFoundError(`${reference}: not found`);
  const manifest = parseManifest(stored.bytes, stored.mediaType);
  if (manifest.kind === 'image') return { digest: stored.digest, manifest };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const found = manifest.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (found === undefined) throw new ImageNotFoundError(`${reference}: no image for linux/${architecture}`);
  return findManifest(client, name, found.digest, reference);
}

interface Source {
  readonly client: RegistryClient;
  readonly name: string;
  readonly digest: string;
  readonly manifest: ImageManifest;
}

async function unpackInto(target: string, { client, name, digest, manifest }: Source): Promise<UnpackedImage> {
  const root = path.join(target, 'root');
  const configFile = path.join(target, 'config.json');
  const isThere = await access(configFile).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    // Beside its place until it is whole: one that was interrupted is never taken for an image.
    const growing = `${target}.${randomUUID()}`;
    try {
      await mkdir(path.join(growing, 'root'), { recursive: true });
      const config = await client.blob(name, manifest.config.digest);
      const diffIds = parseConfig(config).rootfs.diff_ids;
      if (diffIds.length !== manifest.layers.length) {
        throw new ManifestError(`the image has ${manifest.layers.length} layers and ${diffIds.length} of them named`);
      }
      for (const [index, layer] of manifest.layers.entries()) {
        const bytes = await client.blob(name, layer.digest);
        await applyLayer(bytes, path.join(growing, 'root'), diffIds[index] ?? '');
      }
      await refuseEscapes(path.join(growing, 'root'));
      await writeFile(path.join(growing, 'config.json'), config);
      await rename(growing, target).catch(async (error: unknown) => {
        // Another process was faster: what it has made is the same.
        await access(configFile).catch(() => {
          throw error;
        });
      });
    } finally {
      await rm(growing, { recursive: true, force: true });
    }
  }
  return { digest, root, config: parseConfig(await readFile(configFile)).config ?? {} };
}
