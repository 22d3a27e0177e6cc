import { repoApi, repoHtml, type Hub } from './hub.ts';
import { type Json, type Linked, association, nodeId, repositoryObject, userObject } from './objects.ts';
import type { IssueRecord, PullRecord } from './records.ts';

type PullIssue = IssueRecord & { pull: PullRecord };

export function labelObject(hub: Hub, name: string): Linked {
  const label = hub.store.label(name);
  const url = `${repoApi(hub)}/labels/${encodeURIComponent(label.name)}`;
  const looks = { description: '', color: 'ededed', default: false };
  return { ...looks, ...label, node_id: nodeId('Label', label.id), url };
}

export function assigned(hub: Hub, { assignees }: IssueRecord): Json {
  const users = assignees.map((login) => userObject(hub, login));
  return { assignee: users[0] ?? null, assignees: users };
}

/** `pull-request-simple`, as lists hold it. */
export function simplePullObject(hub: Hub, issue: PullIssue): Linked {
  const { pull, number } = issue;
  const api = repoApi(hub);
  const url = `${api}/pulls/${number}`;
  const html = `${repoHtml(hub)}/pull/${number}`;
  const urls = {
    html_url: html,
    issue_url: `${api}/issues/${number}`,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${number}/comments`,
    statuses_url: `${api}/statuses/${pull.head_sha}`,
  };
  const links = Object.entries({ self_url: url, ...urls }).map(([name, href]) => [name.replace('_url', ''), { href }]);
  const side = (owner: string, ref: string, sha: string): Json => ({
    ...{ label: `${owner}:${ref}`, ref, sha },
    user: userObject(hub, owner),
    repo: repositoryObject(hub, owner),
  });
  return {
    url,
    id: issue.id,
    node_id: nodeId('PullRequest', issue.id),
    ...urls,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    ...{ number, state: issue.state, locked: false, active_lock_reason: null, title: issue.title, body: issue.body },
    user: userObject(hub, issue.author),
    labels: issue.labels.map((name) => labelObject(hub, name)),
    ...assigned(hub, issue),
    ...{ milestone: null, requested_reviewers: [], requested_teams: [] },
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    draft: pull.draft,
    head: side(pull.fork ?? hub.owner, pull.head, pull.head_sha),
    base: side(hub.owner, pull.base, pull.base_sha),
    _links: Object.fromEntries(links),
    author_association: association(hub, issue.author),
    auto_merge: null,
  };
}

/** `pull-request` */
export async function pullObject(hub: Hub, issue: PullIssue): Promise<Linked> {
  const { pull } = issue;
  const from = await hub.git.mergeBase(pull.base_sha, pull.head_sha);
  const files = from === undefined ? [] : await hub.git.diff(from, pull.head_sha);
  const open = issue.state === 'open';
  return {
    ...simplePullObject(hub, issue),
    merged: pull.merged_at !== null,
    mergeable: open ? pull.mergeable : null,
    rebaseable: open ? pull.mergeable : null,
    mergeable_state: open ? mergeableState(pull) : 'unknown',
    merged_by: pull.merged_by === null ? null : userObject(hub, pull.merged_by),
    comments: hub.store.state.comments.filter((comment) => comment.issue === issue.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: await hub.git.count(`${pull.base_sha}..${pull.head_sha}`),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

function mergeableState({ draft, mergeable }: PullRecord): string {
  if (!mergeable) return 'dirty';
  return draft ? 'draft' : 'clean';
}
