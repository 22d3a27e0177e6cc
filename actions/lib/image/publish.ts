import type { Log } from '../log.ts';
import type { Platform } from './base.ts';
import { TagTakenError, type ImageBuilder, type ImageContents } from './builder.ts';
import type { ImageRepository, PublishedImage } from './repository.ts';

/** What Terraform's first task definition names, so that its plan does not depend on a commit. */
export const INITIAL_TAG = 'initial';

export interface PublishInputs {
  /** The tag: the commit, or what stands for a tree that is none. Tags never move. */
  readonly version: string;
  /** The folder of the repository that the image is built from. */
  readonly root: string;
  /** Relative to it. */
  readonly dockerfile: string;
  readonly platform: Platform;
  /** In place of the Dockerfile's own, such as a mirror. */
  readonly baseImage?: string | undefined;
}

export interface PublishDeps {
  readonly images: ImageRepository;
  /** Asked for only when something is to be built; given the registry's `<host>/<name>`. */
  readonly builder: (uri: string) => Promise<ImageBuilder>;
  readonly log: Log;
}

export interface PublishResult {
  /** `<host>/<name>@sha256:…`. */
  readonly uri: string;
  readonly digest: string;
  /** `false`: it was there already, or somebody else was faster. */
  readonly built: boolean;
  /** The whole image as it is pulled, in bytes. */
  readonly bytes: number;
  /** Only of what was built here, by a builder that knows. */
  readonly contents?: ImageContents;
}

/**
 * Makes sure that the repository has the image of a version, and says which it is. Doing it again, or twice at once, gives the same
 * image: the first to push is the one.
 *
 * @throws UserError if there is no repository, the base image cannot be had, or the build fails
 */
export async function publishImage(inputs: PublishInputs, deps: PublishDeps): Promise<PublishResult> {
  const { images, log } = deps;
  const { version } = inputs;
  const uri = await images.uri();
  const there = await images.find(version);
  const { image, contents, built } =
    there === undefined ? await build(inputs, deps, uri) : { image: there, built: false, contents: undefined };
  if (!built) log.info(`The image of ${version} is there already: ${image.digest}`);
  if ((await images.find(INITIAL_TAG)) === undefined && (await images.addTag(image.digest, INITIAL_TAG))) {
    log.info(`It is the first one, so it is tagged "${INITIAL_TAG}" too.`);
  }
  return {
    uri: `${uri}@${image.digest}`,
    digest: image.digest,
    built,
    bytes: image.bytes,
    ...(contents === undefined ? {} : { contents }),
  };
}

interface Built {
  readonly image: PublishedImage;
  readonly built: boolean;
  readonly contents: ImageContents | undefined;
}

async function build(inputs: PublishInputs, { images, builder, log }: PublishDeps, uri: string): Promise<Built> {
  const { version, root, dockerfile, platform, baseImage } = inputs;
  const login = await images.login();
  log.mask(login.password);
  const chosen = await builder(uri);
  log.info(`Building ${images.name}:${version} for ${platform} with ${chosen.name}`);
  try {
    const contents = await chosen.buildAndPush({
      root,
      dockerfile,
      platform,
      args: { VERSION: version, ...(baseImage === undefined ? {} : { BASE_IMAGE: baseImage }) },
      uri,
      tag: version,
      login,
    });
    // Asked again: what the tag says is what everybody else will get.
    const image = await images.find(version);
    if (image === undefined) throw new Error(`The image ${version} was pushed, and is not there.`);
    return { image, built: true, contents };
  } catch (error) {
    const image = error instanceof TagTakenError ? await images.find(version) : undefined;
    if (image === undefined) throw error;
    log.info('Somebody else has pushed the same version meanwhile.');
    return { image, built: false, contents: undefined };
  }
}
