import { EMPTY_TREE, ZERO, type Commit } from './git.ts';
import { repoApi, repoHtml, type Hub } from './hub.ts';
import { identity } from './accounts.ts';
import { loginOf, repositoryObject, userObject } from './objects.ts';
import { pullObject } from './pull-object.ts';
import type { Account, GitHubEvent, IssueRecord, PullRecord } from './records.ts';
import { now } from './store.ts';

export type PullIssue = IssueRecord & { pull: PullRecord };
export interface Move {
  ref: string;
  before: string;
  after: string;
}

/** Sends an event; the runs that it starts are left to themselves. */
export function emit(hub: Hub, actor: Account, event: Omit<GitHubEvent, 'actor'>): void {
  void announce(hub, actor, event);
}

/**
 * Sends an event, with repository and sender added to its payload, and answers the runs that it starts. As at GitHub, nothing
 * that the actions token does starts a workflow, except a dispatch.
 */
export function announce(hub: Hub, actor: Account, event: Omit<GitHubEvent, 'actor'>): Promise<readonly number[]> {
  if (actor.kind === 'actions' && event.name !== 'workflow_dispatch') return Promise.resolve([]);
  const shared = { repository: repositoryObject(hub), sender: userObject(hub, actor.login) };
  const payload: Record<string, unknown> = { ...event.payload, ...shared };
  if (event.name === 'push') payload['repository'] = { ...shared.repository, ...pushTimes(hub) };
  const action = typeof payload['action'] === 'string' ? `-${payload['action']}` : '';
  // A schedule is no webhook.
  const name = `${event.name}${action}`.replaceAll('_', '-');
  const wrong = event.name === 'schedule' ? [] : hub.contract.webhook(name, payload);
  if (wrong.length > 0) throw new Error(`The sandbox made a ${event.name} event unlike GitHub's: ${wrong.join('; ')}`);
  return Promise.resolve(hub.onEvent({ ...event, actor: actor.login, payload })).then((runs) => runs ?? []);
}

// In push events alone, GitHub writes these two as seconds.
function pushTimes({ store }: Hub): { created_at: number; pushed_at: number } {
  const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);
  return { created_at: seconds(store.state.created_at), pushed_at: seconds(store.state.pushed_at) };
}

/** Moves a branch or tag by the API, with all that follows from it. */
export async function moveRef(hub: Hub, actor: Account, ref: string, after: string): Promise<void> {
  const before = (await hub.git.refs()).get(ref) ?? ZERO;
  await hub.git.updateRef(ref, after);
  await refsMoved(hub, actor, [{ ref, before, after }]);
}

/** What follows when refs have moved: push events, open pull requests brought up to date, their events. */
export async function refsMoved(hub: Hub, actor: Account, moves: Move[]): Promise<void> {
  for (const move of moves.filter(({ before, after }) => before !== after)) {
    // What is pushed to a fork starts workflows there, if anywhere.
    const own = !move.ref.startsWith('refs/namespaces/');
    if (own) hub.store.state.pushed_at = now();
    if (own) await pushed(hub, actor, move);
    for (const issue of openPulls(hub)) {
      if (headRef(issue.pull) === move.ref) await headMoved(hub, actor, issue, move);
      else if (`refs/heads/${issue.pull.base}` === move.ref) await baseMoved(hub, actor, issue, move);
    }
  }
}

export function openPulls(hub: Hub): PullIssue[] {
  return hub.store.state.issues.filter(isPull).filter((issue) => issue.state === 'open');
}

/** The full name of the head branch; a fork's branches are in a namespace of the same git repository. */
export function headRef({ fork, head }: Pick<PullRecord, 'fork' | 'head'>): string {
  return fork === undefined ? `refs/heads/${head}` : `${forkRefs(fork)}heads/${head}`;
}

/** Where git keeps the refs of a namespace: https://git-scm.com/docs/gitnamespaces */
export const forkRefs = (login: string): string => `refs/namespaces/${login}/refs/`;

export function isPull(issue: IssueRecord): issue is PullIssue {
  return issue.pull !== undefined;
}

/** Makes the test merge afresh: `refs/pull/N/merge`, or none where the two conflict. */
export async function testMerge(hub: Hub, issue: PullIssue, author: string): Promise<void> {
  const { pull, number } = issue;
  const base = await hub.git.resolve(`refs/heads/${pull.base}`);
  const tree = base === undefined ? undefined : await hub.git.mergeTree(base, pull.head_sha);
  const ref = `refs/pull/${number}/merge`;
  await hub.git.updateRef(`refs/pull/${number}/head`, pull.head_sha);
  if (base === undefined || tree === undefined) {
    pull.mergeable = false;
    pull.merge_commit_sha = null;
    if ((await hub.git.refs()).has(ref)) await hub.git.updateRef(ref, ZERO);
    return;
  }
  const commit = { tree, parents: [base, pull.head_sha], message: `Merge ${pull.head_sha} into ${base}\n` };
  const sha = await hub.git.commitTree(commit, { author: identity(hub.store, author), committer: WEB });
  await hub.git.updateRef(ref, sha);
  pull.mergeable = true;
  pull.merge_commit_sha = sha;
}

