import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../../../tools.ts';
import type { GitHubEvent } from '../../github/records.ts';
import { ENVIRONMENT_STEP } from '../environments.ts';
import { contextsOf } from '../contexts.ts';
import { concurrencyOf, workflowFor, type Concurrency, type WorkflowFile } from '../workflows.ts';

const FILES = ['apply.yml', 'main.yml', 'plan-again.yml', 'promote.yml', 'pull-request.yml'] as const;

function source(file: string): string {
  return readFileSync(join(ROOT, '.github/workflows', file), 'utf8');
}

function eventOf(name: GitHubEvent['name'], change: Partial<GitHubEvent> = {}): GitHubEvent {
  return { name, ref: 'refs/heads/main', sha: 'a'.repeat(40), actor: 'ada', payload: {}, ...change };
}

function pullRequest(action: string): GitHubEvent {
  return eventOf('pull_request', { ref: 'refs/pull/7/merge', payload: { action, pull_request: { number: 7 } } });
}

function dispatch(workflow: string, inputs: Record<string, string> = {}): GitHubEvent {
  return eventOf('workflow_dispatch', { workflow, payload: { inputs } });
}

function comment(action: string): GitHubEvent {
  return eventOf('issue_comment', { payload: { action } });
}

function queued(action: string): GitHubEvent {
  const ref = 'refs/heads/gh-readonly-queue/main/pr-7-abc';
  return eventOf('merge_group', { ref, payload: { action, merge_group: { base_ref: 'refs/heads/main' } } });
}

/** Which of this repository's own workflows the event starts. */
function started(event: GitHubEvent): string[] {
  return FILES.filter((file) => workflowFor(event, `.github/workflows/${file}`, source(file)) !== undefined);
}

/** A workflow with one job that the event starts, from a few lines of YAML. */
function read(text: string, event: GitHubEvent = eventOf('push')) {
  return workflowFor(event, '.github/workflows/some.yml', text);
}

const PLACE = {
  ...{ owner: 'acme', repo: 'small', serverUrl: 'http://github', apiUrl: 'http://github/api/v3' },
  vars: { PLACE: 'here' },
};

/** The groups of the workflow in this event, as the run 41 of it. */
function groups(event: GitHubEvent, file: WorkflowFile | undefined): readonly Concurrency[] {
  if (file === undefined) throw new Error('The event does not start it.');
  const run = { id: 41, name: file.name, run_number: 1, run_attempt: 1 };
  return concurrencyOf({ ...file, called: new Map() }, contextsOf(event, run, PLACE));
}

const JOB = 'jobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n';

describe("this repository's workflows", () => {
  test.each([
    ['a push to main', eventOf('push'), ['main.yml']],
    ['a push to another branch', eventOf('push', { ref: 'refs/heads/main-2' }), []],
    ['a tag that is called main', eventOf('push', { ref: 'refs/tags/main' }), []],
    ['an opened pull request', pullRequest('opened'), ['pull-request.yml']],
    ['a push to a pull request', pullRequest('synchronize'), ['pull-request.yml']],
    ['a reopened pull request', pullRequest('reopened'), ['pull-request.yml']],
    ['a closed pull request', pullRequest('closed'), []],
    ['a label on a pull request', pullRequest('labeled'), ['plan-again.yml']],
    ['a new comment', comment('created'), []],
    ['an edited comment', comment('edited'), ['plan-again.yml']],
    ['a group of the merge queue', queued('checks_requested'), ['pull-request.yml']],
    ['a dispatch of promote.yml', dispatch('promote.yml'), ['promote.yml']],
    ['a dispatch of a file that takes none', dispatch('main.yml'), []],
    ['the schedule', eventOf('schedule'), []],
  ])('%s starts what it should', (_, event, expected) => {
    expect(started(event)).toEqual(expected);
  });

  test('a pull request cancels its own older run and nobody else’s', () => {
    const event = pullRequest('opened');
    expect(groups(event, workflowFor(event, 'pull-request.yml', source('pull-request.yml')))).toEqual([
      { group: 'pull-request-7', cancelInProgress: true, queue: 'single' },
    ]);
    const group = queued('checks_requested');
    expect(groups(group, workflowFor(group, 'pull-request.yml', source('pull-request.yml')))).toEqual([
      { group: 'pull-request-41', cancelInProgress: true, queue: 'single' },
    ]);
  });

  test('apply waits in the line of its environment, which only its matrix knows', () => {
    expect(groups(eventOf('push'), workflowFor(eventOf('push'), 'main.yml', source('main.yml')))).toEqual([
      { group: 'environment-*', cancelInProgress: false, queue: 'max' },
    ]);
  });

  test('promote waits in the line of the environment that was chosen', () => {
    const event = dispatch('promote.yml', { environment: 'production' });
    expect(groups(event, workflowFor(event, 'promote.yml', source('promote.yml')))).toEqual([
      { group: 'environment-production', cancelInProgress: false, queue: 'max' },
    ]);
  });

  test('act gets the same workflow, without the key that it refuses', () => {
    const events = {
      'apply.yml': dispatch('apply.yml'),
      'plan-again.yml': comment('edited'),
      'main.yml': eventOf('push'),
      'promote.yml': dispatch('promote.yml'),
      'pull-request.yml': pullRequest('opened'),
    };
    for (const file of FILES) {
      const forAct = workflowFor(events[file], file, source(file))?.forAct ?? '';
      expect(forAct).not.toMatch(/^\s*queue: (max|single)/m);
      expect(withoutAnnouncements(parse(forAct))).toEqual(withoutQueue(parse(source(file))));
    }
    expect(source('main.yml')).toMatch(/^\s*queue: max$/m);
  });
});

