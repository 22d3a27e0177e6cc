import { context, getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Log } from '../log.ts';
import { actionsLog } from './actions-log.ts';
import type { Comment, CommentApi } from './comments.ts';

export type Octokit = ReturnType<typeof getOctokit>;

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** How often a call that GitHub has put off is made again. */
const PUT_OFF_RETRIES = 3;
/** A rate limit that takes longer than this is not waited for: a run costs money while it waits. */
const LONGEST_WAIT_SECONDS = 120;

/** Answers that asking again does not change; a rate limit (429) has rules of its own. */
const FINAL = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/**
 * A client that calls again after a 5xx (3 times, with growing pauses) and, as long as GitHub asks for, after a rate limit.
 *
 * @param baseUrl of the REST API; the one of the workflow's GitHub by default
 */
export function octokit(token: string, log: Pick<Log, 'warning'> = actionsLog, baseUrl = context.apiUrl): Octokit {
  const waits =
    (kind: string) =>
    (seconds: number, { method, url }: Called, _: unknown, retries: number) => {
      const again = retries < PUT_OFF_RETRIES && seconds <= LONGEST_WAIT_SECONDS;
      log.warning(`GitHub's ${kind} is reached at ${method} ${url}: ${again ? `again in ${seconds} s` : 'given up'}.`);
      return again;
    };
  return getOctokit(
    token,
    {
      baseUrl,
      retry: { doNotRetry: FINAL },
      throttle: { onRateLimit: waits('rate limit'), onSecondaryRateLimit: waits('secondary rate limit') },
    },
    retry,
    throttling,
  );
}

interface Called {
  readonly method: string;
  readonly url: string;
}

export function octokitComments(github: Octokit, repository: Repository, issueNumber: number): CommentApi {
  const toComment = (data: { id: number; body?: string | undefined; user: { login: string } | null }): Comment => ({
    id: data.id,
    body: data.body ?? '',
    author: data.user?.login ?? '',
  });
  return {
    async list() {
      const comments = await github.paginate(github.rest.issues.listComments, {
        ...repository,
        issue_number: issueNumber,
        per_page: 100,
      });
      return comments.map((data) => toComment(data)).toSorted((left, right) => left.id - right.id);
    },
    async create(body) {
      const { data } = await github.rest.issues.createComment({ ...repository, issue_number: issueNumber, body });
      return toComment(data);
    },
    async update(id, body) {
      await github.rest.issues.updateComment({ ...repository, comment_id: id, body });
    },
    async delete(id) {
      try {
        await github.rest.issues.deleteComment({ ...repository, comment_id: id });
      } catch (error) {
        // Another run has removed the same double.
        if (!(error instanceof Error && 'status' in error && error.status === 404)) throw error;
      }
    },
  };
}
