import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../../../actions/lib/errors.ts';
import type { GitHubEvent, RunRecord } from '../github/records.ts';
import type { LocalGitHub } from '../github/index.ts';
import { jobName, startAct, type ActLine, type ActRun } from './act.ts';
import { RunQueue } from './queue.ts';
import { findReplacements } from './replacements.ts';
import { workflowFor, type Workflow } from './workflows.ts';

const execute = promisify(execFile);

export interface RunnerOptions {
  readonly github: LocalGitHub;
  readonly owner: string;
  readonly repo: string;
  readonly act: string;
  /** Folder of the runs: logs, summaries, artifacts. */
  readonly runsDir: string;
  /** Where `actions/cache` keeps what it keeps. */
  readonly cacheDir: string;
  /** The project's own folder: its `node_modules` serve a run whose lock file is the same. */
  readonly installation: string;
  /** What the steps see besides what the runner sets: PATH, AWS_ENDPOINT_URL, Terraform's configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** The repository's variables. */
  readonly vars: Readonly<Record<string, string>>;
  readonly report: (message: string) => void;
}

/** Starts the workflows that an event starts, as GitHub would: from the files of the event's own commit. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #queue = new RunQueue();
  readonly #active = new Map<number, ActRun>();
  readonly #cancelled = new Set<number>();
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    options.github.store.onCancel((run) => {
      // One that an earlier sandbox has left unfinished is in no queue.
      if (!this.#queue.cancel(run.id)) this.#conclude(run, 'cancelled');
    });
    options.github.store.onRerun((run, event) => void this.#guard(() => this.#enqueueAgain(run, event)));
  }

  /** Never throws. A workflow file that cannot be read becomes a failed run, as at GitHub, and the sandbox goes on. */
  handle(event: GitHubEvent): void {
    void this.#guard(async () => {
      for (const path of await this.#workflowFiles(event)) {
        try {
          const workflow = await this.#workflow(event, path);
          if (workflow !== undefined) this.#enqueue(this.#createRun(event, path, workflow.name), workflow, event);
        } catch (error) {
          await this.#fail(this.#createRun(event, path, path), error);
        }
      }
    });
  }

  /** Cancels what runs and waits until its processes have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#active.keys()].map((id) => this.#stop(id)));
  }

  async #guard(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#options.report(describeError(error));
    }
  }

  async #workflowFiles(event: GitHubEvent): Promise<string[]> {
    const list = await this.#git('ls-tree', '--name-only', event.sha, '.github/workflows/');
    return list.split('\n').filter((path) => /\.ya?ml$/.test(path));
  }

  async #workflow(event: GitHubEvent, path: string): Promise<Workflow | undefined> {
    return workflowFor(event, path, await this.#git('show', `${event.sha}:${path}`));
  }

  #createRun(event: GitHubEvent, workflow: string, name: string): RunRecord {
    return this.#options.github.store.createRun({ workflow, name, event, title: titleOf(event, name) });
  }

  async #fail(run: RunRecord, error: unknown): Promise<void> {
    const folder = join(this.#options.runsDir, String(run.id));
    await mkdir(folder, { recursive: true });
    await appendFile(join(folder, 'log.txt'), `${describeError(error)}\n`);
    this.#conclude(run, 'failure');
  }

  #conclude(run: RunRecord, conclusion: 'success' | 'failure' | 'cancelled'): void {
    this.#options.github.store.updateRun(run.id, { status: 'completed', conclusion });
    this.#options.report(`run ${run.id} ${conclusion}: ${run.name}`);
  }

  async #enqueueAgain(run: RunRecord, event: GitHubEvent): Promise<void> {
    const workflow = await this.#workflow(event, run.workflow);
    if (workflow !== undefined) this.#enqueue(run, workflow, event);
  }

  #enqueue(run: RunRecord, workflow: Workflow, event: GitHubEvent): void {
    this.#options.report(`run ${run.id} queued: ${run.name}, ${run.display_title}`);
    this.#cancelled.delete(run.id); // It may be run again after it was cancelled.
    this.#queue.add({
      id: run.id,
      concurrency: workflow.concurrency,
      start: () => this.#start(run, workflow, event),
      cancel: (was) => {
        if (was === 'waiting') this.#conclude(run, 'cancelled');
        else void this.#guard(() => this.#stop(run.id));
      },
    });
  }

  /** Ends the processes of a running one; `#start` concludes it. */
  async #stop(id: number): Promise<void> {
    this.#cancelled.add(id);
    await this.#active.get(id)?.cancel();
  }

  async #start(run: RunRecord, workflow: Workflow, event: GitHubEvent): Promise<void> {
    try {
      if (this.#closed) return this.#conclude(run, 'cancelled');
      this.#options.github.store.updateRun(run.id, { status: 'in_progress' });
      const code = await this.#act(run, workflow, event);
      return this.#conclude(run, this.#cancelled.has(run.id) ? 'cancelled' : code === 0 ? 'success' : 'failure');
    } catch (error) {
      return this.#fail(run, error);
    } finally {
      this.#active.delete(run.id);
    }
  }

  async #act(run: RunRecord, workflow: Workflow, event: GitHubEvent): Promise<number> {
    const { github, act, runsDir, cacheDir, installation, env, vars } = this.#options;
    const folder = join(runsDir, String(run.id));
    const tree = join(folder, 'tree');
    await mkdir(folder, { recursive: true });
    await this.#checkOut(event, tree);
    const workflowFile = join(folder, 'workflow.yml');
    const eventFile = join(folder, 'payload.json');
    await writeFile(workflowFile, workflow.forAct);
    await writeFile(eventFile, JSON.stringify(event.payload));
    const jobs = new JobTracker(this.#options, run, folder, () => this.#cancelled.has(run.id));
    const actRun = await startAct({
      act,
      event: event.name,
      tree,
      workflowFile,
      eventFile,
      scratch: join(folder, 'scratch'),
      env: { ...env, SANDBOX_RUN_DIR: folder, SANDBOX_CACHE_DIR: cacheDir, SANDBOX_INSTALLATION: installation },
      overrides: {
        GITHUB_API_URL: github.apiUrl,
        GITHUB_SERVER_URL: github.serverUrl,
        GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
        GITHUB_RUN_ID: String(run.id),
        GITHUB_RUN_NUMBER: String(run.run_number),
        GITHUB_RUN_ATTEMPT: String(run.run_attempt),
      },
      vars,
      secrets: { GITHUB_TOKEN: github.tokens.actions },
      actor: event.actor,
      replacements: await findReplacements(tree),
      logFile: join(folder, 'log.txt'),
      onLine: (line) => jobs.read(line),
    });
    this.#active.set(run.id, actRun);
    if (this.#cancelled.has(run.id) || this.#closed) await actRun.cancel();
    const code = await actRun.ended;
    await jobs.finish();
    await rm(tree, { recursive: true, force: true });
    return code;
  }

  /** A clone that knows its repository by GitHub's address, which is where act reads `github.repository` from. */
  async #checkOut(event: GitHubEvent, tree: string): Promise<void> {
    const { owner, repo } = this.#options;
    const { gitDir } = this.#options.github;
    const ref = event.name === 'pull_request' ? event.ref : event.sha;
    await rm(tree, { recursive: true, force: true });
    await execute('git', ['clone', '--quiet', '--shared', '--no-checkout', gitDir, tree]);
    await execute('git', ['-C', tree, 'fetch', '--quiet', 'origin', ref]);
    await execute('git', ['-C', tree, 'checkout', '--quiet', '-B', branchOf(event.ref), 'FETCH_HEAD']);
    await execute('git', ['-C', tree, 'remote', 'set-url', 'origin', `https://github.com/${owner}/${repo}.git`]);
  }

  async #git(...args: string[]): Promise<string> {
    const { stdout } = await execute('git', ['--git-dir', this.#options.github.gitDir, ...args], {
      maxBuffer: 1 << 26,
    });
    return stdout;
  }
}

