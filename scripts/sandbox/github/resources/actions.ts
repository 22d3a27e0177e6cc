import { parse } from 'yaml';
import { ApiError, found, ok, page, type Handlers } from '../answers.ts';
import { emit } from '../events.ts';
import type { Commit } from '../git.ts';
import { repoApi, repoHtml, type Hub } from '../hub.ts';
import { nodeId, repositoryObject, userObject } from '../objects.ts';
import type { JobRecord, RunRecord } from '../records.ts';

const FOLDER = '.github/workflows';

interface DispatchInput {
  required?: boolean;
  default?: unknown;
  type?: string;
  options?: string[];
}
/** Workflows and their runs. The runs themselves are made and moved on by the runner, through the store. */
export function actions(hub: Hub): Handlers {
  const { git, store } = hub;
  const run = (id: number): RunRecord => found(store.state.runs.find((entry) => entry.id === id));
  const job = (id: number): JobRecord => found(store.state.jobs.find((entry) => entry.id === id));

  // GitHub knows the workflows of the default branch, by file name and by id.
  const workflowPath = async (id: string | number): Promise<string> => {
    const main = await git.resolve(`refs/heads/${hub.defaultBranch}`);
    const files = main === undefined ? undefined : await git.entries(main, FOLDER);
    const paths = (files?.folder ?? []).map(({ path }) => path).filter((path) => /\.ya?ml$/.test(path));
    return found(paths.find((path) => path === `${FOLDER}/${id}` || String(store.workflowId(path)) === String(id)));
  };
  const runs = (query: RunFilter, workflow?: string): RunRecord[] =>
    store.state.runs
      .filter((entry) => (workflow ?? entry.workflow) === entry.workflow)
      .filter((entry) => (query.event ?? entry.event) === entry.event && (query.actor ?? entry.actor) === entry.actor)
      .filter(
        (entry) => query.status === undefined || [entry.status, entry.conclusion].some((is) => is === query.status),
      )
      .filter((entry) => (query.head_sha ?? entry.head_sha) === entry.head_sha)
      .filter((entry) => query.branch === undefined || headBranch(hub, entry) === query.branch)
      .toReversed();

  return {
    'actions/create-workflow-dispatch': async ({ path, body, actor }) => {
      const file = await workflowPath(path.workflow_id);
      const name = body.ref.replace(/^refs\/(heads|tags)\//, '');
      const refs = await git.refs();
      const full = [`refs/heads/${name}`, `refs/tags/${name}`].find((candidate) => refs.has(candidate));
      const sha = full === undefined ? undefined : await git.resolve(full);
      if (full === undefined || sha === undefined) throw new ApiError(422, `No ref found for: ${body.ref}`);
      const entry = (await git.entries(sha, file))?.file;
      const declared = entry === undefined ? undefined : dispatchInputs((await git.blob(entry.sha)).toString('utf8'));
      if (declared === undefined) throw new ApiError(422, "Workflow does not have 'workflow_dispatch' trigger");
      const inputs = filledIn(declared, body.inputs ?? {});
      const payload = { inputs, ref: full, workflow: file };
      emit(hub, actor, { name: 'workflow_dispatch', ref: full, sha, payload, workflow: file.slice(FOLDER.length + 1) });
      return { status: 204 };
    },

    'actions/list-workflow-runs-for-repo': ({ query, url }) =>
      page({ query, url }, runs(query), (entry) => runObject(hub, entry), 'workflow_runs'),
    'actions/list-workflow-runs': async ({ path, query, url }) => {
      const workflow = await workflowPath(path.workflow_id);
      return page({ query, url }, runs(query, workflow), (entry) => runObject(hub, entry), 'workflow_runs');
    },
    'actions/get-workflow-run': async ({ path }) => ok(await runObject(hub, run(path.run_id))),
    'actions/cancel-workflow-run': ({ path }) => {
      const entry = run(path.run_id);
      if (entry.status === 'completed') throw new ApiError(409, 'Cannot cancel a workflow run that is completed.');
      store.cancel(entry);
      return { status: 202, body: {} };
    },
    'actions/re-run-workflow': ({ path, actor }) => {
      const entry = run(path.run_id);
      if (entry.status !== 'completed') throw new ApiError(403, 'This workflow is already running');
      store.rerun(entry, actor.login);
      return { status: 201, body: {} };
    },

    'actions/list-jobs-for-workflow-run': ({ path, query, url }) => {
      const { id, run_attempt } = run(path.run_id);
      const jobs = store.state.jobs.filter((entry) => entry.run === id);
      const listed = query.filter === 'all' ? jobs : jobs.filter((entry) => entry.run_attempt === run_attempt);
      return page({ query, url }, listed, (entry) => jobObject(hub, entry, run(id)), 'jobs');
    },
    // GitHub redirects to where the text is kept.
    'actions/download-job-logs-for-workflow-run': ({ path }) => {
      if (job(path.job_id).logFile === null) throw new ApiError(404, 'Not Found');
      return { status: 302, headers: { location: `${hub.serverUrl}/_sandbox/logs/${path.job_id}` } };
    },
  };
}

type RunFilter = { [key in 'actor' | 'branch' | 'event' | 'status' | 'head_sha']?: string | undefined };

/** The inputs that a workflow file declares, or undefined where it cannot be dispatched. */
function dispatchInputs(text: string): Record<string, DispatchInput> | undefined {
  const workflow: unknown = parse(text);
  const trigger = record(workflow)['on'];
  if (trigger === 'workflow_dispatch') return {};
  if (Array.isArray(trigger)) return trigger.includes('workflow_dispatch') ? {} : undefined;
  if (!('workflow_dispatch' in record(trigger))) return undefined;
  const inputs = record(record(record(trigger)['workflow_dispatch'])['inputs']);
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, record(input)]));
}

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};