/** The meaning of a workflow without `concurrency.queue`, found by another way than the one that is tested. */
function withoutQueue(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, child: unknown) => {
      if (key !== 'concurrency' || typeof child !== 'object' || child === null) return child;
      return Object.fromEntries(Object.entries(child).filter(([name]) => name !== 'queue'));
    }),
  );
}

function withoutAnnouncements(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, child: unknown) =>
      key === 'steps' && Array.isArray(child) ? child.filter((step) => step.name !== ENVIRONMENT_STEP) : child,
    ),
  );
}

describe('what starts a workflow', () => {
  test.each([
    ['on: push', eventOf('push'), true],
    ['on: push', pullRequest('opened'), false],
    ['on: [push, pull_request]', eventOf('push', { ref: 'refs/heads/any' }), true],
    ['on: [push, pull_request]', pullRequest('synchronize'), true],
    ['on: [push, pull_request]', pullRequest('closed'), false],
    ['on: pull_request', pullRequest('closed'), false],
    ['on: { pull_request: { types: [closed] } }', pullRequest('closed'), true],
    ['on: { pull_request: { types: [closed] } }', pullRequest('opened'), false],
    ['on: { pull_request: { types: closed } }', pullRequest('closed'), true],
    ['on: { pull_request: { types: closed } }', pullRequest('opened'), false],
    ['on: { push: }', eventOf('push', { ref: 'refs/heads/any' }), true],
    ['on: { push: { branches: [main, next] } }', eventOf('push', { ref: 'refs/heads/next' }), true],
    ['on: { push: { branches: [main, next] } }', eventOf('push', { ref: 'refs/heads/nextone' }), false],
    ['on: { push: { branches: main } }', eventOf('push'), true],
    ['on: { push: { branches: main } }', eventOf('push', { ref: 'refs/heads/other' }), false],
    ['on: { schedule: [{ cron: "0 5 * * *" }] }', eventOf('schedule'), true],
    ['on: { schedule: [{ cron: "0 5 * * *" }] }', eventOf('schedule', { workflow: 'other.yml' }), false],
    ['on: issue_comment', comment('created'), true],
    ['on: issue_comment', comment('deleted'), true],
    ['on: { issue_comment: { types: [edited] } }', comment('edited'), true],
    ['on: { issue_comment: { types: [edited] } }', comment('created'), false],
    ['on: merge_group', queued('checks_requested'), true],
    ['on: merge_group', queued('destroyed'), false],
    ['on: { merge_group: { types: [checks_requested], branches: [main] } }', queued('checks_requested'), true],
    ['on: { merge_group: { branches: [next] } }', queued('checks_requested'), false],
    ['on: { workflow_dispatch: }', dispatch('some.yml'), true],
    ['on: { workflow_dispatch: }', dispatch('other.yml'), false],
  ])('%s', (on, event, expected) => {
    expect(read(`${on}\n${JOB}`, event) !== undefined).toBe(expected);
  });

  test.each(['release/*', 'v?', '!main', 'v[12]', 'a+'])(
    'the pattern "%s" of a branch is refused, not passed over',
    (pattern) => {
      expect(() => read(`on: { push: { branches: ["${pattern}"] } }\n${JOB}`)).toThrow(
        `The sandbox knows no branch patterns such as "${pattern}".`,
      );
    },
  );

  test('a filter that it does not know is refused, not passed over', () => {
    expect(() => read(`on: { push: { paths: [docs] } }\n${JOB}`)).toThrow(
      'The sandbox does not know the filter "paths" of push.',
    );
    expect(() => read(`on: { pull_request: { branches: [main] } }\n${JOB}`, pullRequest('opened'))).toThrow(
      'The sandbox does not know the filter "branches" of pull_request.',
    );
  });

  test('a file that is not YAML is a clear error with its path and place', () => {
    expect(() => read('on: push\njobs: { one: [')).toThrow(/^\.github\/workflows\/some\.yml is not YAML: .*line 2/s);
  });

  test('a file without a name goes by its file name', () => {
    expect(read(`on: push\n${JOB}`)).toMatchObject({ path: '.github/workflows/some.yml', name: 'some.yml' });
    expect(read(`name: Some\non: push\n${JOB}`)?.name).toBe('Some');
  });
});

