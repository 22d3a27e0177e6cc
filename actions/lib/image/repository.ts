import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ImageAlreadyExistsException,
  ImageNotFoundException,
  ImageTagAlreadyExistsException,
  PutImageCommand,
  RepositoryNotFoundException,
  type ImageDetail,
  type ImageIdentifier,
  type ImageScanStatus,
} from '@aws-sdk/client-ecr';
import { UserError } from '../errors.ts';
import type { Credentials } from './registry-client.ts';

/** What a registry has found in an image. */
export type ImageScan =
  | {
      readonly kind: 'done';
      /** Findings by severity, such as `CRITICAL`; none if nothing was found. */ readonly counts: Readonly<
        Record<string, number>
      >;
    }
  | { readonly kind: 'pending' }
  /** Nothing was begun: it was pushed a moment ago, or nothing is scanned here. */
  | { readonly kind: 'unscanned' }
  /** There is none, and will be none: in the registry's words, if it has some. */
  | { readonly kind: 'none'; readonly why: string };

export interface PublishedImage {
  readonly digest: string;
  /** Compressed, all layers, in bytes. */
  readonly bytes: number;
}

/** The images of the service; the real one is `ecrRepository`. */
export interface ImageRepository {
  readonly name: string;
  /** `<host>/<name>`. @throws UserError if there is no such repository */
  uri(): Promise<string>;
  find(tag: string): Promise<PublishedImage | undefined>;
  /** All tags of an image; `undefined` if it is not there. */
  tags(digest: string): Promise<readonly string[] | undefined>;
  /** What is known of its scan now. */
  scan(digest: string): Promise<ImageScan>;
  /** One more tag for an image that is there. `false` if the tag is there already: it stays where it is. */
  addTag(digest: string, tag: string): Promise<boolean>;
  /** Of the registry, for some hours. */
  login(): Promise<Credentials>;
}

/**
 * An Amazon ECR repository. Needs `ecr:DescribeRepositories`, `DescribeImages`, `BatchGetImage`, `PutImage`, `GetAuthorizationToken`,
 * and for pushing `BatchCheckLayerAvailability`, `InitiateLayerUpload`, `UploadLayerPart`, `CompleteLayerUpload` (and
 * `GetDownloadUrlForLayer` for a base image in the same registry).
 */
export function ecrRepository(name: string, client: ECRClient = new ECRClient({})): ImageRepository {
  return {
    name,
    async uri() {
      try {
        const { repositories } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
        return given(repositories?.[0]?.repositoryUri, 'repositoryUri');
      } catch (error) {
        if (!(error instanceof RepositoryNotFoundException)) throw error;
        throw new UserError(
          `There is no image repository "${name}" in this account and region.`,
          'Make it with "make bootstrap".',
          { cause: error },
        );
      }
    },
    async find(tag) {
      const image = await describe({ imageTag: tag });
      if (image === undefined) return undefined;
      return { digest: given(image.imageDigest, 'imageDigest'), bytes: image.imageSizeInBytes ?? 0 };
    },
    async tags(digest) {
      const image = await describe({ imageDigest: digest });
      return image === undefined ? undefined : (image.imageTags ?? []);
    },
    async scan(digest) {
      const image = await describe({ imageDigest: digest });
      return scanOf(image?.imageScanStatus, image?.imageScanFindingsSummary?.findingSeverityCounts);
    },
    async addTag(digest, tag) {
      const { images } = await client.send(
        new BatchGetImageCommand({ repositoryName: name, imageIds: [{ imageDigest: digest }] }),
      );
      const [image] = images ?? [];
      const imageManifest = given(image?.imageManifest, `imageManifest of ${digest}`);
      try {
        await client.send(
          new PutImageCommand({
            repositoryName: name,
            imageTag: tag,
            imageManifest,
            imageManifestMediaType: image?.imageManifestMediaType,
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ImageTagAlreadyExistsException || error instanceof ImageAlreadyExistsException)
          return false;
        throw error;
      }
    },
    async login() {
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
      const token = given(authorizationData?.[0]?.authorizationToken, 'authorizationToken');
      const pair = Buffer.from(token, 'base64').toString('utf8');
      const colon = pair.indexOf(':');
      return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
    },
  };

  async function describe(image: ImageIdentifier): Promise<ImageDetail | undefined> {
    try {
      const { imageDetails } = await client.send(
        new DescribeImagesCommand({ repositoryName: name, imageIds: [image] }),
      );
      return imageDetails?.[0];
    } catch (error) {
      if (error instanceof ImageNotFoundException) return undefined;
      throw error;
    }
  }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html */
function scanOf(status: ImageScanStatus | undefined, counts: Readonly<Record<string, number>> | undefined): ImageScan {
  const state = status?.status;
  if (state === 'COMPLETE' || state === 'ACTIVE') return { kind: 'done', counts: counts ?? {} };
  if (state === 'IN_PROGRESS' || state === 'PENDING') return { kind: 'pending' };
  if (state === undefined) return { kind: 'unscanned' };
  return { kind: 'none', why: status?.description ?? state };
}

function given(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`ECR has answered without ${what}.`);
  return value;
}