/** The inputs of a dispatch as the event carries them: text, with defaults filled in. */
function filledIn(declared: Record<string, DispatchInput>, given: Record<string, unknown>): Record<string, string> {
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0) throw new ApiError(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default ?? (input.type === 'boolean' ? false : undefined);
    if (value === undefined || value === '') {
      if (input.required === true) throw new ApiError(422, `Required input '${name}' not provided`);
      if (value === undefined) continue;
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const bad =
      (input.type === 'boolean' && !['true', 'false'].includes(text)) ||
      (input.type === 'number' && Number.isNaN(Number(text))) ||
      (input.type === 'choice' && !(input.options ?? []).map(String).includes(text));
    if (bad) throw new ApiError(422, `Provided value '${text}' for input '${name}' not in the list of allowed values`);
    inputs[name] = text;
  }
  return inputs;
}

/** For a pull request the branch is its head, as GitHub lists it. */
function headBranch(hub: Hub, { ref }: RunRecord): string {
  const number = /^refs\/pull\/(\d+)\/merge$/.exec(ref)?.[1];
  const issue = hub.store.state.issues.find((entry) => String(entry.number) === number);
  return issue?.pull?.head ?? ref.replace(/^refs\/(heads|tags)\//, '');
}

async function runObject(hub: Hub, entry: RunRecord): Promise<object> {
  const { id, name, run_number, run_attempt, event, status, conclusion, display_title } = entry;
  const url = `${repoApi(hub)}/actions/runs/${id}`;
  const workflow_id = hub.store.workflowId(entry.workflow);
  const user = userObject(hub, entry.actor);
  const times = { created_at: entry.created_at, updated_at: entry.updated_at, run_started_at: entry.run_started_at };
  return {
    ...{ id, node_id: nodeId('WorkflowRun', id), name, path: entry.workflow, run_number, run_attempt, event },
    ...{ status, conclusion, display_title, workflow_id, url, ...times, head_sha: entry.head_sha },
    head_branch: headBranch(hub, entry),
    html_url: `${repoHtml(hub)}/actions/runs/${id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repoApi(hub)}/check-suites/${id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${repoApi(hub)}/actions/workflows/${workflow_id}`,
    previous_attempt_url: null,
    pull_requests: [],
    head_commit: headCommit(await hub.git.commit(entry.head_sha)),
    ...{ actor: user, triggering_actor: userObject(hub, entry.triggering_actor ?? entry.actor) },
    ...{ repository: repositoryObject(hub), head_repository: repositoryObject(hub) },
  };
}

function headCommit({ sha, tree, message, author, committer }: Commit): object {
  const timestamp = committer.date;
  return { id: sha, tree_id: tree, message, timestamp, author: person(author), committer: person(committer) };
}
const person = ({ name, email }: { name: string; email: string }): object => ({ name, email });

function jobObject(hub: Hub, job: JobRecord, run: RunRecord): object {
  const { id, run_attempt, name, status, conclusion, steps, created_at, started_at, completed_at } = job;
  const run_url = `${repoApi(hub)}/actions/runs/${run.id}`;
  return {
    ...{ id, run_attempt, name, status, conclusion, steps, created_at, started_at, completed_at, run_id: run.id },
    ...{ run_url, node_id: nodeId('Job', id), head_sha: run.head_sha, head_branch: headBranch(hub, run) },
    url: `${repoApi(hub)}/actions/jobs/${id}`,
    html_url: `${repoHtml(hub)}/actions/runs/${run.id}/job/${id}`,
    check_run_url: `${repoApi(hub)}/check-runs/${id}`,
    ...{ workflow_name: run.name, labels: ['ubuntu-latest'], runner_id: 1, runner_name: 'sandbox' },
    ...{ runner_group_id: 1, runner_group_name: 'Default' },
  };
}
