import { UserError } from '../errors.ts';
import type { Octokit, Repository } from './octokit.ts';

export interface FileVersion {
  readonly text: string;
  /** The blob's id; writing with an old one is refused. */
  readonly sha: string;
}

/** One file on the default branch; the real one is `octokitFile`. */
export interface RepositoryFile {
  readonly path: string;
  read(): Promise<FileVersion | undefined>;
  /** Commits the text and answers the commit; `conflict` if the file changed since it was read. */
  commit(
    text: string,
    message: string,
    previous: string | undefined,
  ): Promise<{ readonly commit: string } | 'conflict'>;
}

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
        // 422 without a `sha`: somebody else has created the file meanwhile.
        if (statusOf(error) === 409 || (statusOf(error) === 422 && previous === undefined)) return 'conflict';
        throw error;
      }
    },
  };
}

/**
 * Reads, changes and commits a file until nobody came in between.
 *
 * @returns the commit, or `undefined` if `change` left the text as it was
 */
export async function updateFile(
  file: RepositoryFile,
  change: (text: string | undefined) => string,
  message: string,
): Promise<string | undefined> {
  const attempts = 5;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await file.read();
    const text = change(before?.text);
    if (text === before?.text) return undefined;
    const result = await file.commit(text, message, before?.sha);
    if (result !== 'conflict') return result.commit;
  }
  throw new UserError(
    `${file.path} could not be committed: it changed ${attempts} times meanwhile, or the branch does not take commits.`,
    "Run this again; where the branch is protected, let the workflow's account pass or commit the file by hand.",
  );
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined;
}
