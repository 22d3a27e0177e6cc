import { createHash } from 'node:crypto';
import type { PackageStore } from '../../aws/package-store.ts';

/** A bucket in memory. */
export class FakeStore implements PackageStore {
  readonly objects = new Map<string, { readonly checksum: string | undefined }>();
  readonly writes: string[] = [];

  create(key: string, body: Uint8Array, sha256Base64: string): Promise<boolean> {
    if (createHash('sha256').update(body).digest('base64') !== sha256Base64)
      return Promise.reject(new Error('BadDigest: the checksum is not that of the body.'));
    if (this.objects.has(key)) return Promise.resolve(false);
    this.objects.set(key, { checksum: sha256Base64 });
    this.writes.push(key);
    return Promise.resolve(true);
  }

  checksum(key: string): Promise<string | undefined> {
    return Promise.resolve(this.objects.get(key)?.checksum);
  }
}
