import { ApiError, created, found, invalid, ok, page, type Handlers } from '../answers.ts';
import { closePull, emitPull, isPull } from '../events.ts';
import { repoApi, repoHtml, type Hub } from '../hub.ts';
import { type Linked, appObject, association, nodeId, userObject } from '../objects.ts';
import { labelObject } from '../pull-object.ts';
import type { Account, CommentRecord, IssueRecord } from '../records.ts';
import { now } from '../store.ts';

const LONGEST_BODY = 65_536;

export function issues(hub: Hub): Handlers {
  const { store } = hub;
  const one = (number: number): IssueRecord => found(store.state.issues.find((issue) => issue.number === number));
  const comment = (id: number): CommentRecord => found(store.state.comments.find((entry) => entry.id === id));

  const relabel = async (issue: IssueRecord, actor: Account, labels: string[]): Promise<void> => {
    const wanted = [...new Set(labels.map((name) => store.label(name).name))];
    const added = wanted.filter((name) => !issue.labels.includes(name));
    const gone = issue.labels.filter((name) => !wanted.includes(name));
    Object.assign(issue, { labels: wanted, updated_at: now() });
    if (!isPull(issue)) return;
    for (const name of added) await emitPull(hub, actor, issue, { action: 'labeled', label: labelObject(hub, name) });
    for (const name of gone) await emitPull(hub, actor, issue, { action: 'unlabeled', label: labelObject(hub, name) });
  };

  return {
    'issues/create': ({ body, actor }) => {
      checkBody('Issue', body.body);
      const issue = store.newIssue(actor, String(body.title), body.body ?? null);
      issue.labels = names(body.labels).map((name) => store.label(name).name);
      store.state.issues.push(issue);
      return created(issueObject(hub, issue));
    },
    'issues/get': ({ path }) => ok(issueObject(hub, one(path.issue_number))),
    'issues/list-for-repo': ({ query, url }) => {
      const labels = query.labels?.split(',').filter(Boolean) ?? [];
      const key = query.sort === 'updated' ? 'updated_at' : 'created_at';
      const listed = store.state.issues
        .filter(({ state }) => query.state === 'all' || state === query.state)
        .filter((issue) => labels.every((name) => issue.labels.includes(name)))
        .filter(({ author }) => (query.creator ?? author) === author)
        .filter(({ updated_at }) => updated_at >= (query.since ?? ''))
        .toSorted((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
      return page({ query, url }, query.direction === 'asc' ? listed : listed.toReversed(), (issue) =>
        issueObject(hub, issue),
      );
    },
    'issues/update': async ({ path, body, actor }) => {
      const issue = one(path.issue_number);
      checkBody('Issue', body.body);
      if (body.title !== undefined && body.title !== null) issue.title = String(body.title);
      if (body.body !== undefined) issue.body = body.body;
      if (body.labels !== undefined) await relabel(issue, actor, names(body.labels));
      if (body.state === 'closed' && issue.state === 'open') {
        issue.state_reason = body.state_reason ?? 'completed';
        if (isPull(issue)) await closePull(hub, actor, issue);
        else Object.assign(issue, { state: 'closed', closed_at: now() });
      } else if (body.state === 'open' && issue.state === 'closed') {
        if (isPull(issue)) throw new ApiError(501, 'The sandbox reopens pull requests by PATCH /pulls/{number} only.');
        Object.assign(issue, { state: 'open', state_reason: 'reopened', closed_at: null });
      }
      issue.updated_at = now();
      return ok(issueObject(hub, issue));
    },

    'issues/list-comments': ({ path, query, url }) => {
      const { number } = one(path.issue_number);
      const listed = store.state.comments.filter((entry) => entry.issue === number);
      const recent = listed.filter(({ updated_at }) => updated_at >= (query.since ?? ''));
      return page({ query, url }, recent, (entry) => commentObject(hub, entry));
    },
    'issues/create-comment': ({ path, body, actor }) => {
      const issue = one(path.issue_number);
      checkBody('IssueComment', body.body);
      const times = { created_at: now(), updated_at: now() };
      const entry: CommentRecord = {
        id: store.id(),
        issue: issue.number,
        author: actor.login,
        body: body.body,
        ...times,
      };
      store.state.comments.push(entry);
      issue.updated_at = now();
      return created(commentObject(hub, entry));
    },
    'issues/get-comment': ({ path }) => ok(commentObject(hub, comment(path.comment_id))),
    'issues/update-comment': ({ path, body }) => {
      checkBody('IssueComment', body.body);
      return ok(commentObject(hub, Object.assign(comment(path.comment_id), { body: body.body, updated_at: now() })));
    },
    'issues/delete-comment': ({ path }) => {
      const { id } = comment(path.comment_id);
      store.state.comments = store.state.comments.filter((entry) => entry.id !== id);
      return { status: 204 };
    },

    'issues/list-labels-on-issue': ({ path, query, url }) =>
      page({ query, url }, one(path.issue_number).labels, (name) => labelObject(hub, name)),
    'issues/add-labels': async ({ path, body, actor }) => {
      const issue = one(path.issue_number);
      await relabel(issue, actor, [...issue.labels, ...names(body.labels)]);
      return ok(issue.labels.map((name) => labelObject(hub, name)));
    },
    'issues/remove-label': async ({ path, actor }) => {
      const issue = one(path.issue_number);
      if (!issue.labels.includes(path.name)) throw new ApiError(404, 'Label does not exist');
      await relabel(
        issue,
        actor,
        issue.labels.filter((name) => name !== path.name),
      );
      return ok(issue.labels.map((name) => labelObject(hub, name)));
    },
  };
}

/** GitHub counts Unicode characters, not bytes and not UTF-16 units. */
function checkBody(resource: string, body: string | null | undefined): void {
  if (body !== null && body !== undefined && Array.from(body).length > LONGEST_BODY) {
    throw invalid(resource, 'body', `body is too long (maximum is ${LONGEST_BODY} characters)`);
  }
}

function names(labels: readonly (string | { name?: string })[] | undefined): string[] {
  return (labels ?? []).flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));
}

function issueObject(hub: Hub, issue: IssueRecord): Linked {
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
    ...{ assignee: null, assignees: [], milestone: null, locked: false },
    comments: hub.store.state.comments.filter((entry) => entry.issue === number).length,
    author_association: association(hub, issue.author),
    performed_via_github_app: appObject(hub, issue.author),
    ...(isPull(issue) ? { pull_request, draft: issue.pull.draft } : {}),
  };
}

function commentObject(hub: Hub, { author, issue, id, ...rest }: CommentRecord): Linked {
  const pull = hub.store.state.issues.some((entry) => entry.number === issue && isPull(entry));
  return {
    ...{ id, node_id: nodeId('IssueComment', id), ...rest },
    url: `${repoApi(hub)}/issues/comments/${id}`,
    html_url: `${repoHtml(hub)}/${pull ? 'pull' : 'issues'}/${issue}#issuecomment-${id}`,
    issue_url: `${repoApi(hub)}/issues/${issue}`,
    user: userObject(hub, author),
    author_association: association(hub, author),
    performed_via_github_app: appObject(hub, author),
  };
}
