import { TagTakenError } from '../../image/builder.ts';
import type { Credentials } from '../../image/registry-client.ts';
import type { ImageRepository, PublishedImage } from '../../image/repository.ts';

/** A repository with immutable tags, in memory. */
export class FakeImages implements ImageRepository {
  readonly name = 'service';
  readonly tags = new Map<string, string>();
  logins = 0;

  /** What a push does. */
  push(digest: string, tag: string): void {
    if (this.tags.has(tag)) throw new TagTakenError(`${tag} is there already.`);
    this.tags.set(tag, digest);
  }

  uri(): Promise<string> {
    return Promise.resolve('registry.example/service');
  }

  find(tag: string): Promise<PublishedImage | undefined> {
    const digest = this.tags.get(tag);
    return Promise.resolve(digest === undefined ? undefined : { digest, bytes: 1024 });
  }

  addTag(digest: string, tag: string): Promise<boolean> {
    if (this.tags.has(tag)) return Promise.resolve(false);
    this.tags.set(tag, digest);
    return Promise.resolve(true);
  }

  login(): Promise<Credentials> {
    this.logins += 1;
    return Promise.resolve({ username: 'AWS', password: 'secret' });
  }
}
