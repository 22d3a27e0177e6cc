import type { CommitResult, FileVersion, RepositoryFile } from '../../github/repository-file.ts';

/** One file of a branch in memory, with its commits. */
export class FakeFile implements RepositoryFile {
  readonly path: string;
  readonly messages: string[] = [];
  /** Called before each commit, for what happens in between. */
  beforeCommit: () => void | Promise<void> = () => undefined;
  /** Whether the branch takes no commits. */
  isProtected = false;
  text: string | undefined;

  constructor(path: string, text?: string) {
    this.path = path;
    this.text = text;
  }

  read(): Promise<FileVersion | undefined> {
    return Promise.resolve(this.text === undefined ? undefined : { text: this.text, sha: sha(this.text) });
  }

  async commit(text: string, message: string, previous: string | undefined): Promise<CommitResult> {
    await this.beforeCommit();
    if (this.isProtected) return 'protected';
    if (previous !== (this.text === undefined ? undefined : sha(this.text))) return 'conflict';
    this.text = text;
    this.messages.push(message);
    return { commit: `c0ffee${this.messages.length}` };
  }
}

function sha(text: string): string {
  return `blob of ${text}`;
}
