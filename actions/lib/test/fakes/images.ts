import { TagTakenError } from '../../image/builder.ts';
import type { Credentials } from '../../image/registry-client.ts';
import type { ImageRepository, ImageScan, PublishedImage } from '../../image/repository.ts';

/** A repository with immutable tags, in memory. */
export class FakeImages implements ImageRepository {
  readonly name = 'service';
  readonly tagged = new Map<string, string>();
  logins = 0;
  /** What each look at the scan answers; the last one stays. */
  scans: ImageScan[] = [{ kind: 'done', counts: {} }];

  /** What a push does. */
  push(digest: string, tag: string): void {
    if (this.tagged.has(tag)) throw new TagTakenError(`${tag} is there already.`);
    this.tagged.set(tag, digest);
  }

  uri(): Promise<string> {
    return Promise.resolve('registry.example/service');
  }

  find(tag: string): Promise<PublishedImage | undefined> {
    const digest = this.tagged.get(tag);
    return Promise.resolve(digest === undefined ? undefined : { digest, bytes: 1024 });
  }

  tags(digest: string): Promise<readonly string[] | undefined> {
    const tags = [...this.tagged].flatMap(([tag, of]) => (of === digest ? [tag] : []));
    return Promise.resolve(tags.length === 0 ? undefined : tags);
  }

  scan(): Promise<ImageScan> {
    const [first] = this.scans;
    if (this.scans.length > 1) this.scans.shift();
    return Promise.resolve(first ?? { kind: 'pending' });
  }

  addTag(digest: string, tag: string): Promise<boolean> {
    if (this.tagged.has(tag)) return Promise.resolve(false);
    this.tagged.set(tag, digest);
    return Promise.resolve(true);
  }

  login(): Promise<Credentials> {
    this.logins += 1;
    return Promise.resolve({ username: 'AWS', password: 'secret' });
  }
}
