import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { UserError } from '../../actions/lib/errors.ts';
import type { SandboxInfo } from '../sandbox/state.ts';

export interface FinishedRun {
  readonly id: number;
  readonly name: string;
  readonly seconds: number;
}

export interface PostedComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly edited: boolean;
}

const RUN_LIMIT_MS = 10 * 60_000;

/** What people do at GitHub's pages, through its REST API. */
export class People {
  readonly #github: ReturnType<typeof getOctokit>;
  readonly #repository: { owner: string; repo: string };
  readonly #runsDir: string;

  constructor({ githubApiUrl, owner, repo, userToken, runsDir }: SandboxInfo) {
    this.#github = getOctokit(userToken, { baseUrl: githubApiUrl });
    this.#repository = { owner, repo };
    this.#runsDir = runsDir;
  }

  async openPullRequest(branch: string, title: string, body: string): Promise<number> {
    const { data } = await this.#github.rest.pulls.create({
      ...this.#repository,
      head: branch,
      base: 'main',
      title,
      body,
    });
    return data.number;
  }

  async merge(number: number): Promise<string> {
    const { data } = await this.#github.rest.pulls.merge({ ...this.#repository, pull_number: number });
    return data.sha;
  }

  /** The open issues by this account. */
  async issues(author: string): Promise<readonly { readonly title: string; readonly body: string }[]> {
    const found = await this.#github.paginate(this.#github.rest.issues.listForRepo, {
      ...this.#repository,
      creator: author,
      state: 'open',
      per_page: 100,
    });
    return found
      .filter(({ pull_request: pull }) => pull === undefined)
      .map(({ title, body }) => ({ title, body: body ?? '' }));
  }

  async dispatch(workflow: string, inputs: Record<string, string>): Promise<void> {
    await this.#github.rest.actions.createWorkflowDispatch({
      ...this.#repository,
      workflow_id: workflow,
      ref: 'main',
      inputs,
    });
  }

  async comments(number: number): Promise<readonly PostedComment[]> {
    const found = await this.#github.paginate(this.#github.rest.issues.listComments, {
      ...this.#repository,
      issue_number: number,
      per_page: 100,
    });
    return found.map((comment) => ({
      id: comment.id,
      author: comment.user?.login ?? '',
      body: comment.body ?? '',
      edited: comment.created_at !== comment.updated_at,
    }));
  }

  async fileOnMain(path: string): Promise<string> {
    const { data } = await this.#github.rest.repos.getContent({ ...this.#repository, path, ref: 'main' });
    if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} is not a file.`);
    return Buffer.from(data.content, 'base64').toString('utf8');
  }

  /** How many runs there have been, for `waitForRun`. */
  async runCount(): Promise<number> {
    const { data } = await this.#github.rest.actions.listWorkflowRunsForRepo({ ...this.#repository, per_page: 1 });
    return data.total_count;
  }

  /**
   * Waits for the end of the run that comes after the first `count`.
   *
   * @throws UserError with the end of its log unless it ends as expected.
   */
  async waitForRun(
    count: number,
    signal: AbortSignal,
    expected: 'success' | 'failure' = 'success',
  ): Promise<FinishedRun> {
    const started = Date.now();
    while (Date.now() - started < RUN_LIMIT_MS) {
      signal.throwIfAborted();
      const { data } = await this.#github.rest.actions.listWorkflowRunsForRepo({ ...this.#repository, per_page: 100 });
      const run = data.workflow_runs.toSorted((left, right) => left.id - right.id)[count];
      if (run?.status === 'completed') {
        if (run.conclusion !== expected) throw await this.#failed(run.id, run.name ?? '', run.conclusion);
        return { id: run.id, name: run.name ?? '', seconds: (Date.now() - started) / 1000 };
      }
      await delay(200, undefined, { signal });
    }
    throw new UserError('A workflow run did not end in ten minutes.', `Its log is below ${this.#runsDir}.`);
  }

  /** What a person would look at first: the end of the log of each job that failed. */
  async #failed(id: number, name: string, conclusion: string | null): Promise<UserError> {
    const { data } = await this.#github.rest.actions.listJobsForWorkflowRun({ ...this.#repository, run_id: id });
    const failed = data.jobs.filter((job) => job.conclusion === 'failure');
    const logs = await Promise.all(
      failed.map(async (job) => {
        const log = await this.#github.rest.actions.downloadJobLogsForWorkflowRun({
          ...this.#repository,
          job_id: job.id,
        });
        return `\n--- ${job.name} ---\n${String(log.data).trimEnd().split('\n').slice(-60).join('\n')}`;
      }),
    );
    return new UserError(
      `The run "${name}" ended with ${conclusion ?? 'nothing'}.${logs.join('\n')}\n`,
      `All that it left is in ${join(this.#runsDir, String(id))}.`,
    );
  }
}
