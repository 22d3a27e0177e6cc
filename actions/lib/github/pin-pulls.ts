import { UserError } from '../errors.ts';
import type { Octokit, Repository } from './octokit.ts';
import { octokitFile, statusOf, updateFile } from './repository-file.ts';

export interface PinPull {
  readonly number: number;
  readonly url: string;
}

/** Pull requests by which promotions change an environment's pin file where the branch takes no commits; the real one is `octokitPinPulls`. */
export interface PinPulls {
  /**
   * Opens one, or finds the one that an earlier attempt of the same run has opened.
   *
   * @param change of the pin file, as it is on the branch that it is to be merged into
   */
  open(pull: {
    readonly title: string;
    readonly body: string;
    readonly change: (text: string | undefined) => string;
  }): Promise<PinPull>;
  /** The open ones, with the pin file as they would have it. */
  list(): Promise<readonly (PinPull & { readonly text: string })[]>;
}

/** How the branches begin that promotions of an environment make. */
export function pinBranchPrefix(environment: string): string {
  return `promote/${environment}-`;
}

export function octokitPinPulls(
  github: Octokit,
  repository: Repository,
  {
    environment,
    path,
    base,
    runId,
  }: { readonly environment: string; readonly path: string; readonly base: string; readonly runId: number },
): PinPulls {
  const branch = `${pinBranchPrefix(environment)}${runId}`;
  const openPulls = (filter: { readonly head?: string }) =>
    github.paginate(github.rest.pulls.list, { ...repository, ...filter, base, state: 'open', per_page: 100 });
  return {
    async open({ title, body, change }) {
      const { data } = await github.rest.git.getRef({ ...repository, ref: `heads/${base}` });
      try {
        await github.rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha: data.object.sha });
      } catch (error) {
        // An earlier attempt of this run has made it.
        if (!isAlreadyThere(error)) throw error;
      }
      const result = await updateFile(octokitFile(github, repository, path, branch), change, title);
      if (result.kind === 'protected') {
        throw new UserError(
          `The branch ${branch} takes no commits by this workflow.`,
          'Let a rule of the repository leave out branches that begin with "promote/".',
        );
      }
      const [found] = await openPulls({ head: `${repository.owner}:${branch}` });
      if (found !== undefined) return { number: found.number, url: found.html_url };
      try {
        const { data: made } = await github.rest.pulls.create({ ...repository, head: branch, base, title, body });
        return { number: made.number, url: made.html_url };
      } catch (error) {
        if (!(error instanceof Error) || statusOf(error) !== 403 || !error.message.includes('not permitted to create'))
          throw error;
        throw new UserError(
          `GitHub does not let this workflow open a pull request; the pin is on the branch ${branch}.`,
          'Allow it (Settings, Actions, General: "Allow GitHub Actions to create and approve pull requests"), or open the pull request by hand.',
          { cause: error },
        );
      }
    },
    async list() {
      const pulls = await openPulls({});
      // One from a fork can have any name.
      const ours = pulls.filter(
        ({ head }) =>
          head.ref.startsWith(pinBranchPrefix(environment)) &&
          head.repo?.full_name.toLowerCase() === `${repository.owner}/${repository.repo}`.toLowerCase(),
      );
      const found = await Promise.all(
        ours.map(async ({ number, html_url: url, head }) => {
          const file = await octokitFile(github, repository, path, head.ref).read();
          return file === undefined ? [] : [{ number, url, text: file.text }];
        }),
      );
      return found.flat();
    },
  };
}

/** Source: https://docs.github.com/en/rest/git/refs#create-a-reference */
function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && statusOf(error) === 422 && /already exists/i.test(error.message);
}
