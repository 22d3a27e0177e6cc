import { UserError } from '../errors.ts';
import { parseConfig, parseManifest, type ImageConfig, type ImageManifest } from './manifest.ts';
import { parseReference, tagOrDigest } from './reference.ts';
import { RegistryClient, RegistryError, RegistryUnreachableError, type Credentials } from './registry-client.ts';

/** What an image is for, as Docker writes it. */
export type Platform = 'linux/amd64' | 'linux/arm64';

/** An image to build upon. */
export interface BaseImage {
  /** As it was asked for. */
  readonly reference: string;
  readonly client: RegistryClient;
  readonly name: string;
  /** Of the platform's own image. */
  readonly digest: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** How a registry is reached: its login, if it wants one, and the network. */
export interface Access {
  readonly credentialsFor: (host: string) => Credentials | undefined;
  readonly fetch?: typeof fetch;
}

/**
 * Asks a registry for an image's manifest and configuration; its layers are asked for when they are needed.
 *
 * @throws UserError if there is no such image, or nobody answers
 */
export async function readBaseImage(
  reference: string,
  platform: Platform,
  { credentialsFor, fetch }: Access,
): Promise<BaseImage> {
  const parsed = parseReference(reference);
  const { host, name } = parsed;
  const client = new RegistryClient(host, {
    credentials: credentialsFor(host),
    ...(fetch === undefined ? {} : { fetch }),
  });
  const hint =
    'Check the name, and whether this machine reaches the registry; "/terraform/images/base" may name a mirror.';
  const wrong = (what: string, cause?: unknown): UserError =>
    new UserError(`The base image ${reference} ${what}.`, hint, { cause });
  try {
    let stored = await client.manifest(name, tagOrDigest(parsed));
    if (stored === undefined) throw wrong('is not there');
    let manifest = parseManifest(stored.bytes, stored.mediaType);
    if (manifest.kind === 'index') {
      const found = manifest.manifests.find(
        (entry) => `${entry.platform?.os}/${entry.platform?.architecture}` === platform,
      );
      stored = found === undefined ? undefined : await client.manifest(name, found.digest);
      if (stored === undefined) throw wrong(`is not there for ${platform}`);
      manifest = parseManifest(stored.bytes, stored.mediaType);
    }
    if (manifest.kind !== 'image') throw wrong('is an index of indexes');
    const config = parseConfig(await client.blob(name, manifest.config.digest));
    if (`${config.os}/${config.architecture}` !== platform) {
      throw wrong(`is for ${config.os}/${config.architecture}, not for ${platform}`);
    }
    return { reference, client, name, digest: stored.digest, manifest, config };
  } catch (error) {
    if (error instanceof RegistryUnreachableError) throw wrong(`cannot be read: ${withoutStop(error.message)}`, error);
    if (error instanceof RegistryError) throw wrong(`cannot be read: ${withoutStop(error.message)}`, error);
    throw error;
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
