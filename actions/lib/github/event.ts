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

/** The page of the run that is going on. */
export function runUrl(): string {
  const { serverUrl, repo, runId } = context;
  return `${serverUrl}/${repo.owner}/${repo.repo}/actions/runs/${runId}`;
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
