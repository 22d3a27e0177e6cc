import { context } from '@actions/github';

/** What the event says about the pull request, as far as the actions need it. */
export interface PullRequest {
  readonly number: number;
  /** Why this run's token may not write comments, if so: GitHub gives a read-only token to forks and to Dependabot. */
  readonly readOnly?: string;
}

/** The webhook payload is outside input: every field is looked at before it is used. */
export function pullRequestOf(payload: unknown, actor: string): PullRequest | undefined {
  const pull = get(payload, 'pull_request');
  const number = get(pull, 'number');
  if (typeof number !== 'number') return undefined;
  const headRepository = get(get(get(pull, 'head'), 'repo'), 'full_name');
  const repository = get(get(payload, 'repository'), 'full_name');
  const readOnly =
    headRepository !== repository
      ? 'the pull request comes from a fork'
      : actor === 'dependabot[bot]'
        ? 'Dependabot has a read-only token'
        : undefined;
  return { number, ...(readOnly === undefined ? {} : { readOnly }) };
}

/** The branch that is applied; `main` for an event that does not name it. */
export function defaultBranch(payload: unknown): string {
  const name = get(get(payload, 'repository'), 'default_branch');
  return typeof name === 'string' ? name : 'main';
}

export interface QueuedPull {
  readonly number: number;
  /** The commit that the queue has merged it onto: `main`, or what waits before it. */
  readonly base: string;
}

/** The pull request that a merge queue wants to merge; the branch that it makes for that carries its number. */
export function queuedPull(payload: unknown): QueuedPull | undefined {
  const group = get(payload, 'merge_group');
  const [ref, base] = [get(group, 'head_ref'), get(group, 'base_sha')];
  if (typeof ref !== 'string' || typeof base !== 'string') return undefined;
  const number = /\/pr-(\d+)-[0-9a-f]{40}$/.exec(ref)?.[1];
  if (number === undefined) throw new Error(`The merge queue's branch ${ref} names no pull request.`);
  return { number: Number(number), base };
}

/** The page of the run that is going on. */
export function runUrl(): string {
  const { serverUrl, repo, runId } = context;
  return `${serverUrl}/${repo.owner}/${repo.repo}/actions/runs/${runId}`;
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
