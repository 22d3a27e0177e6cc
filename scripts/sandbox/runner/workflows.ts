import { basename } from 'node:path';
import { parseDocument, type Document } from 'yaml';
import type { GitHubEvent } from '../github/records.ts';

/** A concurrency group of a workflow or of one of its jobs, its expressions filled in; `*` stands for what only a job knows. */
export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
  /** `max`: all wait, in order. `single`: a newer one takes the place of the one that waits. */
  readonly queue: 'single' | 'max';
}

export interface Workflow {
  /** Path from the repository's root. */
  readonly path: string;
  readonly name: string;
  readonly concurrency: readonly Concurrency[];
  /** The same file without `concurrency.queue`, which act 0.2.89 refuses; the sandbox's queue obeys it. */
  readonly forAct: string;
}

type Mapping = Readonly<Record<string, unknown>>;

/** The workflow of this file if the event starts it. */
export function workflowFor(event: GitHubEvent, path: string, source: string): Workflow | undefined {
  const document = parseDocument(source);
  if (document.errors.length > 0) throw new Error(`${path} is not YAML: ${document.errors[0]?.message ?? ''}`);
  const content: unknown = document.toJS();
  if (!isMapping(content) || !isStartedBy(event, path, content['on'])) return undefined;
  const places = [content, ...Object.values(isMapping(content['jobs']) ? content['jobs'] : {}).filter(isMapping)];
  return {
    path,
    name: typeof content['name'] === 'string' ? content['name'] : basename(path),
    concurrency: places.flatMap((place) => concurrencyOf(place, event) ?? []),
    forAct: withoutQueue(document),
  };
}

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
  if (event.name === 'pull_request') {
    refuseOthers(event.name, filters, ['types']);
    const { types } = filters;
    return types === undefined ? hasDefaultType(event) : listOf(types).includes(event.payload['action']);
  }
  return true;
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

/** https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request */
function hasDefaultType({ payload }: GitHubEvent): boolean {
  return ['opened', 'synchronize', 'reopened'].includes(String(payload['action']));
}

/** Names only: this repository's workflows use no patterns, and one that did would silently not start here. */
function includesBranch(branches: unknown, ref: string): boolean {
  if (branches === undefined) return true;
  const names = listOf(branches).map(String);
  const pattern = names.find((name) => /[*?+[!]/.test(name));
  if (pattern !== undefined) throw new Error(`The sandbox knows no branch patterns such as "${pattern}".`);
  return names.some((name) => ref === `refs/heads/${name}`);
}

function concurrencyOf(place: Mapping, event: GitHubEvent): Concurrency | undefined {
  const value = place['concurrency'];
  if (typeof value === 'string') return { group: fill(value, event), cancelInProgress: false, queue: 'single' };
  if (!isMapping(value) || typeof value['group'] !== 'string') return undefined;
  return {
    group: fill(value['group'], event),
    cancelInProgress: value['cancel-in-progress'] === true,
    queue: value['queue'] === 'max' ? 'max' : 'single',
  };
}

/** Fills in `${{ github.event.a.b }}`, `${{ github.ref }}` and `${{ inputs.x }}`; anything else becomes `*`. */
function fill(template: string, event: GitHubEvent): string {
  const known: Mapping = {
    github: { event: event.payload, ref: event.ref, sha: event.sha, actor: event.actor, event_name: event.name },
    inputs: event.payload['inputs'],
  };
  return template.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/gs, (_, path: string) => {
    const value = path.split('.').reduce<unknown>((at, key) => (isMapping(at) ? at[key] : undefined), known);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '*';
  });
}

function withoutQueue(document: Document): string {
  const content: unknown = document.toJS();
  const jobs = isMapping(content) && isMapping(content['jobs']) ? Object.keys(content['jobs']) : [];
  for (const place of [[], ...jobs.map((name) => ['jobs', name])]) {
    const queue = [...place, 'concurrency', 'queue'];
    if (document.hasIn(queue)) document.deleteIn(queue);
  }
  return document.toString();
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
