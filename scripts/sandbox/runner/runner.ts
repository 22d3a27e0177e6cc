import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../../../actions/lib/errors.ts';
import type { GitHubEvent, RunRecord } from '../github/records.ts';
import type { LocalGitHub } from '../github/index.ts';
import { startAct, type ActRun } from './act.ts';
import { contextsOf, refName } from './contexts.ts';
import { JobTracker } from './jobs.ts';
import { permissionsOf } from './permissions.ts';
import { RunQueue } from './queue.ts';
import { findReplacements } from './replacements.ts';
import { trustOf } from './trust.ts';
import {
  callsOf,
  concurrencyOf,
  NoYaml,
  readWorkflow,
  workflowFor,
  type Workflow,
  type WorkflowFile,
} from './workflows.ts';

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

interface Rights {
  /** `GITHUB_TOKEN` */
  readonly token: string;
  /** Whether a token for AWS can be asked for. */
  readonly idToken: boolean;
}

/** Starts the workflows that an event starts, as GitHub would: from the files of the event's own commit. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #queue = new RunQueue();
  readonly #active = new Map<number, ActRun>();
  readonly #cancelled = new Set<number>();
  readonly #killed = new Set<number>();
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    options.github.store.onCancel((run) => {
      // One that an earlier sandbox has left unfinished is in no queue.
      if (!this.#queue.cancel(run.id)) this.#conclude(run, 'cancelled');
    });
    options.github.store.onKill((run) => void this.#guard(() => this.#kill(run.id)));
    options.github.store.onRerun((run, event) => void this.#guard(() => this.#enqueueAgain(run, event)));
  }

  /**
   * Answers the runs that the event starts. Never rejects: a workflow file that cannot be read becomes a failed run, as at GitHub, and
   * the sandbox goes on.
   */
  async handle(event: GitHubEvent): Promise<readonly number[]> {
    const started: number[] = [];
    // As at GitHub: a branch that goes starts nothing.
    if (event.payload['deleted'] === true) return started;
    await this.#guard(async () => {
      for (const path of await this.#workflowFiles(event)) {
        let run: RunRecord | undefined;
        try {
          const workflow = await this.#workflow(event, path);
          if (workflow === undefined) continue;
          run = this.#createRun(event, path, workflow.name);
          this.#enqueue(run, workflow, event);
        } catch (error) {
          // As at GitHub, a file that is not YAML is a failed run of the push that brings it, and nothing to other events.
          if (error instanceof NoYaml && event.name !== 'push') continue;
          run ??= this.#createRun(event, path, path);
          await this.#fail(run, error);
        }
        started.push(run.id);
      }
    });
    return started;
  }

  /** Cancels what runs and waits until its processes have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    const runs = [...this.#active.entries()];
    for (const [id] of runs) this.#cancelled.add(id);
    await Promise.all(runs.map(([, run]) => run.close()));
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
    const files = list.split('\n').filter((path) => /\.ya?ml$/.test(path));
    return event.workflow === undefined ? files : files.filter((path) => path.endsWith(`/${event.workflow}`));
  }

  async #workflow(event: GitHubEvent, path: string): Promise<Workflow | undefined> {
    const file = workflowFor(event, path, await this.#git('show', `${event.sha}:${path}`));
    return file === undefined ? undefined : { ...file, called: await this.#called(event, file) };
  }

  /** What the workflow calls, and what that calls. */
  async #called(event: GitHubEvent, file: WorkflowFile): Promise<ReadonlyMap<string, WorkflowFile>> {
    const found = new Map<string, WorkflowFile>();
    const waiting = [...callsOf(file.content)];
    for (let uses = waiting.shift(); uses !== undefined; uses = waiting.shift()) {
      if (found.has(uses)) continue;
      const path = uses.replace(/^\.\//, '');
      const callee = readWorkflow(path, await this.#git('show', `${event.sha}:${path}`));
      found.set(uses, callee);
      waiting.push(...callsOf(callee.content));
    }
    return found;
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
    try {
      if (workflow !== undefined) this.#enqueue(run, workflow, event);
    } catch (error) {
      await this.#fail(run, error);
    }
  }

  #enqueue(run: RunRecord, workflow: Workflow, event: GitHubEvent): void {
    const { owner, repo, github, vars: all } = this.#options;
    const place = { owner, repo, serverUrl: github.serverUrl, apiUrl: github.apiUrl };
    const vars = trustOf(event).variables ? all : {};
    const concurrency = concurrencyOf(workflow, contextsOf(event, run, { ...place, vars }));
    this.#options.report(`run ${run.id} queued: ${run.name}, ${run.display_title}`);
    // It may be run again after that.
    this.#cancelled.delete(run.id);
    this.#killed.delete(run.id);
    this.#queue.add({
      id: run.id,
      concurrency,
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

  /** One whose steps have not begun yet dies when they do. */
  async #kill(id: number): Promise<void> {
    this.#killed.add(id);
    await this.#active.get(id)?.kill();
  }

  async #start(run: RunRecord, workflow: Workflow, event: GitHubEvent): Promise<void> {
    try {
      if (this.#closed) return this.#conclude(run, 'cancelled');
      this.#options.github.store.updateRun(run.id, { status: 'in_progress' });
      const code = await this.#withToken(workflow, event, (rights) => this.#act(run, workflow, event, rights));
      return this.#conclude(run, this.#cancelled.has(run.id) ? 'cancelled' : code === 0 ? 'success' : 'failure');
    } catch (error) {
      return this.#fail(run, error);
    } finally {
      this.#active.delete(run.id);
    }
  }

  /** As at GitHub, a run's token ends with it. */
  async #withToken<T>(workflow: Workflow, event: GitHubEvent, body: (rights: Rights) => Promise<T>): Promise<T> {
    const { github } = this.#options;
    const permissions = permissionsOf(workflow);
    const { readOnly } = trustOf(event);
    const token = github.createActionsToken({ readOnly, permissions });
    try {
      return await body({ token, idToken: permissions['id-token'] === 'write' && !readOnly });
    } finally {
      github.revokeToken(token);
    }
  }

  async #act(run: RunRecord, workflow: Workflow, event: GitHubEvent, rights: Rights): Promise<number> {
    const { github, act, runsDir, cacheDir, installation, env, vars, owner, repo, report } = this.#options;
    const folder = join(runsDir, String(run.id));
    const tree = join(folder, 'tree');
    await mkdir(folder, { recursive: true });
    await this.#checkOut(event, tree);
    const workflowFile = join(folder, 'workflow.yml');
    const eventFile = join(folder, 'payload.json');
    await writeFile(workflowFile, workflow.forAct);
    await writeFile(eventFile, JSON.stringify(event.payload));
    for (const { path, forAct } of workflow.called.values()) await writeFile(join(tree, path), forAct);
    const isCancelled = (): boolean => this.#cancelled.has(run.id);
    const jobs = new JobTracker({ github, owner, repo, report, run, event, folder, isCancelled });
    const actRun = await startAct({
      act,
      event: event.name,
      tree,
      workflowFile,
      eventFile,
      scratch: join(folder, 'scratch'),
      env: {
        ...env,
        ...{ SANDBOX_RUN_DIR: folder, SANDBOX_CACHE_DIR: cacheDir, SANDBOX_INSTALLATION: installation },
        SANDBOX_ID_TOKEN: rights.idToken ? 'write' : '',
      },
      overrides: {
        GITHUB_API_URL: github.apiUrl,
        GITHUB_SERVER_URL: github.serverUrl,
        GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
        GITHUB_RUN_ID: String(run.id),
        GITHUB_RUN_NUMBER: String(run.run_number),
        GITHUB_RUN_ATTEMPT: String(run.run_attempt),
        GITHUB_TRIGGERING_ACTOR: run.triggering_actor ?? event.actor,
        // act would take them from the tree's branch; SHA_REF is its own name for the commit.
        GITHUB_REF: event.ref,
        GITHUB_REF_NAME: refName(event.ref),
        SHA_REF: event.sha,
      },
      vars: trustOf(event).variables ? vars : {},
      secrets: { GITHUB_TOKEN: rights.token },
      actor: event.actor,
      workflow: workflow.name,
      replacements: await findReplacements(tree),
      logFile: join(folder, 'log.txt'),
      onLine: (line) => jobs.read(line),
    });
    this.#active.set(run.id, actRun);
    if (this.#closed) await actRun.close();
    else if (this.#killed.has(run.id)) await actRun.kill();
    else if (this.#cancelled.has(run.id)) await actRun.cancel();
    const code = await actRun.ended;
    await jobs.finish();
    await rm(tree, { recursive: true, force: true });
    return code;
  }

  /** A clone that knows its repository by GitHub's address, which is where act reads `github.repository` from. */
  async #checkOut(event: GitHubEvent, tree: string): Promise<void> {
    const { owner, repo } = this.#options;
    const { gitDir } = this.#options.github;
    await rm(tree, { recursive: true, force: true });
    await execute('git', ['clone', '--quiet', '--shared', '--no-checkout', gitDir, tree]);
    // The event's own commit, also when it is run again: a shared clone has it, whatever its branch is by now.
    await execute('git', ['-C', tree, 'checkout', '--quiet', '-B', branchOf(event.ref), event.sha]);
    await execute('git', ['-C', tree, 'remote', 'set-url', 'origin', `https://github.com/${owner}/${repo}.git`]);
  }

  async #git(...args: string[]): Promise<string> {
    const { stdout } = await execute('git', ['--git-dir', this.#options.github.gitDir, ...args], {
      maxBuffer: 1 << 26,
    });
    return stdout;
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
  const titled = text(payload['pull_request'], 'title') ?? text(payload['issue'], 'title');
  const commit: unknown = Object(payload['merge_group']).head_commit ?? payload['head_commit'];
  return titled ?? text(commit, 'message')?.split('\n')[0] ?? name;
}
