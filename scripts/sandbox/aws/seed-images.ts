import { readFile } from 'node:fs/promises';
import { CreateRepositoryCommand, ECRClient, RepositoryAlreadyExistsException } from '@aws-sdk/client-ecr';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readDockerfile } from '../../../actions/lib/image/dockerfile.ts';
import { makeLayer } from '../../../actions/lib/image/layer.ts';
import { digestOf, OCI, type Descriptor, type ImageConfig } from '../../../actions/lib/image/manifest.ts';
import { parseReference } from '../../../actions/lib/image/reference.ts';
import { RegistryClient } from '../../../actions/lib/image/registry-client.ts';
import { ecrRepository } from '../../../actions/lib/image/repository.ts';
import { BASE_IMAGE_PARAMETER, SERVICE_REPOSITORY_PARAMETER } from '../../../actions/lib/image/settings.ts';
import { clientOptions } from './services/context.ts';

const SERVICE = 'rest-api-service';
const BASE = 'base/node';

export interface ImageSeed {
  /** The name of the service's repository. */
  readonly repository: string;
  /** What takes the place of the Dockerfile's base image. */
  readonly baseImage: string;
}

/**
 * What `terraform/bootstrap` makes for images, and what stands in for the base image, since the sandbox takes nothing from outside. Needs
 * the registry to be up. Doing it twice changes nothing.
 *
 * @param options.dockerfile the service's, which says the base image's tag
 * @param options.base only what stands in for the base image, and nothing that bootstrap makes
 */
export async function seedImages(options: {
  endpointUrl: string;
  region: string;
  dockerfile: string;
  base?: 'only';
}): Promise<ImageSeed> {
  const ecr = new ECRClient(clientOptions(options));
  const ssm = new SSMClient(clientOptions(options));
  try {
    await ensureRepository(ecr, BASE, 'MUTABLE');
    const baseImage = await pushBaseImage(ecr, await tagOfBase(options.dockerfile));
    const parameters = [[BASE_IMAGE_PARAMETER, baseImage]];
    if (options.base !== 'only') {
      await ensureRepository(ecr, SERVICE, 'IMMUTABLE');
      parameters.push([SERVICE_REPOSITORY_PARAMETER, SERVICE]);
    }
    for (const [Name, Value] of parameters) {
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
    return { repository: SERVICE, baseImage };
  } finally {
    ecr.destroy();
    ssm.destroy();
  }
}

async function ensureRepository(
  ecr: ECRClient,
  repositoryName: string,
  imageTagMutability: 'IMMUTABLE' | 'MUTABLE',
): Promise<void> {
  try {
    const imageScanningConfiguration = { scanOnPush: true };
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability, imageScanningConfiguration }));
  } catch (error) {
    if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
  }
}

async function tagOfBase(dockerfile: string): Promise<string> {
  const text = await readFile(dockerfile, 'utf8');
  const { base } = readDockerfile(text, { file: dockerfile, args: {}, build: '' });
  return parseReference(base).tag ?? 'latest';
}

/** An index, as real base images are: the image for each platform holds one text that says what it is. */
async function pushBaseImage(ecr: ECRClient, tag: string): Promise<string> {
  const repository = ecrRepository(BASE, ecr);
  const { host, name } = parseReference(await repository.uri());
  const client = new RegistryClient(host, { credentials: await repository.login() });
  const text =
    "The sandbox's stand-in for the base image: nothing can be pulled from outside. Programs run on this machine's own Node.\n";
  const layer = await makeLayer([{ path: 'SANDBOX.txt', bytes: new TextEncoder().encode(text), uid: 0, gid: 0 }]);
  await client.pushBlob(name, layer.digest, layer.bytes);
  const manifests: Descriptor[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config: ImageConfig = {
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['node'] },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'the sandbox' }],
    };
    const configBytes = json(config);
    await client.pushBlob(name, digestOf(configBytes), configBytes);
    const manifest = json({
      schemaVersion: 2,
      mediaType: OCI.manifest,
      config: { mediaType: OCI.config, digest: digestOf(configBytes), size: configBytes.length },
      layers: [{ mediaType: OCI.layer, digest: layer.digest, size: layer.bytes.length }],
    });
    const digest = digestOf(manifest);
    await client.putManifest(name, digest, OCI.manifest, manifest);
    manifests.push({ mediaType: OCI.manifest, digest, size: manifest.length, platform: { os: 'linux', architecture } });
  }
  const index = json({ schemaVersion: 2, mediaType: OCI.index, manifests });
  await client.putManifest(name, tag, OCI.index, index);
  return `${host}/${name}:${tag}`;
}

function json(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
