import { setTimeout as delay } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** Where packages are kept by their content's hash; the real one is `s3PackageStore`. */
export interface PackageStore {
  /** Answers `false` without writing when the key is there already, whoever was first. */
  create(key: string, body: Uint8Array, sha256Base64: string): Promise<boolean>;
  /** The SHA-256 of what is stored, in base64; `undefined` if nothing is, or if it was stored without one. */
  checksum(key: string): Promise<string | undefined>;
}

/** So often is tried again what collides with another writer, and after so many milliseconds. */
const COLLISIONS = 5;
const PAUSE_MS = 1_000;

export function s3PackageStore(
  bucket: string,
  client: S3Client = new S3Client({}),
  pause: (ms: number) => Promise<unknown> = delay,
): PackageStore {
  return {
    async create(key, body, sha256Base64) {
      for (let collisions = 0; ; collisions += 1) {
        try {
          await client.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: key,
              Body: body,
              ContentType: 'application/zip',
              ChecksumSHA256: sha256Base64,
              IfNoneMatch: '*',
            }),
          );
          return true;
        } catch (error) {
          const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
          if (status === 412) return false;
          // Somebody else is writing the same key at this moment, and may fail: S3 wants to be asked again.
          // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
          if (status !== 409 || collisions >= COLLISIONS) throw error;
          await pause(PAUSE_MS);
        }
      }
    },
    async checksum(key) {
      try {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
        return head.ChecksumSHA256;
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
        throw error;
      }
    },
  };
}
