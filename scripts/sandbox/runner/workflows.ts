import { basename } from 'node:path';
import { parseDocument, type Document } from 'yaml';
import type { GitHubEvent } from '../github/records.ts';
import { announceEnvironments } from './environments.ts';
import { fillIn, ONLY_THE_JOB_KNOWS, type Contexts } from './expression.ts';

/** A concurrency group of a workflow or of one of its jobs, its expressions filled in; `*` stands for what only a job knows. */
export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
  /** `max`: all wait, in order. `single`: a newer one takes the place of the one that waits. */
  readonly queue: 'single' | 'max';
}

export type Mapping = Readonly<Record<string, unknown>>;

/** One workflow file. */
export interface WorkflowFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly name: string;
  readonly content: Mapping;
  /**
   * The same file for act 0.2.89: without `concurrency.queue`, which it refuses and the sandbox's queue obeys, and with a step that
   * says the environment of a job that has one.
   */
  readonly forAct: string;
}

export interface Workflow extends WorkflowFile {
  /** The workflows of this repository that its jobs call, and those that these call, by what `uses` says. */
  readonly called: ReadonlyMap<string, WorkflowFile>;
}

/** A workflow file that cannot be read. */
export class NoYaml extends Error {}

/** The workflow of this file if the event starts it. */
export function workflowFor(event: GitHubEvent, path: string, source: string): WorkflowFile | undefined {
  const file = readWorkflow(path, source);
  return isStartedBy(event, path, file.content['on']) ? file : undefined;
}

export function readWorkflow(path: string, source: string): WorkflowFile {
  const document = parseDocument(source);
  if (document.errors.length > 0) throw new NoYaml(`${path} is not YAML: ${document.errors[0]?.message ?? ''}`);
  const parsed: unknown = document.toJS();
  const content = isMapping(parsed) ? parsed : {};
  const name = typeof content['name'] === 'string' ? content['name'] : basename(path);
  return { path, name, content, forAct: copyForAct(document, name) };
}

/** What the jobs of a workflow call in this repository: `./.github/workflows/environment.yml`. */
export function callsOf(content: Mapping): readonly string[] {
  const uses = Object.values(jobsOf(content)).map((job) => job['uses']);
  return uses.filter((path): path is string => typeof path === 'string' && path.startsWith('./'));
}

export function jobsOf(content: Mapping): Readonly<Record<string, Mapping>> {
  const jobs = Object.entries(isMapping(content['jobs']) ? content['jobs'] : {});
  return Object.fromEntries(jobs.flatMap(([name, job]) => (isMapping(job) ? [[name, job]] : [])));
}

/** The groups of a workflow, of its jobs and of what they call. */
export function concurrencyOf({ content, called }: Workflow, contexts: Contexts): readonly Concurrency[] {
  // With which inputs a workflow is called, only the calling job knows.
  const inside = { ...contexts, inputs: ONLY_THE_JOB_KNOWS };
  return [
    ...placesOf(content).flatMap((place) => groupOf(place, contexts) ?? []),
    ...[...called.values()].flatMap((file) => placesOf(file.content).flatMap((place) => groupOf(place, inside) ?? [])),
  ];
}

function placesOf(content: Mapping): readonly Mapping[] {
  return [content, ...Object.values(jobsOf(content))];
}

/**
 * What starts a workflow that names no `types`.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  issue_comment: ['created', 'edited', 'deleted'],
  merge_group: ['checks_requested'],
};

function isStartedBy(event: GitHubEvent, path: string, on: unknown): boolean {
  if (event.workflow !== undefined && event.workflow !== basename(path)) return false;
  if (typeof on === 'string') return isStartedBy(event, path, { [on]: null });
  if (Array.isArray(on)) return isStartedBy(event, path, Object.fromEntries(on.map((name) => [String(name), null])));
  if (!isMapping(on) || !(event.name in on)) return false;
  const filter = on[event.name];
  const filters = isMapping(filter) ? filter : {};
  if (event.name === 'push') {
    refuseOthers(event.name, filters, ['branches']);
    return includesBranch(filters['branches'], event.ref);
  }
  const defaults = TYPES[event.name];
  if (defaults === undefined) return true;
  refuseOthers(event.name, filters, event.name === 'merge_group' ? ['types', 'branches'] : ['types']);
  const types = filters['types'] === undefined ? defaults : listOf(filters['types']);
  const group = event.payload['merge_group'];
  const base = isMapping(group) && typeof group['base_ref'] === 'string' ? group['base_ref'] : '';
  return types.includes(event.payload['action']) && includesBranch(filters['branches'], base);
}

/** A filter that was not obeyed would start a workflow here that GitHub does not start. */
function refuseOthers(event: string, filters: Mapping, known: readonly string[]): void {
  const other = Object.keys(filters).find((name) => !known.includes(name));
  if (other !== undefined) throw new Error(`The sandbox does not know the filter "${other}" of ${event}.`);
}

/** Where GitHub takes a list, it takes one value as well. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Names only: this repository's workflows use no patterns, and one that did would silently not start here. */
function includesBranch(branches: unknown, ref: string): boolean {
  if (branches === undefined) return true;
  const names = listOf(branches).map(String);
  const pattern = names.find((name) => /[*?+[!]/.test(name));
  if (pattern !== undefined) throw new Error(`The sandbox knows no branch patterns such as "${pattern}".`);
  return names.some((name) => ref === `refs/heads/${name}`);
}

function groupOf(place: Mapping, contexts: Contexts): Concurrency | undefined {
  const value = place['concurrency'];
  const fill = (template: string): string => fillIn(template, contexts);
  if (typeof value === 'string') return { group: fill(value), cancelInProgress: false, queue: 'single' };
  if (!isMapping(value) || typeof value['group'] !== 'string') return undefined;
  const cancelling = value['cancel-in-progress'] ?? false;
  const cancel = typeof cancelling === 'string' ? fill(cancelling) : JSON.stringify(cancelling);
  if (cancel !== 'true' && cancel !== 'false') {
    throw new Error(`cancel-in-progress is "${cancel === '*' ? 'known to the job only' : cancel}", not true or false.`);
  }
  return {
    group: fill(value['group']),
    cancelInProgress: cancel === 'true',
    queue: value['queue'] === 'max' ? 'max' : 'single',
  };
}

function copyForAct(document: Document, name: string): string {
  const content: unknown = document.toJS();
  if (!isMapping(content)) return document.toString();
  // act would take the name of the file that it is given.
  document.set('name', name);
  for (const place of [[], ...Object.keys(jobsOf(content)).map((job) => ['jobs', job])]) {
    const queue = [...place, 'concurrency', 'queue'];
    if (document.hasIn(queue)) document.deleteIn(queue);
  }
  announceEnvironments(document);
  return document.toString();
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
