import type { Platform } from './base.ts';
import type { ImageFile } from './layer.ts';
import type { Credentials } from './registry-client.ts';

export interface BuildRequest {
  /** The repository: what the image is built from. */
  readonly root: string;
  /** Relative to the repository. */
  readonly dockerfile: string;
  readonly platform: Platform;
  /** Build arguments of the Dockerfile. */
  readonly args: Readonly<Record<string, string>>;
  /** Where it goes: `<host>/<name>`. */
  readonly uri: string;
  readonly tag: string;
  /** Of the registry it goes to. */
  readonly login: Credentials;
}

/** What the image holds, as far as its builder knows. */
export interface ImageContents {
  readonly base: string;
  /** Of the base image as it is pulled, in bytes. */
  readonly baseBytes: number;
  /** Of our layer as it is pulled, in bytes. */
  readonly layerBytes: number;
  /** What is in our layer, unpacked. */
  readonly files: readonly ImageFile[];
}

/** Builds an image and pushes it under its tag. */
export interface ImageBuilder {
  readonly name: string;
  /** @throws TagTakenError if the tag is there already and may not be moved */
  buildAndPush(request: BuildRequest): Promise<ImageContents | undefined>;
}

/** Somebody else has pushed the tag meanwhile. */
export class TagTakenError extends Error {
  override readonly name = 'TagTakenError';
}
