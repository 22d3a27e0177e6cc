import { ApiError } from './answers.ts';
import type { Operation } from './contract.ts';
import type { Hub } from './hub.ts';
import type { Account, IssueRecord } from './records.ts';

/** Any one of the scopes, at this level. */
interface Need {
  scopes: readonly string[];
  level: 'read' | 'write';
}

/** What somebody without rights in the repository may do with a public one; the rest of it only with what is their own. */
const ANYBODY = new Set(['issues/create', 'issues/create-comment', 'pulls/create']);
/** What any token may read. */
const METADATA = new Set(['repos/get', 'repos/get-collaborator-permission-level', 'repos/get-branch-rules']);
const AUTHOR = new Set(['issues/update', 'issues/update-comment', 'issues/delete-comment', 'pulls/update']);

/**
 * Refuses what GitHub would refuse this account: changes without a token, by a read-only one, by a workflow without the
 * permission, by somebody who only has a fork. As in a private repository, a workflow needs the permission to read as well.
 */
export function requireAccess(hub: Hub, actor: Account, method: string, { id, path }: Operation): void {
  const changes = method !== 'GET';
  if (changes && actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
  if (actor.kind === 'actions') return requireScope(actor, needOf(id, method, issueOf(hub, path)));
  if (!changes || !hub.store.state.forks.includes(actor.login) || ANYBODY.has(id)) return;
  if (AUTHOR.has(id) && authorOf(hub, path) === actor.login) return;
  throw new ApiError(403, 'Must have push access to repository');
}

/** Refuses a push by git; `fork` is whose it goes to, undefined for the repository itself. */
export function requirePush(hub: Hub, actor: Account, fork: string | undefined): void {
  if (actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
  if (actor.kind === 'actions') requireScope(actor, { scopes: ['contents'], level: 'write' });
  const mayPush = fork === undefined ? !hub.store.state.forks.includes(actor.login) : actor.login === fork;
  const repository = `${fork ?? hub.owner}/${hub.repo}`;
  if (!mayPush) throw new ApiError(403, `Permission to ${repository}.git denied to ${actor.login}.`);
}

function requireScope({ readOnly, permissions }: Account, need: Need | undefined): void {
  if (need === undefined) return;
  const { scopes, level } = need;
  const granted = scopes.some((scope) => {
    const given = permissions === undefined ? 'write' : permissions[scope];
    return given !== undefined && (level === 'read' || (given === 'write' && !readOnly));
  });
  if (granted) return;
  const refusal = new ApiError(403, 'Resource not accessible by integration');
  // GitHub says in this header what would have been enough.
  refusal.headers = {
    'x-accepted-github-permissions': scopes.map((scope) => `${scope.replaceAll('-', '_')}=${level}`).join('; '),
  };
  throw refusal;
}

/** https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens */
function needOf(id: string, method: string, issue: IssueRecord | undefined): Need | undefined {
  const scopes = scopesOf(id, issue);
  return scopes === undefined ? undefined : { scopes, level: method === 'GET' ? 'read' : 'write' };
}

function scopesOf(id: string, issue: IssueRecord | undefined): readonly string[] | undefined {
  const [category = ''] = id.split('/');
  if (METADATA.has(id)) return undefined;
  if (id === 'repos/list-pull-requests-associated-with-commit') return ['pull-requests'];
  if (id === 'pulls/merge') return ['contents'];
  if (id.includes('deployment')) return ['deployments'];
  // Comments, labels and assignees of a pull request are open to both.
  if (category === 'issues') {
    return issue?.pull === undefined && !/label/.test(id) ? ['issues'] : ['issues', 'pull-requests'];
  }
  const byCategory: Record<string, readonly string[]> = {
    actions: ['actions'],
    git: ['contents'],
    pulls: ['pull-requests'],
    repos: ['contents'],
  };
  return byCategory[category];
}

function issueOf({ store }: Hub, path: Operation['path']): IssueRecord | undefined {
  const comment = store.state.comments.find(({ id }) => String(id) === String(path['comment_id']));
  const number = comment?.issue ?? path['issue_number'] ?? path['pull_number'];
  return store.state.issues.find((entry) => String(entry.number) === String(number));
}

function authorOf(hub: Hub, path: Operation['path']): string | undefined {
  const comment = hub.store.state.comments.find(({ id }) => String(id) === String(path['comment_id']));
  return comment?.author ?? issueOf(hub, path)?.author;
}
