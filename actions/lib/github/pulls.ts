import type { QueuedPull } from './event.ts';
import type { Octokit, Repository } from './octokit.ts';

export interface Pull {
  readonly number: number;
  readonly title: string;
  /** The newest commit of its branch; for a merged one, what was merged. */
  readonly head: string;
  readonly labels: readonly string[];
}

/** Pull requests to one branch; the real one is `octokitPulls`. */
export interface Pulls {
  /** Those that brought a commit to the branch. */
  mergedBy(commit: string): Promise<readonly Pull[]>;
  one(number: number): Promise<Pull>;
  /** A pull request in the merge queue, after those that wait before it. */
  queued(pull: QueuedPull): Promise<readonly Pull[]>;
  /** All open ones, every page. */
  open(): Promise<readonly Pull[]>;
}

export function octokitPulls(github: Octokit, repository: Repository, branch: string): Pulls {
  const toPull = (data: {
    number: number;
    title: string;
    head: { sha: string };
    labels: readonly { name?: string }[];
  }): Pull => ({
    number: data.number,
    title: data.title,
    head: data.head.sha,
    labels: data.labels.flatMap(({ name }) => name ?? []),
  });
  const one = async (number: number): Promise<Pull> => {
    const { data } = await github.rest.pulls.get({ ...repository, pull_number: number });
    return toPull(data);
  };
  return {
    one,
    async mergedBy(commit) {
      const pulls = await github.paginate(github.rest.repos.listPullRequestsAssociatedWithCommit, {
        ...repository,
        commit_sha: commit,
        per_page: 100,
      });
      return pulls
        .filter(({ merged_at: merged, base }) => merged !== null && base.ref === branch)
        .map((data) => toPull(data));
    },
    async queued({ number, base }) {
      const refs = await github.paginate(github.rest.git.listMatchingRefs, {
        ...repository,
        ref: `heads/gh-readonly-queue/${branch}/`,
        per_page: 100,
      });
      // Each waits on the branch of the one before it, down to the default branch itself.
      const numbers = [number];
      for (let below: string | undefined = base; below !== undefined;) {
        const before = refs.find(({ object }) => object.sha === below);
        const [, named, on] = /\/pr-(\d+)-([0-9a-f]{40})$/.exec(before?.ref ?? '') ?? [];
        if (named !== undefined) numbers.unshift(Number(named));
        below = on;
      }
      return Promise.all(numbers.map((queued) => one(queued)));
    },
    async open() {
      const pulls = await github.paginate(github.rest.pulls.list, {
        ...repository,
        base: branch,
        state: 'open',
        per_page: 100,
      });
      return pulls.map((data) => toPull(data));
    },
  };
}
