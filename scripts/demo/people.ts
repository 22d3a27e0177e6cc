import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { UserError } from '../../actions/lib/errors.ts';
import type { QueuedPull } from '../sandbox/github/merge-queue.ts';
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

export interface ListedRun {
  readonly id: number;
  readonly name: string;
  /** Path of the workflow file. */
  readonly workflow: string;
  readonly event: string;
  /** Of a pull request its own commit, of anything else the commit that it runs on. */
  readonly sha: string;
  readonly attempt: number;
  readonly status: string;
  /** Empty while it goes on. */
  readonly conclusion: string;
}

export interface ListedIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly open: boolean;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
}

export interface ListedDeployment {
  readonly id: number;
  readonly sha: string;
  /** `deploy` for those that GitHub makes for a job with an environment. */
  readonly task: string;
  readonly author: string;
  /** All that was said of it, newest first. */
  readonly states: readonly string[];
}

export interface RunWanted {
  /** File name: `main.yml`. */
  readonly workflow?: string;
  readonly sha?: string;
  readonly event?: string;
  /** Only runs that are newer than this one (`lastRunId`). */
  readonly after?: number;
  /** Of a run that is run again: at least this attempt. */
  readonly attempt?: number;
}

type ReachableGitHub = Pick<SandboxInfo, 'githubApiUrl' | 'githubUrl' | 'owner' | 'repo' | 'userToken' | 'runsDir'>;

// The checks of a pull request take their time on a small machine.
const RUN_LIMIT_MS = 30 * 60_000;

/** What people do at GitHub's pages, through its REST API. */
export class People {
  readonly #github: ReturnType<typeof getOctokit>;
  readonly #repository: { owner: string; repo: string };
  readonly #runsDir: string;
  readonly #sandboxUrl: string;

