import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createUserToken } from './accounts.ts';
import { ApiError, type Answer } from './answers.ts';
import type { Faults } from './faults.ts';
import { createFork } from './forks.ts';
import type { Hub } from './hub.ts';
import { MergeQueue } from './merge-queue.ts';
import { PROTECTION_KINDS } from './protection.ts';
import { runSchedule } from './schedule.ts';

type Control = (text: string) => Answer | Promise<Answer>;
export type Controls = (request: IncomingMessage, path: string) => Promise<Answer | undefined>;

const METHODS = ['merge', 'squash', 'rebase'] as const;

/** What the sandbox itself can be told at `/_sandbox/…`, beside GitHub's API: people, forks, protections, the clock, the merge queue,
 * faults. */
export function controls(hub: Hub, faults: Faults): Controls {
  const queue = new MergeQueue(hub);
  const known: Record<string, Control> = {
    'POST /_sandbox/faults': (text) => {
      faults.addText(text);
      return { status: 201, body: { message: 'The fault is set.' } };
    },
    'DELETE /_sandbox/faults': () => {
      faults.clear();
      return { status: 204 };
    },
    'POST /_sandbox/users': (text) => {
      const login = textOf(text, 'login');
      return { status: 201, body: { login, token: createUserToken(hub.store, login) } };
    },
    'POST /_sandbox/forks': async (text) => {
      const login = textOf(text, 'login');
      return { status: 201, body: await hub.alone(() => createFork(hub, login)) };
    },
    'POST /_sandbox/protection': (text) => {
      const branch = textOf(text, 'branch');
      const { kind: asked = 'classic', bypass = [], protected: wanted = true } = fields(text);
      const kind = PROTECTION_KINDS.find((name) => name === asked);
      if (kind === undefined || !isTexts(bypass) || typeof wanted !== 'boolean') {
        throw new ApiError(
          422,
          'A protection is { "branch": "main" }, with "kind": "classic" or "ruleset" and "bypass": [logins] if wanted, or "protected": false to take it away.',
        );
      }
      if (wanted) hub.store.protect({ branch, kind, bypass });
      else hub.store.unprotect(branch);
      return { status: 200, body: { branch, protected: wanted, ...(wanted ? { kind, bypass } : {}) } };
    },
    'POST /_sandbox/kill-runner': (text) => {
      const { run: id } = fields(text);
      const run = hub.store.state.runs.find((entry) => entry.id === id);
      if (run?.status !== 'in_progress')
        throw new ApiError(422, `"run" is the id of a run in progress, not ${String(id)}.`);
      hub.store.kill(run);
      return { status: 202, body: { run: run.id } };
    },
    'POST /_sandbox/schedule': async (text) => {
      const workflow = textOf(text, 'workflow');
      return { status: 201, body: { workflow, ...(await runSchedule(hub, workflow)) } };
    },
    'POST /_sandbox/merge-queue': (text) => {
      const { pull, pulls = [pull], method: asked = 'merge' } = fields(text);
      const method = METHODS.find((name) => name === asked);
      const numbers = Array.isArray(pulls) ? pulls.map(Number) : [];
      if (method === undefined || numbers.length === 0 || numbers.some((number) => !Number.isInteger(number))) {
        throw new ApiError(
          422,
          'The queue takes { "pull": 7 } or { "pulls": [7, 8] }, and a "method" if it is not merge.',
        );
      }
      queue.add(numbers, method);
      return { status: 202, body: { entries: queue.entries() } };
    },
    'GET /_sandbox/merge-queue': () => ({ status: 200, body: { entries: queue.entries() } }),
  };
  return async (request, path) => {
    const control = known[`${request.method ?? 'GET'} ${path}`];
    return control === undefined ? undefined : control((await buffer(request)).toString('utf8'));
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function fields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return { ...Object(value) };
  } catch (error) {
    throw new ApiError(422, `This is not JSON: ${String(error)}`);
  }
}

function textOf(text: string, name: string): string {
  const value = fields(text)[name];
  if (typeof value !== 'string' || value === '') throw new ApiError(422, `"${name}" is missing.`);
  return value;
}
