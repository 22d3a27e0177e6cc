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
} from '@aws-sdk/client-ecr';
import { UserError } from '../errors.ts';
import type { Credentials } from './registry-client.ts';

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
      try {
        const { imageDetails } = await client.send(
          new DescribeImagesCommand({ repositoryName: name, imageIds: [{ imageTag: tag }] }),
        );
        const image = imageDetails?.[0];
        return { digest: given(image?.imageDigest, 'imageDigest'), bytes: image?.imageSizeInBytes ?? 0 };
      } catch (error) {
        if (error instanceof ImageNotFoundException) return undefined;
        throw error;
      }
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
}

function given(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`ECR has answered without ${what}.`);
  return value;
}