  constructor({ githubApiUrl, githubUrl, owner, repo, userToken, runsDir }: ReachableGitHub) {
    this.#github = getOctokit(userToken, { baseUrl: githubApiUrl });
    this.#repository = { owner, repo };
    this.#runsDir = runsDir;
    this.#sandboxUrl = `${githubUrl}/_sandbox`;
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

  async closePull(number: number): Promise<void> {
    await this.#github.rest.pulls.update({ ...this.#repository, pull_number: number, state: 'closed' });
  }

  /** The issues by this account, without pull requests, newest first. */
  async issues(author: string, state: 'open' | 'closed' | 'all' = 'open'): Promise<readonly ListedIssue[]> {
    const found = await this.#github.paginate(this.#github.rest.issues.listForRepo, {
      ...this.#repository,
      creator: author,
      state,
      per_page: 100,
    });
    return found
      .filter(({ pull_request: pull }) => pull === undefined)
      .map((issue) => ({
        ...{ number: issue.number, title: issue.title, body: issue.body ?? '', open: issue.state === 'open' },
        author: issue.user?.login ?? '',
        labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
        assignees: (issue.assignees ?? []).map(({ login }) => login),
      }));
  }

  /** Writes a comment, and answers its id. */
  async comment(number: number, body: string): Promise<number> {
    const { data } = await this.#github.rest.issues.createComment({ ...this.#repository, issue_number: number, body });
    return data.id;
  }

  async editComment(id: number, body: string): Promise<void> {
    await this.#github.rest.issues.updateComment({ ...this.#repository, comment_id: id, body });
  }

  async label(number: number, name: string): Promise<void> {
    await this.#github.rest.issues.addLabels({ ...this.#repository, issue_number: number, labels: [name] });
  }

  async unlabel(number: number, name: string): Promise<void> {
    await this.#github.rest.issues.removeLabel({ ...this.#repository, issue_number: number, name });
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

  /** The deployments of an environment, newest first. */
  async deployments(environment: string): Promise<readonly ListedDeployment[]> {
    const { repos } = this.#github.rest;
    const wanted = { ...this.#repository, environment, per_page: 100 };
    const found = await this.#github.paginate(repos.listDeployments, wanted);
    return Promise.all(
      found.map(async ({ id, sha, task, creator }) => {
        const of = { ...this.#repository, deployment_id: id, per_page: 100 };
        const statuses = await this.#github.paginate(repos.listDeploymentStatuses, of);
        return { id, sha, task, author: creator?.login ?? '', states: statuses.map(({ state }) => state) };
      }),
    );
  }

  /** Puts pull requests into the merge queue, in this order, and waits until each has left it. */
  async mergeQueue(
    pulls: readonly number[],
    signal: AbortSignal,
    method: QueuedPull['method'] = 'merge',
  ): Promise<readonly QueuedPull[]> {
    let { entries } = await this.#tell<Queue>('POST', 'merge-queue', { pulls, method });
    for (;;) {
      // One may have been there before.
      const last = pulls.flatMap((pull) => entries.findLast((entry) => entry.pull === pull) ?? []);
      if (last.every(({ state }) => state === 'merged' || state === 'removed')) return last;
      await delay(200, undefined, { signal });
      ({ entries } = await this.#tell<Queue>('GET', 'merge-queue'));
    }
  }

  /** What the clock does: starts a workflow that has a schedule, and answers its runs. */
  async schedule(workflow: string): Promise<readonly number[]> {
    return (await this.#tell<{ runs: readonly number[] }>('POST', 'schedule', { workflow })).runs;
  }

  async fileOnMain(path: string): Promise<string> {
    const { data } = await this.#github.rest.repos.getContent({ ...this.#repository, path, ref: 'main' });
    if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} is not a file.`);
    return Buffer.from(data.content, 'base64').toString('utf8');
  }

  async rerun(run: number): Promise<void> {
    await this.#github.rest.actions.reRunWorkflow({ ...this.#repository, run_id: run });
  }

  async cancel(run: number): Promise<void> {
    await this.#github.rest.actions.cancelWorkflowRun({ ...this.#repository, run_id: run });
  }

  /** All runs, newest first. */
  async runs(): Promise<readonly ListedRun[]> {
    const listed = { ...this.#repository, per_page: 100 };
    const found = await this.#github.paginate(this.#github.rest.actions.listWorkflowRunsForRepo, listed);
    return found.map((run) => ({
      ...{ id: run.id, name: run.name ?? '', workflow: run.path, event: run.event, sha: run.head_sha },
      ...{ attempt: run.run_attempt ?? 1, status: run.status ?? '', conclusion: run.conclusion ?? '' },
    }));
  }

  /** For `waitForRunOf`; 0 if there has been none. */
  async lastRunId(): Promise<number> {
    return Math.max(0, ...(await this.runs()).map(({ id }) => id));
  }

  /** Waits for the end of the oldest run that is as wanted, however it ends. */
  async waitForRunOf(wanted: RunWanted, signal: AbortSignal): Promise<ListedRun> {
    const end = Date.now() + RUN_LIMIT_MS;
    while (Date.now() < end) {
      const run = (await this.runs()).findLast((candidate) => isWanted(candidate, wanted));
      if (run?.status === 'completed') return run;
      await delay(200, undefined, { signal });
    }
    throw new UserError(
      `No run as ${JSON.stringify(wanted)} ended in half an hour.`,
      `Logs are below ${this.#runsDir}.`,
    );
  }

  /** What a job has written, by its name: `plan (test)`, or `test / apply` for one of a called workflow. */
  async jobLog(run: number, job: string): Promise<string> {
    const { actions } = this.#github.rest;
    const of = { ...this.#repository, run_id: run, per_page: 100 };
    const jobs = await this.#github.paginate(actions.listJobsForWorkflowRun, of);
    const found = jobs.find(({ name }) => name === job);
    if (found === undefined) {
      throw new Error(`Run ${run} has no job "${job}", but ${jobs.map(({ name }) => `"${name}"`).join(', ')}.`);
    }
    const log = await actions.downloadJobLogsForWorkflowRun({ ...this.#repository, job_id: found.id });
    return String(log.data);
  }

  /** What its jobs have written for people; empty if nothing. */
  async summary(run: number): Promise<string> {
    const file = join(this.#runsDir, String(run), 'summary.md');
    return existsSync(file) ? readFile(file, 'utf8') : '';
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
    throw new UserError('A workflow run did not end in half an hour.', `Its log is below ${this.#runsDir}.`);
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
  async #tell<T>(method: 'GET' | 'POST', name: string, body?: object): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.#sandboxUrl}/${name}`, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox answers ${response.status}: ${text}`);
    const answer: T = JSON.parse(text);
    return answer;
  }
}

interface Queue {
  readonly entries: readonly QueuedPull[];
}

function isWanted(run: ListedRun, { workflow, sha, event, after = 0, attempt = 1 }: RunWanted): boolean {
  return (
    (workflow === undefined || run.workflow.endsWith(`/${workflow}`)) &&
    (sha ?? run.sha) === run.sha &&
    (event ?? run.event) === run.event &&
    run.id > after &&
    run.attempt >= attempt
  );
}