/** Who commits what is done in GitHub's own pages and API. */
export const WEB = { name: 'GitHub', email: 'noreply@github.com' };

/** Closes a pull request, merged or not; the test merge goes. */
export async function closePull(hub: Hub, actor: Account, issue: PullIssue): Promise<void> {
  const testRef = `refs/pull/${issue.number}/merge`;
  Object.assign(issue, { state: 'closed', closed_at: now(), closed_by: actor.login, updated_at: now() });
  await emitPull(hub, actor, issue, { action: 'closed' });
  if ((await hub.git.refs()).has(testRef)) await hub.git.updateRef(testRef, ZERO);
}

/** Marks as merged; `landed` are the commits that are new on the base branch, newest first. */
export function markMerged(actor: Account, issue: PullIssue, landed: string[]): void {
  const [sha = issue.pull.head_sha] = landed;
  Object.assign(issue.pull, { merged_at: now(), merged_by: actor.login, merge_commit_sha: sha, landed });
}

/**
 * A pull request's event. While it conflicts GitHub starts no workflow for it; once merged, the workflow's ref is the
 * base branch.
 */
export async function emitPull(
  hub: Hub,
  actor: Account,
  issue: PullIssue,
  payload: { action: string } & Record<string, unknown>,
): Promise<void> {
  const { merge_commit_sha: sha, merged_at, base } = issue.pull;
  if (sha === null) return;
  const ref = merged_at === null ? `refs/pull/${issue.number}/merge` : `refs/heads/${base}`;
  const pull_request = await pullObject(hub, issue);
  emit(hub, actor, { name: 'pull_request', ref, sha, payload: { number: issue.number, pull_request, ...payload } });
}

async function headMoved(hub: Hub, actor: Account, issue: PullIssue, { before, after }: Move): Promise<void> {
  if (after === ZERO) return closePull(hub, actor, issue);
  issue.pull.head_sha = after;
  issue.pull.base_sha = (await hub.git.resolve(`refs/heads/${issue.pull.base}`)) ?? issue.pull.base_sha;
  issue.updated_at = now();
  await testMerge(hub, issue, actor.login);
  await emitPull(hub, actor, issue, { action: 'synchronize', before, after });
}

async function baseMoved(hub: Hub, actor: Account, issue: PullIssue, { before, after }: Move): Promise<void> {
  if (after === ZERO) return closePull(hub, actor, issue);
  // A push that brings the head along merges the pull request, at GitHub too.
  if (await hub.git.isAncestor(issue.pull.head_sha, after)) {
    const commits = (await hub.git.log(`${before}..${after}`)).map((commit) => commit.sha);
    markMerged(actor, issue, commits);
    return closePull(hub, actor, issue);
  }
  return testMerge(hub, issue, actor.login);
}

async function pushed(hub: Hub, actor: Account, { ref, before, after }: Move): Promise<void> {
  const deleted = after === ZERO;
  const created = before === ZERO;
  const known = created ? await hub.git.resolve(`refs/heads/${hub.defaultBranch}`) : before;
  const range = known === undefined || known === after ? after : `${known}..${after}`;
  const listed = deleted || (created && known === after) ? [] : await hub.git.log(range, { limit: 2048 });
  const head = deleted ? null : await pushCommit(hub, await hub.git.commit(after));
  const commits = await Promise.all(listed.toReversed().map((commit) => pushCommit(hub, commit)));
  const forced = !created && !deleted && !(await hub.git.isAncestor(before, after));
  const { login } = actor;
  const payload = {
    ...{ ref, before, after, created, deleted, forced, base_ref: null, commits, head_commit: head },
    compare: `${repoHtml(hub)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    pusher: { name: login, email: identity(hub.store, login).email },
  };
  emit(hub, actor, { name: 'push', ref, sha: after, payload });
}

async function pushCommit(hub: Hub, commit: Commit): Promise<Record<string, unknown>> {
  const files = await hub.git.diff(commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const named = (...statuses: string[]): string[] =>
    files.filter(({ status }) => statuses.includes(status)).map(({ filename }) => filename);
  const person = (who: Commit['author']): object => ({ ...who, username: loginOf(hub, who) });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repoApi(hub)}/commits/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: named('added', 'copied', 'renamed'),
    removed: [...named('removed'), ...files.flatMap(({ previous }) => previous ?? [])],
    modified: named('modified', 'changed'),
  };
}
