import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { getOctokit } from '@actions/github';
import { startGitHub, type GitHubEvent, type GitHubOptions, type LocalGitHub } from '../index.ts';

type Json = Record<string, unknown>;

export const here = { owner: 'octo', repo: 'shop' };

/** One local GitHub with a clone of its repository, as a person has it. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'github-test-'));
  readonly events: GitHubEvent[] = [];
  readonly clone = join(this.folder, 'clone');
  #github: LocalGitHub | undefined;

  get github(): LocalGitHub {
    if (this.#github === undefined) throw new Error('not started');
    return this.#github;
  }

  async start(options: Partial<GitHubOptions> = {}): Promise<void> {
    const stateDir = join(this.folder, 'state');
    const onEvent = (event: GitHubEvent): void => void this.events.push(event);
    this.#github = await startGitHub({ stateDir, ...here, onEvent, ...options });
  }

  /** Starts with one commit on main, pushed by the owner; its event is taken away. */
  async begin(
    files: Record<string, string> = { 'README.md': 'Shop\n' },
    options: Partial<GitHubOptions> = {},
  ): Promise<void> {
    await this.start(options);
    await this.git(['clone', '--quiet', this.pushUrl(), this.clone], this.folder);
    await this.commit('First', files);
    await this.git(['push', '--quiet', 'origin', 'main']);
    this.events.length = 0;
  }

  async end(): Promise<void> {
    await this.github.close();
    rmSync(this.folder, { recursive: true });
  }

  /** What the sandbox itself can be told at `/_sandbox/…`. */
  async control(method: 'GET' | 'POST', name: string, body?: object): Promise<{ status: number; body: Json }> {
    const url = `${this.github.serverUrl}/_sandbox/${name}`;
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer: Json = JSON.parse(await response.text());
    return { status: response.status, body: answer };
  }

  octokit(token = this.github.tokens.user): ReturnType<typeof getOctokit>['rest'] {
    return this.client(token).rest;
  }

  client(token = this.github.tokens.user): ReturnType<typeof getOctokit> {
    return getOctokit(token, { baseUrl: this.github.apiUrl });
  }

  pushUrl(token = this.github.tokens.user): string {
    return this.github.cloneUrl.replace('http://', `http://x-access-token:${token}@`);
  }

  async git(args: string[], cwd = this.clone): Promise<string> {
    const who = { NAME: 'Ada', EMAIL: 'ada@localhost' };
    const env = {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...Object.fromEntries(
        Object.entries(who).flatMap(([key, value]) =>
          [`GIT_AUTHOR_${key}`, `GIT_COMMITTER_${key}`].map((name) => [name, value]),
        ),
      ),
    };
    return (await promisify(execFile)('git', args, { cwd, env })).stdout.trim();
  }

  async commit(message: string, files: Record<string, string>): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.clone, path)), { recursive: true });
      writeFileSync(join(this.clone, path), content);
    }
    await this.git(['add', '--all']);
    await this.git(['commit', '--quiet', '--message', message]);
    return this.git(['rev-parse', 'HEAD']);
  }

  /** A branch off main with one commit, pushed. */
  async branch(name: string, files: Record<string, string>, from = 'main'): Promise<string> {
    await this.git(['switch', '--quiet', '--create', name, from]);
    const sha = await this.commit(`Work on ${name}`, files);
    await this.git(['push', '--quiet', 'origin', name]);
    return sha;
  }

  async open(name: string, files: Record<string, string>): Promise<number> {
    await this.branch(name, files);
    const { data } = await this.octokit().pulls.create({ ...here, title: `Change ${name}`, head: name, base: 'main' });
    return data.number;
  }

  /** Name and action of the events since the last call. */
  heard(): string[] {
    return this.events
      .splice(0)
      .map(({ name, ref, payload }) => [name, payload['action'], ref].filter(Boolean).join(' '));
  }
}
