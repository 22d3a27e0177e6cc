import { DEPENDABOT, type GitHubEvent } from '../github/records.ts';

/** From whom an event is, as far as GitHub gives a run less for it. */
export interface Trust {
  /** The token only reads, whatever the workflow asks for, and no OIDC token can be had. */
  readonly readOnly: boolean;
  /** Whether it has the repository's variables. */
  readonly variables: boolean;
}

/**
 * A pull request from a fork gets a read-only token, no secrets and no variables; Dependabot a read-only token and no secrets.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflows-in-forked-repositories
 * https://docs.github.com/code-security/reference/supply-chain-security/dependabot-on-actions
 */
export function trustOf({ name, actor, payload }: GitHubEvent): Trust {
  const fork = name === 'pull_request' && headRepository(payload) !== textAt(payload['repository'], 'full_name');
  const bot = actor === DEPENDABOT && (name === 'pull_request' || name === 'push');
  return { readOnly: fork || bot, variables: !fork };
}

function headRepository(payload: GitHubEvent['payload']): string | undefined {
  return textAt(at(at(payload['pull_request'], 'head'), 'repo'), 'full_name');
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = at(value, key);
  return typeof found === 'string' ? found : undefined;
}
