import type { BaseImage } from './base.ts';
import type { FinalStage } from './dockerfile.ts';
import type { Layer } from './layer.ts';
import { digestOf, DOCKER, OCI, type ImageConfig } from './manifest.ts';

export interface ComposedImage {
  readonly config: { readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: string };
  readonly manifest: { readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: string; readonly mediaType: string };
}

/** The same for every build of the same files: a time of its own would give each build a digest of its own. */
const CREATED = '1970-01-01T00:00:00Z';

/** One layer and the Dockerfile's settings on top of a base image, in the family of media types that the base image has. */
export function composeImage(base: BaseImage, layer: Layer, stage: FinalStage): ComposedImage {
  const types = base.manifest.mediaType === DOCKER.manifest ? DOCKER : OCI;
  const { rootfs, history = [], config: _, created: __, ...others } = base.config;
  const config: ImageConfig = {
    ...others,
    created: CREATED,
    config: stage.config,
    rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, layer.diffId] },
    history: [
      ...history,
      { created: CREATED, created_by: stage.lines.join('; '), comment: 'built without a container engine' },
    ],
  };
  const configBytes = jsonBytes(config);
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(configBytes), size: configBytes.length },
    layers: [...base.manifest.layers, { mediaType: types.layer, digest: layer.digest, size: layer.bytes.length }],
  });
  return {
    config: { bytes: configBytes, digest: digestOf(configBytes) },
    manifest: { bytes: manifest, digest: digestOf(manifest), mediaType: types.manifest },
  };
}

function jsonBytes(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
