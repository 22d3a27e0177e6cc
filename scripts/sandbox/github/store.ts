import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTIONS_BOT, type Account, type GitHubEvent, type IssueRecord, type JobRecord } from './records.ts';
import type { ProtectionRecord, RunRecord, State, UserRecord } from './records.ts';

export interface NewRun {
  /** Path of the workflow file, from the repository's root. */
  workflow: string;
  /** The workflow's `name`. */
  name: string;
  event: GitHubEvent;
  /** What the list of runs shows; the pull request's or the commit's title as a rule. */
  title: string;
}

/** Everything that is not in git: one JSON file, written whole and renamed into place. */
export class Store {
  readonly state: State;
  readonly #dir: string;
  readonly #file: string;
  readonly #cancelled: ((run: RunRecord) => void)[] = [];
  readonly #killed: ((run: RunRecord) => void)[] = [];
  readonly #rerun: ((run: RunRecord, event: GitHubEvent) => void)[] = [];
  /** Waiting for the end of some run. */
  readonly #completed: (() => void)[] = [];

  constructor(dir: string) {
    this.#dir = dir;
    this.#file = join(dir, 'github.json');
    mkdirSync(dir, { recursive: true });
    this.state = existsSync(this.#file) ? read(this.#file) : empty();
  }

  save(): void {
    // It holds tokens.
    writeFileSync(`${this.#file}.next`, JSON.stringify(this.state), { mode: 0o600 });
    renameSync(`${this.#file}.next`, this.#file);
  }

  id(): number {
    this.state.nextId += 1;
    return this.state.nextId;
  }

  user(login: string): UserRecord {
    // The bot's number is GitHub's own.
    const make = (): UserRecord => ({
      id: login === ACTIONS_BOT ? 41898282 : this.id(),
      login,
      type: login.endsWith('[bot]') ? 'Bot' : 'User',
      created_at: now(),
    });
    return findOrAdd(this.state.users, (user) => user.login === login, make);
  }

  label(name: string): State['labels'][number] {
    const same = (label: { name: string }): boolean => label.name.toLowerCase() === name.toLowerCase();
    return findOrAdd(this.state.labels, same, () => ({ id: this.id(), name }));
  }

  workflowId(path: string): number {
    const same = (workflow: { path: string }): boolean => workflow.path === path;
    return findOrAdd(this.state.workflows, same, () => ({ id: this.id(), path })).id;
  }

  /** A new issue with the next number, not yet in the list: a pull request adds its part first. */
  newIssue({ login }: Account, title: string, body: string | null): IssueRecord {
    const number = this.state.nextNumber;
    this.state.nextNumber += 1;
    const times = { created_at: now(), updated_at: now(), closed_at: null };
    return {
      id: this.id(),
      number,
      title,
      body,
      state: 'open',
      state_reason: null,
      author: login,
      ...{ labels: [], assignees: [], closed_by: null },
      ...times,
    };
  }

  /** A protected branch takes pull requests only: pushes and `PUT …/contents` to it are refused. */
  protect(protection: ProtectionRecord): void {
    this.unprotect(protection.branch);
    this.state.protections.push(protection);
    this.save();
  }

  unprotect(branch: string): void {
    this.state.protections = this.state.protections.filter((protection) => protection.branch !== branch);
    this.save();
  }

  protection(branch: string): ProtectionRecord | undefined {
    return this.state.protections.find((protection) => protection.branch === branch);
  }

  createRun({ workflow, name, event, title }: NewRun): RunRecord {
    this.workflowId(workflow);
    const id = this.id();
    const folder = join(this.#dir, 'runs', String(id));
    mkdirSync(folder, { recursive: true });
    const eventFile = join(folder, 'event.json');
    writeFileSync(eventFile, JSON.stringify(event, null, 2));
    const run_number = this.state.runs.filter((other) => other.workflow === workflow).length + 1;
    const run: RunRecord = {
      ...{ id, name, workflow, run_number, run_attempt: 1, event: event.name, eventFile, ref: event.ref },
      ...{ head_sha: headOf(event), actor: event.actor, display_title: title, status: 'queued', conclusion: null },
      ...{ created_at: now(), updated_at: now(), run_started_at: now() },
    };
    this.state.runs.push(run);
    this.save();
    return run;
  }

  updateRun(id: number, change: Partial<Pick<RunRecord, 'status' | 'conclusion' | 'display_title'>>): RunRecord {
    const run = Object.assign(one(this.state.runs, id), change, { updated_at: now() });
    this.save();
    if (run.status === 'completed') for (const listener of this.#completed.splice(0)) listener();
    return run;
  }

  /** The run when it has ended. */
  async completed(id: number): Promise<RunRecord> {
    const run = one(this.state.runs, id);
    while (run.status !== 'completed') await new Promise<void>((ended) => this.#completed.push(ended));
    return run;
  }

  addJob(runId: number, { name, logFile = null }: { name: string; logFile?: string | null }): JobRecord {
    const { id: run, run_attempt } = one(this.state.runs, runId);
    const times = { created_at: now(), started_at: now(), completed_at: null };
    const about = { id: this.id(), run, run_attempt, name, logFile, steps: [] };
    const job: JobRecord = { ...about, status: 'queued', conclusion: null, ...times };
    this.state.jobs.push(job);
    this.save();
    return job;
  }

  updateJob(id: number, change: Partial<Pick<JobRecord, 'status' | 'conclusion' | 'logFile' | 'steps'>>): JobRecord {
    const job = one(this.state.jobs, id);
    if (change.status === 'in_progress' && job.status !== 'in_progress') job.started_at = now();
    if (change.status === 'completed') job.completed_at = now();
    Object.assign(job, change);
    this.save();
    return job;
  }

  /** Told when someone cancels a run through the API. The runner stops it and calls `updateRun`. */
  onCancel(listener: (run: RunRecord) => void): void {
    this.#cancelled.push(listener);
  }

  /** Told when someone wants the runner of a run to die. */
  onKill(listener: (run: RunRecord) => void): void {
    this.#killed.push(listener);
  }

  /** Told when someone re-runs a run through the API; it is queued again, its attempt one higher. */
  onRerun(listener: (run: RunRecord, event: GitHubEvent) => void): void {
    this.#rerun.push(listener);
  }

  cancel(run: RunRecord): void {
    for (const listener of this.#cancelled) listener(run);
  }

  kill(run: RunRecord): void {
    for (const listener of this.#killed) listener(run);
  }

  rerun(run: RunRecord, triggering_actor: string): void {
    const event: GitHubEvent = JSON.parse(readFileSync(run.eventFile, 'utf8'));
    const again = { status: 'queued', conclusion: null, run_attempt: run.run_attempt + 1, triggering_actor };
    Object.assign(run, again, { updated_at: now(), run_started_at: now() });
    this.save();
    for (const listener of this.#rerun) listener(run, event);
  }
}

/** A pull request's runs are listed by its own commit, not by the test merge that they run on. */
function headOf({ name, sha, payload }: GitHubEvent): string {
  const head: unknown = name === 'pull_request' ? Object(Object(payload['pull_request']).head).sha : undefined;
  return typeof head === 'string' ? head : sha;
}

/** As GitHub writes times: ISO 8601, UTC, seconds. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function findOrAdd<T>(records: T[], same: (record: T) => boolean, make: () => T): T {
  const known = records.find(same);
  if (known !== undefined) return known;
  const record = make();
  records.push(record);
  return record;
}

function one<T extends { id: number }>(records: T[], id: number): T {
  const record = records.find((entry) => entry.id === id);
  if (record === undefined) throw new Error(`No record ${id}`);
  return record;
}

function read(file: string): State {
  const state: State = JSON.parse(readFileSync(file, 'utf8'));
  if (state.version === 1) {
    // What an earlier sandbox did not know yet.
    const issues = state.issues.map((issue) => ({ ...{ assignees: [], closed_by: null }, ...issue }));
    return { ...empty(), ...state, issues };
  }
  throw new Error(`${file} is of another version of the sandbox: run make sandbox/reset`);
}

function empty(): State {
  return {
    ...{ version: 1, nextId: 1000, nextNumber: 1, created_at: now(), pushed_at: now(), tokens: {}, forks: [] },
    ...{ users: [], protections: [], issues: [], comments: [], labels: [], deployments: [], workflows: [] },
    ...{ runs: [], jobs: [] },
  };
}
