import { ApiError, created, found, ok, page, type Handlers } from '../answers.ts';
import { closePull, isPull } from '../events.ts';
import type { Hub } from '../hub.ts';
import { checkBody, issueObject } from '../issue-object.ts';
import type { IssueRecord } from '../records.ts';
import { now } from '../store.ts';
import { names, relabel } from './labels.ts';

export function issues(hub: Hub): Handlers {
  const { store } = hub;
  const one = (number: number): IssueRecord => found(store.state.issues.find((issue) => issue.number === number));

  const isAssignable = (login: string): boolean =>
    store.state.users.some((user) => user.login === login && user.type === 'User') &&
    !store.state.forks.includes(login);
  const assignees = (given: readonly (string | { login?: string })[]): string[] => {
    const logins = loginsOf(given);
    const unknown = logins.filter((login) => !isAssignable(login));
    if (unknown.length === 0) return [...new Set(logins)];
    const error = { value: unknown, resource: 'Issue', field: 'assignees', code: 'invalid' };
    throw new ApiError(422, 'Validation Failed', [error]);
  };

  return {
    'issues/create': ({ body, actor }) => {
      checkBody('Issue', body.body);
      const issue = store.newIssue(actor, String(body.title), body.body ?? null);
      // As at GitHub, who may not write sets neither labels nor assignees.
      const outsider = store.state.forks.includes(actor.login);
      issue.labels = outsider ? [] : names(body.labels).map((name) => store.label(name).name);
      issue.assignees = outsider ? [] : assignees(body.assignees ?? []);
      store.state.issues.push(issue);
      return created(issueObject(hub, issue));
    },
    'issues/get': ({ path }) => ok(issueObject(hub, one(path.issue_number))),
    'issues/list-for-repo': ({ query, url }) => {
      const other = (['milestone', 'mentioned', 'type'] as const).find((name) => query[name] !== undefined);
      if (other !== undefined) throw new ApiError(501, `The sandbox does not list issues by ${other}.`);
      const labels = query.labels?.split(',').filter(Boolean) ?? [];
      const key = query.sort === 'updated' ? 'updated_at' : 'created_at';
      const listed = store.state.issues
        .filter(({ state }) => query.state === 'all' || state === query.state)
        .filter((issue) => labels.every((name) => issue.labels.includes(name)))
        .filter(({ author }) => (query.creator ?? author) === author)
        .filter((issue) => isAssigned(issue, query.assignee))
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
      if (body.assignees !== undefined) issue.assignees = assignees(body.assignees);
      if (body.labels !== undefined) await relabel(hub, actor, issue, names(body.labels));
      if (body.state === 'closed' && issue.state === 'open') {
        issue.state_reason = body.state_reason ?? 'completed';
        if (isPull(issue)) await closePull(hub, actor, issue);
        else Object.assign(issue, { state: 'closed', closed_at: now(), closed_by: actor.login });
      } else if (body.state === 'open' && issue.state === 'closed') {
        if (isPull(issue)) throw new ApiError(501, 'The sandbox reopens pull requests by PATCH /pulls/{number} only.');
        Object.assign(issue, { state: 'open', state_reason: 'reopened', closed_at: null, closed_by: null });
      }
      issue.updated_at = now();
      return ok(issueObject(hub, issue));
    },

    // As at GitHub: 422 for an unknown assignee above, and not a word here.
    'issues/add-assignees': ({ path, body }) => {
      const issue = one(path.issue_number);
      const added = loginsOf(body.assignees ?? []).filter(isAssignable);
      Object.assign(issue, { assignees: [...new Set([...issue.assignees, ...added])].slice(0, 10), updated_at: now() });
      return created(issueObject(hub, issue));
    },
    'issues/remove-assignees': ({ path, body }) => {
      const issue = one(path.issue_number);
      const gone = loginsOf(body.assignees ?? []);
      Object.assign(issue, { assignees: issue.assignees.filter((login) => !gone.includes(login)), updated_at: now() });
      return ok(issueObject(hub, issue));
    },
    'issues/check-user-can-be-assigned': ({ path }) => {
      if (!isAssignable(path.assignee)) throw new ApiError(404, 'Not Found');
      return { status: 204 };
    },
  };
}

function loginsOf(given: readonly (string | { login?: string })[]): string[] {
  return given.flatMap((one) => (typeof one === 'string' ? one : (one.login ?? [])));
}

/** A login, `none`, or `*` for anybody. */
function isAssigned({ assignees }: IssueRecord, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (wanted === 'none' || wanted === '*') return assignees.length > 0 === (wanted === '*');
  return assignees.includes(wanted);
}
