import { context, getOctokit } from '@actions/github';
import type { Comment, CommentApi } from './comments.ts';

export type Octokit = ReturnType<typeof getOctokit>;

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export function octokit(token: string): Octokit {
  return getOctokit(token, { baseUrl: context.apiUrl });
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
