import type {
  BatchDeleteImageRequest,
  BatchDeleteImageResponse,
  BatchGetImageRequest,
  BatchGetImageResponse,
  DescribeImageScanFindingsRequest,
  DescribeImageScanFindingsResponse,
  DescribeImagesRequest,
  DescribeImagesResponse,
  GetAuthorizationTokenResponse,
  ImageDetail,
  ImageFailure,
  ImageIdentifier,
  ListImagesRequest,
  ListImagesResponse,
  PutImageRequest,
  PutImageResponse,
} from '@aws-sdk/client-ecr';
import { digestOf, ManifestError, OCI, DOCKER } from '../../../../../actions/lib/image/manifest.ts';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { MissingContentError, TagTakenError, type Content, type StoredImage } from './content.ts';
import type { FindRepository, RepositorySettings } from './records.ts';
import { tagTaken } from './registry-error.ts';
import type { Scans } from './scans.ts';

/** AWS's: a login lasts twelve hours. */
const TOKEN_HOURS = 12;

export interface ImageOperationParts {
  readonly content: Content;
  readonly scans: Scans;
  readonly find: FindRepository;
  readonly password: string;
  /** Of the registry: `http://127.0.0.1:<port>`. */
  readonly endpoint: () => Promise<string>;
}

/**
 * What ECR says about images, from what is in the registry.
 * Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
 */
export function imageOperations({
  content,
  scans,
  find,
  password,
  endpoint,
}: ImageOperationParts): Record<string, Operation> {
  const existing = async (name = ''): Promise<RepositorySettings> => {
    const settings = await find(name);
    if (settings !== undefined) return settings;
    const message = `The repository with name '${name}' does not exist in the registry with id '${ACCOUNT}'`;
    throw new AwsError('RepositoryNotFoundException', message);
  };
  const lookUp = (name: string, id: ImageIdentifier): StoredImage | undefined =>
    content.image(name, { tag: id.imageTag, digest: id.imageDigest });

  return {
    GetAuthorizationToken: operation(async (): Promise<GetAuthorizationTokenResponse> => ({
      authorizationData: [
        {
          authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
          expiresAt: new Date(Date.now() + TOKEN_HOURS * 3_600_000),
          proxyEndpoint: await endpoint(),
        },
      ],
    })),

    DescribeImages: operation<DescribeImagesRequest>(async (input): Promise<DescribeImagesResponse> => {
      const { repositoryName = '', imageIds, filter } = input;
      await existing(repositoryName);
      if (imageIds === undefined || imageIds.length === 0) {
        const images = content.images(repositoryName).filter(hasTagStatus(filter?.tagStatus));
        const { page, nextToken } = pageOf(images, input, 100);
        return { imageDetails: page.map((image) => detail(repositoryName, image, scans)), ...nextToken };
      }
      const found = imageIds.map((id) => {
        const image = lookUp(repositoryName, id);
        if (image === undefined) throw notFound(repositoryName, id);
        return image;
      });
      return { imageDetails: [...new Set(found)].map((image) => detail(repositoryName, image, scans)) };
    }),

    ListImages: operation<ListImagesRequest>(async (input): Promise<ListImagesResponse> => {
      const { repositoryName = '', filter } = input;
      await existing(repositoryName);
      const images = content.images(repositoryName).filter(hasTagStatus(filter?.tagStatus));
      const { page, nextToken } = pageOf(images.flatMap(identifiers), input, 100);
      return { imageIds: page, ...nextToken };
    }),

    BatchGetImage: operation<BatchGetImageRequest>(async (input): Promise<BatchGetImageResponse> => {
      const { repositoryName = '', imageIds = [] } = input;
      await existing(repositoryName);
      const images: BatchGetImageResponse['images'] = [];
      const failures: ImageFailure[] = [];
      for (const id of imageIds) {
        const image = lookUp(repositoryName, id);
        if (image === undefined) {
          failures.push(missing(id));
          continue;
        }
        images.push({
          registryId: ACCOUNT,
          repositoryName,
          imageId: identifier(image, id.imageTag),
          imageManifest: (await content.read(image.digest)).toString('utf8'),
          imageManifestMediaType: image.record.mediaType,
        });
      }
      return { images, failures };
    }),

    PutImage: operation<PutImageRequest>(async (input): Promise<PutImageResponse> => {
      const { repositoryName = '', imageManifest = '', imageTag: tag, imageDigest } = input;
      const settings = await existing(repositoryName);
      const { immutableTags } = settings;
      const bytes = Buffer.from(imageManifest);
      const digest = digestOf(bytes);
      if (imageDigest !== undefined && imageDigest !== digest) {
        const message = `The image digest '${imageDigest}' does not match the digest of the image manifest '${digest}'`;
        throw new AwsError('ImageDigestDoesNotMatchException', message);
      }
      const there = content.image(repositoryName, { digest, tag });
      if (there !== undefined && !(immutableTags && tag !== undefined)) {
        const message = `Image with digest '${digest}'${tag === undefined ? '' : ` and tag '${tag}'`} already exists in the repository with name '${repositoryName}' in registry with id '${ACCOUNT}'`;
        throw new AwsError('ImageAlreadyExistsException', message);
      }
      const mediaType = input.imageManifestMediaType ?? mediaTypeIn(imageManifest);
      try {
        const image = await content.putManifest(repositoryName, { bytes, mediaType, tag, ...settings });
        const imageId = identifier(image, tag);
        return {
          image: { registryId: ACCOUNT, repositoryName, imageId, imageManifest, imageManifestMediaType: mediaType },
        };
      } catch (error) {
        if (error instanceof TagTakenError) {
          throw new AwsError('ImageTagAlreadyExistsException', tagTaken(error.message, repositoryName));
        }
        if (error instanceof MissingContentError) throw new AwsError('LayersNotFoundException', error.message);
        if (error instanceof ManifestError) {
          const reason = `Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' (${error.message})`;
          throw new AwsError('InvalidParameterException', reason);
        }
        throw error;
      }
    }),

    BatchDeleteImage: operation<BatchDeleteImageRequest>(async (input): Promise<BatchDeleteImageResponse> => {
      const { repositoryName = '', imageIds = [] } = input;
      await existing(repositoryName);
      const deleted: ImageIdentifier[] = [];
      const failures: ImageFailure[] = [];
      for (const id of imageIds) {
        const image = lookUp(repositoryName, id);
        if (image === undefined) {
          failures.push(missing(id));
          continue;
        }
        deleted.push(...(id.imageTag === undefined ? identifiers(image) : [identifier(image, id.imageTag)]));
        content.remove(repositoryName, image, id.imageTag);
      }
      return { imageIds: deleted, failures };
    }),

    DescribeImageScanFindings: operation<DescribeImageScanFindingsRequest>(
      async (input): Promise<DescribeImageScanFindingsResponse> => {
        const { repositoryName = '', imageId = {} } = input;
        await existing(repositoryName);
        const image = lookUp(repositoryName, imageId);
        if (image === undefined) throw notFound(repositoryName, imageId);
        const scan = scans.of(repositoryName, image.record);
        if (scan === undefined) {
          const message = `Image scan does not exist for the image with '${shown(imageId)}' in the repository with name '${repositoryName}' in the registry with id '${ACCOUNT}'`;
          throw new AwsError('ScanNotFoundException', message);
        }
        const { page, nextToken } = pageOf(scan.findings, input, 100);
        return {
          registryId: ACCOUNT,
          repositoryName,
          imageId: identifier(image, imageId.imageTag),
          imageScanStatus: scan.status,
          ...(scan.summary === undefined ? {} : { imageScanFindings: { ...scan.summary, findings: page } }),
          ...nextToken,
        };
      },
    ),
  };
}

