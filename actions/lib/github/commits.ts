import type { Octokit, Repository } from './octokit.ts';

/** How a commit stands to another one: `ahead` is newer and holds it, `diverged` holds other things instead. */
export type Standing = 'identical' | 'ahead' | 'behind' | 'diverged';

/** What GitHub knows of a repository's commits; the real one is `octokitCommits`. */
export interface Commits {
  /** The whole id of a commit that may be shortened; `undefined` if there is none. */
  resolve(commit: string): Promise<string | undefined>;
  /** How `head` stands to `base`; `undefined` if one of them is not there. */
  compare(base: string, head: string): Promise<Standing | undefined>;
}

/** Needs contents read. */
export function octokitCommits(github: Octokit, repository: Repository): Commits {
  return {
    resolve: (ref) =>
      orUndefined(async () => (await github.rest.repos.getCommit({ ...repository, ref, per_page: 1 })).data.sha),
    compare: (base, head) =>
      orUndefined(async () => {
        const { data } = await github.rest.repos.compareCommitsWithBasehead({
          ...repository,
          basehead: `${base}...${head}`,
          per_page: 1,
        });
        return data.status;
      }),
  };
}

async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    // 422: GitHub's answer to what has the shape of a commit and is none.
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    if (status === 404 || status === 422) return undefined;
    throw error;
  }
}
