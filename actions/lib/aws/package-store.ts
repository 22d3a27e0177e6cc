import { HeadObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** Where packages are kept by their content's hash; the real one is `s3PackageStore`. */
export interface PackageStore {
  /** Answers `false` without writing when the key is there already, whoever was first. */
  create(key: string, body: Uint8Array, sha256Base64: string): Promise<boolean>;
  /** The SHA-256 of what is stored, in base64; `undefined` if nothing is, or if it was stored without one. */
  checksum(key: string): Promise<string | undefined>;
}

export function s3PackageStore(bucket: string, client: S3Client = new S3Client({})): PackageStore {
  return {
    async create(key, body, sha256Base64) {
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
        // 412: it is there. 409: somebody else is writing the same key at this moment; both write the same bytes.
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status === 412 || status === 409) return false;
        throw error;
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
