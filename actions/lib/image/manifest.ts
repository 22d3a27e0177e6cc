import { createHash } from 'node:crypto';
import joi from 'joi';

/** Both families of media types: a manifest and what it names are of one. */
export const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;
export const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

export const MANIFEST_TYPES: readonly string[] = [OCI.manifest, OCI.index, DOCKER.manifest, DOCKER.index];

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** One image for each of some platforms. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/** What claims to be a manifest or a configuration is none. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const descriptor = joi
  .object<Descriptor>({
    mediaType: joi.string().required(),
    digest: joi
      .string()
      .pattern(/^sha256:[0-9a-f]{64}$/)
      .required(),
    size: joi.number().integer().min(0).required(),
    platform: joi.object({ os: joi.string().required(), architecture: joi.string().required() }).unknown(),
  })
  .unknown();
const common = { schemaVersion: joi.valid(2).required(), mediaType: joi.string() };
const imageSchema = joi
  .object<Pick<ImageManifest, 'config' | 'layers'>>({
    ...common,
    config: descriptor.required(),
    layers: joi.array().items(descriptor).required(),
  })
  .unknown();
const indexSchema = joi
  .object<Pick<ImageIndex, 'manifests'>>({ ...common, manifests: joi.array().items(descriptor).required() })
  .unknown();

/**
 * @param mediaType as the registry or the client says it
 * @throws ManifestError if it is not one of the kinds in use, or not what its type says
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): ImageManifest | ImageIndex {
  if (!MANIFEST_TYPES.includes(mediaType)) throw new ManifestError(`manifests of type "${mediaType}" are not known`);
  const parsed = parseJson(bytes);
  if (mediaType === OCI.index || mediaType === DOCKER.index) {
    return { kind: 'index', mediaType, manifests: checked(indexSchema, parsed).manifests };
  }
  const { config, layers } = checked(imageSchema, parsed);
  return { kind: 'image', mediaType, config, layers };
}

/** What a container is started with; the keys are those of the specification. */
export interface ContainerConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  /** Docker's, and not in OCI's list: who does not know it leaves it alone. Times in nanoseconds. */
  readonly Healthcheck?: {
    readonly Test: readonly string[];
    readonly Interval?: number;
    readonly Timeout?: number;
    readonly StartPeriod?: number;
    readonly Retries?: number;
  };
}

/**
 * An image's configuration.
 * Source: https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly created?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly {
    readonly created?: string;
    readonly created_by?: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
}

const texts = joi.array().items(joi.string().allow('')).empty(null);
const configSchema = joi
  .object<ImageConfig>({
    architecture: joi.string().allow('').required(),
    os: joi.string().allow('').required(),
    variant: joi.string().allow(''),
    created: joi.string(),
    config: joi
      .object({
        Entrypoint: texts,
        Cmd: texts,
        Env: texts,
        WorkingDir: joi.string().allow(''),
        User: joi.string().allow(''),
        ExposedPorts: joi.object().empty(null),
        Labels: joi.object().pattern(joi.string(), joi.string().allow('')).empty(null),
        StopSignal: joi.string().allow(''),
        Healthcheck: joi.object().empty(null),
      })
      .unknown()
      .empty(null),
    rootfs: joi
      .object({ type: joi.valid('layers').required(), diff_ids: joi.array().items(joi.string()).required() })
      .required(),
    history: joi.array().items(joi.object().unknown()).empty(null),
  })
  .unknown();

/** @throws ManifestError */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  return checked(configSchema, parseJson(bytes));
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function checked<T>(schema: joi.ObjectSchema<T>, parsed: unknown): T {
  const { value, error } = schema.validate(parsed, { convert: false });
  if (error !== undefined) throw new ManifestError(error.message, { cause: error });
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new ManifestError('it is not JSON', { cause });
  }
}
