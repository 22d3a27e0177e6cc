import { invalid } from './answers.ts';
import { isPull } from './events.ts';
import { repoApi, repoHtml, type Hub } from './hub.ts';
import { type Linked, appObject, association, nodeId, userObject } from './objects.ts';
import { assigned, labelObject } from './pull-object.ts';
import type { CommentRecord, IssueRecord } from './records.ts';

const LONGEST_BODY = 65_536;

/** GitHub counts Unicode characters, not bytes and not UTF-16 units. */
export function checkBody(resource: string, body: string | null | undefined): void {
  if (body !== null && body !== undefined && Array.from(body).length > LONGEST_BODY) {
    throw invalid(resource, 'body', `body is too long (maximum is ${LONGEST_BODY} characters)`);
  }
}

/** Reactions are not kept. */
function noReactions(url: string): object {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  return { url: `${url}/reactions`, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}

/** `issue` */
export function issueObject(hub: Hub, issue: IssueRecord): Linked {
  const url = `${repoApi(hub)}/issues/${issue.number}`;
  const html_url = `${repoHtml(hub)}/${isPull(issue) ? 'pull' : 'issues'}/${issue.number}`;
  const { id, number, title, body, state, state_reason, created_at, updated_at, closed_at } = issue;
  const pull_request = {
    url: `${repoApi(hub)}/pulls/${number}`,
    html_url,
    diff_url: `${html_url}.diff`,
    patch_url: `${html_url}.patch`,
    merged_at: issue.pull?.merged_at ?? null,
  };
  return {
    ...{
      id,
      node_id: nodeId('Issue', id),
      number,
      title,
      body,
      state,
      state_reason,
      created_at,
      updated_at,
      closed_at,
    },
    url,
    html_url,
    repository_url: repoApi(hub),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    user: userObject(hub, issue.author),
    labels: issue.labels.map((name) => labelObject(hub, name)),
    ...assigned(hub, issue),
    ...{ milestone: null, locked: false, active_lock_reason: null },
    closed_by: issue.closed_by === null ? null : userObject(hub, issue.closed_by),
    comments: hub.store.state.comments.filter((entry) => entry.issue === number).length,
    author_association: association(hub, issue.author),
    reactions: noReactions(url),
    performed_via_github_app: appObject(hub, issue.author),
    ...(isPull(issue) ? { pull_request, draft: issue.pull.draft } : {}),
  };
}

/** `issue-comment` */
export function commentObject(hub: Hub, { author, issue, id, ...rest }: CommentRecord): Linked {
  const pull = hub.store.state.issues.some((entry) => entry.number === issue && isPull(entry));
  return {
    ...{ id, node_id: nodeId('IssueComment', id), ...rest },
    url: `${repoApi(hub)}/issues/comments/${id}`,
    html_url: `${repoHtml(hub)}/${pull ? 'pull' : 'issues'}/${issue}#issuecomment-${id}`,
    issue_url: `${repoApi(hub)}/issues/${issue}`,
    user: userObject(hub, author),
    author_association: association(hub, author),
    reactions: noReactions(`${repoApi(hub)}/issues/comments/${id}`),
    performed_via_github_app: appObject(hub, author),
  };
}
