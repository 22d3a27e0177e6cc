import { ApiError, created, found, ok, page, type Handlers } from '../answers.ts';
import { commitOf, repoApi, repoHtml, type Hub } from '../hub.ts';
import { type Linked, appObject, nodeId } from '../objects.ts';
import { ACTIONS_BOT, type Account, type CheckRecord } from '../records.ts';
import { now } from '../store.ts';

/** Check runs, which only apps (here: workflows) may write, as at GitHub. */
export function checks(hub: Hub): Handlers {
  const { store } = hub;
  const one = (id: number): CheckRecord => found(store.state.checks.find((check) => check.id === id));

  return {
    'checks/create': async ({ body, actor }) => {
      requireApp(actor);
      const blank: CheckRecord = {
        ...{ id: store.id(), name: body.name, head_sha: await commitOf(hub, body.head_sha), external_id: null },
        ...{ details_url: null, status: 'queued', conclusion: null, started_at: now(), completed_at: null },
        output: { title: null, summary: null, text: null, annotations_count: 0 },
      };
      const check = changed(blank, body);
      store.state.checks.push(check);
      return created(checkObject(hub, check));
    },
    'checks/update': ({ path, body, actor }) => {
      requireApp(actor);
      const check = one(path.check_run_id);
      return ok(checkObject(hub, Object.assign(check, changed(check, body))));
    },
    'checks/get': ({ path }) => ok(checkObject(hub, one(path.check_run_id))),
    'checks/list-for-ref': async ({ path, query, url }) => {
      const sha = await commitOf(hub, path.ref);
      const all = store.state.checks.filter((check) => check.head_sha === sha);
      const latest = (check: CheckRecord): boolean => !all.some(({ name, id }) => name === check.name && id > check.id);
      const listed = all
        .filter((check) => query.filter === 'all' || latest(check))
        .filter(({ name, status }) => (query.check_name ?? name) === name && (query.status ?? status) === status);
      return page({ query, url }, listed.toReversed(), (check) => checkObject(hub, check), 'check_runs');
    },
  };
}

function requireApp(actor: Account): void {
  if (actor.kind !== 'actions') throw new ApiError(403, 'You must authenticate via a GitHub App.');
}

const CHANGEABLE = [
  'name',
  'external_id',
  'details_url',
  'status',
  'conclusion',
  'started_at',
  'completed_at',
] as const;
type CheckChange = { [key in (typeof CHANGEABLE)[number]]?: string } & {
  output?: { title?: string; summary: string; text?: string; annotations?: object[] };
};

function changed(check: CheckRecord, { output, ...body }: CheckChange): CheckRecord {
  const given = Object.fromEntries(CHANGEABLE.map((key) => [key, body[key] ?? check[key]]));
  const next: CheckRecord = { ...check, ...given };
  // A conclusion completes a check, whatever status is given.
  if (body.conclusion !== undefined) next.status = 'completed';
  if (next.status === 'completed') {
    if (next.conclusion === null) throw new ApiError(422, 'Invalid request.\n\nA completed check needs a conclusion.');
    next.completed_at ??= now();
  }
  if (output === undefined) return next;
  const annotations_count = check.output.annotations_count + (output.annotations?.length ?? 0);
  const { title = check.output.title, summary, text = null } = output;
  return { ...next, output: { title, summary, text, annotations_count } };
}

function checkObject(hub: Hub, check: CheckRecord): Linked {
  const url = `${repoApi(hub)}/check-runs/${check.id}`;
  const html_url = `${repoHtml(hub)}/runs/${check.id}`;
  return {
    ...check,
    ...{ node_id: nodeId('CheckRun', check.id), url, html_url, details_url: check.details_url ?? html_url },
    output: { ...check.output, annotations_url: `${url}/annotations` },
    ...{ check_suite: null, app: appObject(hub, ACTIONS_BOT), pull_requests: [] },
  };
}
