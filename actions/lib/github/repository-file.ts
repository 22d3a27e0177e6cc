import { UserError } from '../errors.ts';
import type { Octokit, Repository } from './octokit.ts';

export interface FileVersion {
  readonly text: string;
  /** The blob's id; writing with an old one is refused. */
  readonly sha: string;
}

/** One file on one branch; the real one is `octokitFile`. */
export interface RepositoryFile {
  readonly path: string;
  read(): Promise<FileVersion | undefined>;
  /** Commits the text and answers the commit; `conflict` if the file changed since it was read, `protected` if the branch takes no commits. */
  commit(text: string, message: string, previous: string | undefined): Promise<CommitResult>;
}

export type CommitResult = { readonly commit: string } | 'conflict' | 'protected';

export function octokitFile(github: Octokit, repository: Repository, path: string, branch: string): RepositoryFile {
  return {
    path,
    async read() {
      try {
        const { data } = await github.rest.repos.getContent({ ...repository, path, ref: branch });
        if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} is not a file on ${branch}.`);
        return { text: Buffer.from(data.content, 'base64').toString('utf8'), sha: data.sha };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async commit(text, message, previous) {
      try {
        const { data } = await github.rest.repos.createOrUpdateFileContents({
          ...repository,
          path,
          branch,
          message,
          content: Buffer.from(text).toString('base64'),
          ...(previous === undefined ? {} : { sha: previous }),
        });
        return { commit: data.commit.sha ?? '' };
      } catch (error) {
        if (isProtection(error)) return 'protected';
        // 422 without a `sha`: somebody else has created the file meanwhile.
        if (statusOf(error) === 409 || (statusOf(error) === 422 && previous === undefined)) return 'conflict';
        throw error;
      }
    },
  };
}

/** `unchanged` if `change` left the text as it was; `protected` with what would have been written. */
export type UpdateResult =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'committed'; readonly commit: string }
  | { readonly kind: 'protected' };

/** Reads, changes and commits a file until nobody came in between. */
export async function updateFile(
  file: RepositoryFile,
  change: (text: string | undefined) => string,
  message: string,
): Promise<UpdateResult> {
  const attempts = 5;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await file.read();
    const text = change(before?.text);
    if (text === before?.text) return { kind: 'unchanged' };
    const result = await file.commit(text, message, before?.sha);
    if (result === 'protected') return { kind: 'protected' };
    if (result !== 'conflict') return { kind: 'committed', commit: result.commit };
  }
  throw new UserError(
    `${file.path} could not be committed: it changed ${attempts} times meanwhile.`,
    'Run this again: what has moved already is only pinned.',
  );
}

/**
 * GitHub has no one status for a branch that is protected: classic protection answers 403, 409 or 422 with the rule that is not met, a
 * ruleset 409 or 422 with "Repository rule violations found". The words, and the page that it points to, tell it from a conflict
 * and from a token that may not write at all.
 * Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository
 */
const PROTECTION = [
  /about-protected-branches/,
  /protected branch/i,
  /rule violations found/i,
  /required status checks?\b/i,
  /approving reviews? (is|are) required/i,
  /through (a pull request|the merge queue)/i,
  /not authorized to push to this branch/i,
];

export function isProtection(error: unknown): boolean {
  const status = statusOf(error);
  if (!(error instanceof Error) || (status !== 403 && status !== 409 && status !== 422)) return false;
  // `octokit` puts the page behind the message.
  return PROTECTION.some((words) => words.test(error.message));
}

export function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined;
}
