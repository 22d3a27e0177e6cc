import { ApiError, created, found, ok, page, type Handlers } from '../answers.ts';
import { emitPull, isPull } from '../events.ts';
import type { Hub } from '../hub.ts';
import { labelObject } from '../pull-object.ts';
import type { Account, IssueRecord } from '../records.ts';
import { now } from '../store.ts';

/** Labels, of the repository and of issues and pull requests. One that is put on an issue is made if it is new, as at GitHub. */
export function labels(hub: Hub): Handlers {
  const { store } = hub;
  const one = (number: number): IssueRecord => found(store.state.issues.find((issue) => issue.number === number));
  const known = (name: string): { name: string } | undefined =>
    store.state.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());

  return {
    'issues/create-label': ({ body }) => {
      if (known(body.name) !== undefined) {
        throw new ApiError(422, 'Validation Failed', [{ resource: 'Label', code: 'already_exists', field: 'name' }]);
      }
      const { color = 'ededed', description = '' } = body;
      Object.assign(store.label(body.name), { color, description });
      return created(labelObject(hub, body.name));
    },
    'issues/get-label': ({ path }) => ok(labelObject(hub, found(known(path.name)).name)),
    'issues/list-labels-for-repo': ({ query, url }) =>
      page({ query, url }, store.state.labels, ({ name }) => labelObject(hub, name)),

    'issues/list-labels-on-issue': ({ path, query, url }) =>
      page({ query, url }, one(path.issue_number).labels, (name) => labelObject(hub, name)),
    'issues/add-labels': async ({ path, body, actor }) => {
      const issue = one(path.issue_number);
      await relabel(hub, actor, issue, [...issue.labels, ...names(body.labels)]);
      return ok(issue.labels.map((name) => labelObject(hub, name)));
    },
    'issues/remove-label': async ({ path, actor }) => {
      const issue = one(path.issue_number);
      if (!issue.labels.includes(path.name)) throw new ApiError(404, 'Label does not exist');
      await relabel(
        hub,
        actor,
        issue,
        issue.labels.filter((name) => name !== path.name),
      );
      return ok(issue.labels.map((name) => labelObject(hub, name)));
    },
  };
}

/** Puts these labels in the place of those that are there. */
export async function relabel(hub: Hub, actor: Account, issue: IssueRecord, labelNames: string[]): Promise<void> {
  const wanted = [...new Set(labelNames.map((name) => hub.store.label(name).name))];
  const added = wanted.filter((name) => !issue.labels.includes(name));
  const gone = issue.labels.filter((name) => !wanted.includes(name));
  Object.assign(issue, { labels: wanted, updated_at: now() });
  if (!isPull(issue)) return;
  for (const name of added) await emitPull(hub, actor, issue, { action: 'labeled', label: labelObject(hub, name) });
  for (const name of gone) await emitPull(hub, actor, issue, { action: 'unlabeled', label: labelObject(hub, name) });
}

export function names(given: readonly (string | { name?: string })[] | undefined): string[] {
  return (given ?? []).flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));
}