function detail(repositoryName: string, { digest, record }: StoredImage, scans: Scans): ImageDetail {
  const scan = scans.of(repositoryName, record);
  return {
    registryId: ACCOUNT,
    repositoryName,
    imageDigest: digest,
    ...(record.tags.length === 0 ? {} : { imageTags: [...record.tags] }),
    imageSizeInBytes: record.size,
    imagePushedAt: new Date(record.pushedAt),
    imageManifestMediaType: record.mediaType,
    ...(record.artifactMediaType === undefined ? {} : { artifactMediaType: record.artifactMediaType }),
    ...(scan === undefined ? {} : { imageScanStatus: scan.status }),
    ...(scan?.summary === undefined ? {} : { imageScanFindingsSummary: scan.summary }),
  };
}

function identifier({ digest }: StoredImage, tag: string | undefined): ImageIdentifier {
  return { imageDigest: digest, ...(tag === undefined ? {} : { imageTag: tag }) };
}

/** One for each tag; without tags, one. */
function identifiers(image: StoredImage): ImageIdentifier[] {
  const { tags } = image.record;
  return tags.length === 0 ? [identifier(image, undefined)] : tags.map((tag) => identifier(image, tag));
}

function hasTagStatus(status: string | undefined): (image: StoredImage) => boolean {
  return ({ record }) => status === undefined || status === 'ANY' || (status === 'TAGGED') === record.tags.length > 0;
}

function missing(imageId: ImageIdentifier): ImageFailure {
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}

function notFound(name: string, id: ImageIdentifier): AwsError {
  const message = `The image with imageId ${shown(id)} does not exist within the repository with name '${name}' in the registry with id '${ACCOUNT}'`;
  return new AwsError('ImageNotFoundException', message);
}

function shown({ imageDigest, imageTag }: ImageIdentifier): string {
  return `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;
}

/** A token is where the next page begins. */
function pageOf<T>(
  all: readonly T[],
  { nextToken, maxResults }: { nextToken?: string | undefined; maxResults?: number | undefined },
  most: number,
): { page: T[]; nextToken: { nextToken?: string } } {
  const begin = Number(nextToken ?? '0');
  if (!Number.isInteger(begin) || begin < 0) throw new AwsError('InvalidParameterException', 'Invalid nextToken');
  const end = begin + (maxResults ?? most);
  return { page: all.slice(begin, end), nextToken: end < all.length ? { nextToken: String(end) } : {} };
}

/** A manifest may say itself what it is; an older OCI one does not. */
function mediaTypeIn(manifest: string): string {
  const said = /"mediaType"\s*:\s*"([^"]*manifest[^"]*|[^"]*index[^"]*)"/.exec(manifest)?.[1];
  if (said !== undefined) return said;
  return manifest.includes(DOCKER.config) ? DOCKER.manifest : OCI.manifest;
}
