import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { Clone } from '../../../demo/project.ts';
import { findTools, toolPath } from '../../../tools.ts';
import { startGitHub, type LocalGitHub } from '../../github/index.ts';
import type { JobRecord, RunRecord } from '../../github/records.ts';
import { Runner } from '../runner.ts';

const LIMIT_MS = 30_000;

/** A local GitHub with a runner, without AWS, and a clone to push to it from. */
export class World {
  readonly folder: string;
  readonly github: LocalGitHub;
  readonly clone: Clone;
  readonly reports: readonly string[];
  readonly #runner: Runner;
  readonly #octokit: ReturnType<typeof getOctokit>;

  private constructor(folder: string, github: LocalGitHub, clone: Clone, runner: Runner, reports: readonly string[]) {
    this.folder = folder;
    this.github = github;
    this.clone = clone;
    this.reports = reports;
    this.#runner = runner;
    this.#octokit = getOctokit(github.tokens.user, { baseUrl: github.apiUrl });
  }

  static async start(vars: Readonly<Record<string, string>>): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'runner-'));
    const reports: string[] = [];
    const runner: { current?: Runner } = {};
    const github = await startGitHub({
      stateDir: join(folder, 'github'),
      owner: 'acme',
      repo: 'small',
      onEvent: (event) => runner.current?.handle(event),
      onError: (error) => reports.push(String(error)),
    });
    runner.current = new Runner({
      github,
      owner: 'acme',
      repo: 'small',
      act: findTools().act,
      runsDir: join(folder, 'runs'),
      cacheDir: join(folder, 'cache'),
      installation: join(folder, 'installation'),
      env: { PATH: toolPath(), HOME: folder, LANG: 'C.UTF-8' },
      vars,
      report: (message) => reports.push(message),
    });
    const clone = new Clone(join(folder, 'clone'), 'ada');
    await mkdir(clone.folder);
    await clone.git('init', '--quiet', '--initial-branch', 'main');
    const remote = github.cloneUrl.replace('://', `://x-access-token:${github.tokens.user}@`);
    await clone.git('remote', 'add', 'origin', remote);
    return new World(folder, github, clone, runner.current, reports);
  }

  async end(): Promise<void> {
    await this.#runner.close();
    await this.github.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Writes a file below the world's folder, for example `clone/README.md`. */
  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async dispatch(workflow: string, inputs: Record<string, string> = {}, ref = 'main'): Promise<RunRecord> {
    const before = new Set(this.github.store.state.runs.map(({ id }) => id));
    await this.#octokit.rest.actions.createWorkflowDispatch({
      owner: 'acme',
      repo: 'small',
      workflow_id: workflow,
      ref,
      inputs,
    });
    return this.until(`a run of ${workflow}`, () =>
      this.github.store.state.runs.find((run) => !before.has(run.id) && run.workflow.endsWith(`/${workflow}`)),
    );
  }

  async cancel({ id }: RunRecord): Promise<void> {
    await this.#octokit.rest.actions.cancelWorkflowRun({ owner: 'acme', repo: 'small', run_id: id });
  }

  async rerun({ id }: RunRecord): Promise<void> {
    await this.#octokit.rest.actions.reRunWorkflow({ owner: 'acme', repo: 'small', run_id: id });
  }

  /** The first run of a workflow file, by this event if one is given. */
  run(workflow: string, event?: string): Promise<RunRecord> {
    return this.until(`a run of ${workflow}`, () =>
      this.github.store.state.runs.find(
        (run) => run.workflow.endsWith(`/${workflow}`) && (event ?? run.event) === run.event,
      ),
    );
  }

  /** What the sandbox itself can be told. */
  async control(name: string, body: object): Promise<Record<string, string>> {
    const url = `${this.github.serverUrl}/_sandbox/${name}`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    const answer: Record<string, string> = JSON.parse(await response.text());
    return answer;
  }

  /** A branch off main with one commit, and its pull request. */
  async pull(branch: string): Promise<number> {
    await this.clone.git('switch', '--quiet', '--create', branch, 'origin/main');
    await this.write(`clone/${branch}.txt`, branch);
    await this.clone.publish(branch, `Add ${branch}`);
    await this.clone.git('switch', '--quiet', 'main');
    return this.#open(this.#octokit, branch);
  }

  /** A fork with a branch, and its pull request, by somebody who has no other rights. */
  async fork(login: string, branch: string): Promise<number> {
    const { token = '', clone_url: url = '' } = await this.control('forks', { login });
    await this.clone.git('switch', '--quiet', '--create', branch, 'origin/main');
    await this.write(`clone/${branch}.txt`, branch);
    await this.clone.git('add', '--all');
    await this.clone.git('commit', '--quiet', '--message', `Add ${branch}`);
    await this.clone.git('push', '--quiet', url.replace('://', `://x-access-token:${token}@`), branch);
    await this.clone.git('switch', '--quiet', 'main');
    return this.#open(getOctokit(token, { baseUrl: this.github.apiUrl }), `${login}:${branch}`);
  }

  async #open(octokit: ReturnType<typeof getOctokit>, head: string): Promise<number> {
    const { data } = await octokit.rest.pulls.create({ owner: 'acme', repo: 'small', title: head, head, base: 'main' });
    return data.number;
  }

  /** Writes a comment, then edits it. */
  async comment(number: number, first: string, then: string): Promise<void> {
    const here = { owner: 'acme', repo: 'small' };
    const { issues } = this.#octokit.rest;
    const { data } = await issues.createComment({ ...here, issue_number: number, body: first });
    await issues.updateComment({ ...here, comment_id: data.id, body: then });
  }

  /** Waits for the end of a run, and answers how it ended. */
  async ended(run: RunRecord): Promise<string> {
    await this.until(`the end of ${run.name}`, () => (run.status === 'completed' ? run : undefined));
    return run.conclusion ?? 'nothing';
  }

  jobs({ id }: RunRecord): JobRecord[] {
    return this.github.store.state.jobs.filter((job) => job.run === id);
  }

  /** What a run has left, for example `log.txt`. */
  async left({ id }: RunRecord, file: string): Promise<string> {
    return readFile(join(this.folder, 'runs', String(id), file), 'utf8');
  }

  async until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const end = Date.now() + LIMIT_MS;
    while (Date.now() < end) {
      const found = await look();
      if (found !== undefined) return found;
      await delay(25);
    }
    throw new Error(`There was no ${what} within ${LIMIT_MS / 1000} s. ${this.reports.join(' | ')}`);
  }
}