describe('concurrency', () => {
  test('is read from the workflow and from every job', () => {
    const text = `on: push
concurrency: { group: whole, cancel-in-progress: true }
jobs:
  one:
    concurrency: plain-text
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
  two:
    concurrency: { group: two, queue: max }
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
  three:
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
`;
    expect(groups(eventOf('push'), read(text))).toEqual([
      { group: 'whole', cancelInProgress: true, queue: 'single' },
      { group: 'plain-text', cancelInProgress: false, queue: 'single' },
      { group: 'two', cancelInProgress: false, queue: 'max' },
    ]);
    const copy = { ...Object(withoutQueue(parse(text))), name: 'some.yml' };
    expect(parse(read(text)?.forAct ?? '')).toEqual(copy);
  });

  test.each([
    ['${{ github.ref }}', 'refs/heads/main'],
    ['${{github.sha}}', 'a'.repeat(40)],
    ['by-${{ github.actor }}-${{ github.event_name }}', 'by-ada-push'],
    ['${{ github.event.head_commit.id }}', 'c0ffee'],
    ['${{ github.event.number }}', '7'],
    ['x${{ github.event.nothing.there }}', 'x'],
    ['environment-${{ matrix.environment }}', 'environment-*'],
    ["x-${{ github.event.number || github.ref }}-${{ format('{0}', github.ref) }}", 'x-7-refs/heads/main'],
    ['${{ github.event.pull_request.number || github.run_id }}', '41'],
    ["${{ needs.one.outputs.x || 'y' }}-${{ github.ref_name }}-${{ vars.PLACE }}", '*-main-here'],
    ['plain', 'plain'],
  ])('the group %s becomes %s', (group, expected) => {
    const event = eventOf('push', { payload: { number: 7, head_commit: { id: 'c0ffee' } } });
    const file = read(`on: push\nconcurrency: { group: "${group}" }\n${JOB}`, event);
    expect(groups(event, file)[0]?.group).toBe(expected);
  });

  test.each([
    ['true', true],
    ["${{ github.event_name == 'pull_request' }}", false],
    ["${{ github.event_name == 'push' && startsWith(github.ref, 'refs/heads/') }}", true],
  ])('cancel-in-progress: %s', (value, expected) => {
    const file = read(`on: push\nconcurrency: { group: x, cancel-in-progress: "${value}" }\n${JOB}`);
    expect(groups(eventOf('push'), file)[0]?.cancelInProgress).toBe(expected);
  });

  test.each([
    ['${{ inputs.hurry }}', 'cancel-in-progress is "", not true or false.'],
    ['${{ matrix.hurry }}', 'cancel-in-progress is "known to the job only", not true or false.'],
    ['${{ secrets.HURRY }}', 'The sandbox cannot tell "secrets" before a job runs.'],
    ['${{ github.hurry }}', 'The sandbox does not know github.hurry.'],
  ])('cancel-in-progress that cannot be told is refused: %s', (value, message) => {
    const file = read(`on: push\nconcurrency: { group: x, cancel-in-progress: "${value}" }\n${JOB}`);
    expect(() => groups(eventOf('push'), file)).toThrow(message);
  });
});
