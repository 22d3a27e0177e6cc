import type { Octokit, Repository } from './octokit.ts';

/**
 * The task of our own deployments. GitHub makes one with the task `deploy` for every job with an `environment`, a promotion's
 * too, so those do not say what was applied.
 */
export const APPLY_TASK = 'terraform-apply';

/** The task of deployments that say which commit the service was released from. */
export const RELEASE_TASK = 'release';

export interface Applied {
  readonly sha: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface Unfinished extends Applied {
  /** `running`: nobody has said yet how it ended; its runner may have been killed. */
  readonly state: 'failed' | 'running';
  readonly runUrl?: string;
  /** The API deployments that have to be made once more, since parts of the API were removed by it (see `redeploy.ts`). */
  readonly redeploy: readonly string[];
}

/** How far an environment is. */
export interface EnvironmentState {
  /** What was last applied completely, if anything ever was. */
  readonly applied?: Applied;
  /** The newest apply after that one, if it did not end well. */
  readonly unfinished?: Unfinished;
}

/** GitHub's deployments by applies; the real one is `octokitDeployments`. */
export interface Deployments {
  state(environment: string): Promise<EnvironmentState>;
  /** @returns the deployment's id, in progress. */
  start(apply: {
    readonly environment: string;
    readonly sha: string;
    readonly digest: string;
    readonly redeploy: readonly string[];
  }): Promise<number>;
  finish(id: number, outcome: { readonly ok: boolean; readonly description: string }): Promise<void>;
}

/** @param author whose deployments count: anybody who may write to the repository can make one */
export function octokitDeployments(
  github: Octokit,
  repository: Repository,
  { author, runUrl }: { readonly author: string; readonly runUrl: string },
): Deployments {
  const write = writer(github, repository, runUrl);
  return {
    async state(environment) {
      let unfinished: Unfinished | undefined;
      // Of every apply since the last one that went through: what an earlier one owes is owed by a later one, too.
      const redeploy: string[] = [];
      const pages = github.paginate.iterator(github.rest.repos.listDeployments, {
        ...repository,
        environment,
        task: APPLY_TASK,
        per_page: 30,
      });
      for await (const { data } of pages) {
        for (const { id, sha, created_at, creator, payload } of data.filter(
          ({ creator: by }) => by?.login === author,
        )) {
          const statuses = await github.paginate(github.rest.repos.listDeploymentStatuses, {
            ...repository,
            deployment_id: id,
            per_page: 100,
          });
          // A later success makes an earlier one inactive: that it was one stays in its history.
          const said = (state: string): boolean =>
            statuses.some((entry) => entry.state === state && entry.creator?.login === creator?.login);
          if (said('success')) {
            const applied = { sha, at: created_at };
            return unfinished === undefined ? { applied } : { applied, unfinished: { ...unfinished, redeploy } };
          }
          const log = statuses.find(({ log_url: url }) => url !== undefined && url !== '')?.log_url;
          unfinished ??= {
            sha,
            at: created_at,
            state: said('failure') || said('error') ? 'failed' : 'running',
            ...(log === undefined ? {} : { runUrl: log }),
            redeploy: [],
          };
          redeploy.push(...redeployOf(payload));
        }
      }
      return unfinished === undefined ? {} : { unfinished: { ...unfinished, redeploy } };
    },

    start: ({ environment, sha, digest, redeploy }) =>
      write.begin({
        ...{ environment, ref: sha, task: APPLY_TASK, payload: { digest, redeploy }, description: 'Terraform apply' },
        saying: 'Applying',
      }),

    finish: (id, { ok, description }) => write.status(id, ok ? 'success' : 'failure', description),
  };
}

/** `failure`: the release failed; `error`: it was not followed to its end. */
export type ReleaseEnd = 'success' | 'failure' | 'error';

/** GitHub's deployments by releases; the real one is `octokitReleases`. */
export interface Releases {
  /** The newest one that went through. @param author whose count: anybody who may write to the repository can make one */
  last(environment: string, author: string): Promise<Applied | undefined>;
  /** @returns the deployment's id, in progress. */
  start(release: { readonly environment: string; readonly sha: string }): Promise<number>;
  finish(id: number, end: ReleaseEnd, description: string): Promise<void>;
}

export function octokitReleases(github: Octokit, repository: Repository, runUrl: string): Releases {
  const write = writer(github, repository, runUrl);
  return {
    async last(environment, author) {
      const pages = github.paginate.iterator(github.rest.repos.listDeployments, {
        ...repository,
        environment,
        task: RELEASE_TASK,
        per_page: 30,
      });
      for await (const { data } of pages) {
        for (const { id, sha, created_at: at, creator } of data) {
          if (creator?.login !== author) continue;
          const statuses = await github.paginate(github.rest.repos.listDeploymentStatuses, {
            ...repository,
            deployment_id: id,
            per_page: 100,
          });
          // Its history: a later deployment to the environment, of whatever task, makes it inactive.
          if (statuses.some((entry) => entry.state === 'success' && entry.creator?.login === author)) {
            return { sha, at };
          }
        }
      }
      return undefined;
    },
    start: ({ environment, sha }) =>
      write.begin({
        ...{ environment, ref: sha, task: RELEASE_TASK, description: 'Release of the service' },
        saying: 'Releasing',
      }),
    finish: write.status,
  };
}

interface NewDeployment {
  readonly environment: string;
  readonly ref: string;
  readonly task: string;
  readonly description: string;
  readonly payload?: Record<string, unknown>;
  /** What its first status says. */
  readonly saying: string;
}

function writer(github: Octokit, repository: Repository, runUrl: string) {
  const status = async (id: number, state: ReleaseEnd | 'in_progress', description: string): Promise<void> => {
    await github.rest.repos.createDeploymentStatus({
      ...repository,
      deployment_id: id,
      state,
      description: description.slice(0, 140),
      log_url: runUrl,
    });
  };
  return {
    status,
    /** @returns the deployment's id, in progress. */
    async begin({ saying, ...deployment }: NewDeployment): Promise<number> {
      const { data } = await github.rest.repos.createDeployment({
        ...repository,
        ...deployment,
        // It is merged already, and what had to be checked was checked before.
        auto_merge: false,
        required_contexts: [],
        production_environment: deployment.environment === 'production',
      });
      if (!('id' in data)) throw new Error(`GitHub made no deployment: ${data.message ?? 'it does not say why'}`);
      await status(data.id, 'in_progress', saying);
      return data.id;
    },
  };
}

/** The payload is ours, and everybody who may write to the repository could have made it. */
function redeployOf(payload: unknown): readonly string[] {
  const parsed: unknown = typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : payload;
  const found: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'redeploy') : undefined;
  return Array.isArray(found) ? found.filter((address) => typeof address === 'string') : [];
}