/** Turns act's lines into jobs, their logs and the summary of the run. */
class JobTracker {
  readonly #options: RunnerOptions;
  readonly #run: RunRecord;
  readonly #folder: string;
  readonly #isCancelled: () => boolean;
  readonly #jobs = new Map<string, { id: number; logFile: string; done: boolean }>();
  #writes: Promise<void> = Promise.resolve();

  constructor(options: RunnerOptions, run: RunRecord, folder: string, isCancelled: () => boolean) {
    this.#isCancelled = isCancelled;
    this.#options = options;
    this.#run = run;
    this.#folder = folder;
  }

  read(line: ActLine): void {
    if (line.job === undefined) return;
    const name = jobName(line.jobID ?? line.job, line.matrix);
    const job = this.#jobs.get(name) ?? this.#add(name);
    if (line.command === 'summary') this.#append(join(this.#folder, 'summary.md'), line.content ?? '');
    this.#append(job.logFile, line.msg.endsWith('\n') ? line.msg : `${line.msg}\n`);
    if (line.jobResult !== undefined) {
      job.done = true;
      // act calls a job that was interrupted a failed one.
      const conclusion = line.jobResult === 'success' ? 'success' : this.#isCancelled() ? 'cancelled' : 'failure';
      this.#complete(job.id, conclusion);
      this.#options.report(`run ${this.#run.id} ${conclusion}: ${this.#run.name} / ${name}`);
    }
  }

  async finish(): Promise<void> {
    await this.#writes;
    for (const job of this.#jobs.values()) if (!job.done) this.#complete(job.id, 'cancelled');
  }

  #add(name: string): { id: number; logFile: string; done: boolean } {
    const { store } = this.#options.github;
    const logFile = join(this.#folder, `${name.replaceAll(/[^\w-]+/g, '-')}.txt`);
    const { id } = store.addJob(this.#run.id, { name, logFile });
    store.updateJob(id, { status: 'in_progress' });
    const job = { id, logFile, done: false };
    this.#jobs.set(name, job);
    return job;
  }

  #complete(id: number, conclusion: 'success' | 'failure' | 'cancelled'): void {
    this.#options.github.store.updateJob(id, { status: 'completed', conclusion });
  }

  #append(file: string, text: string): void {
    this.#writes = this.#writes.then(() => appendFile(file, text));
  }
}

function branchOf(ref: string): string {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : ref.replace(/^refs\//, '');
}

function titleOf({ payload }: GitHubEvent, name: string): string {
  const text = (value: unknown, key: string): string | undefined => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  return text(payload['pull_request'], 'title') ?? text(payload['head_commit'], 'message')?.split('\n')[0] ?? name;
}
