import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../../../tools.ts';
import type { GitHubEvent } from '../../github/records.ts';
import { workflowFor } from '../workflows.ts';

const FILES = ['main.yml', 'promote.yml', 'pull-request.yml'] as const;

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

/** Which of this repository's own workflows the event starts. */
function started(event: GitHubEvent): string[] {
  return FILES.filter((file) => workflowFor(event, `.github/workflows/${file}`, source(file)) !== undefined);
}

/** A workflow with one job that the event starts, from a few lines of YAML. */
function read(text: string, event: GitHubEvent = eventOf('push')) {
  return workflowFor(event, '.github/workflows/some.yml', text);
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
    ['a label on a pull request', pullRequest('labeled'), []],
    ['a dispatch of promote.yml', dispatch('promote.yml'), ['promote.yml']],
    ['a dispatch of a file that takes none', dispatch('main.yml'), []],
    ['the schedule', eventOf('schedule'), []],
  ])('%s starts what it should', (_, event, expected) => {
    expect(started(event)).toEqual(expected);
  });

  test('a pull request cancels its own older run and nobody else’s', () => {
    expect(workflowFor(pullRequest('opened'), 'pull-request.yml', source('pull-request.yml'))?.concurrency).toEqual([
      { group: 'pull-request-7', cancelInProgress: true, queue: 'single' },
    ]);
  });

  test('apply waits in the line of its environment, which only its matrix knows', () => {
    expect(workflowFor(eventOf('push'), 'main.yml', source('main.yml'))?.concurrency).toEqual([
      { group: 'environment-*', cancelInProgress: false, queue: 'max' },
    ]);
  });

  test('promote waits in the line of the environment that was chosen', () => {
    const event = dispatch('promote.yml', { environment: 'production' });
    expect(workflowFor(event, 'promote.yml', source('promote.yml'))?.concurrency).toEqual([
      { group: 'environment-production', cancelInProgress: false, queue: 'max' },
    ]);
  });

  test('act gets the same workflow, without the key that it refuses', () => {
    const events = {
      'main.yml': eventOf('push'),
      'promote.yml': dispatch('promote.yml'),
      'pull-request.yml': pullRequest('opened'),
    };
    for (const file of FILES) {
      const forAct = workflowFor(events[file], file, source(file))?.forAct ?? '';
      expect(forAct).not.toMatch(/^\s*queue:/m);
      expect(parse(forAct)).toEqual(withoutQueue(parse(source(file))));
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
    expect(read(text)?.concurrency).toEqual([
      { group: 'whole', cancelInProgress: true, queue: 'single' },
      { group: 'plain-text', cancelInProgress: false, queue: 'single' },
      { group: 'two', cancelInProgress: false, queue: 'max' },
    ]);
    expect(parse(read(text)?.forAct ?? '')).toEqual(withoutQueue(parse(text)));
  });

  test.each([
    ['${{ github.ref }}', 'refs/heads/main'],
    ['${{github.sha}}', 'a'.repeat(40)],
    ['by-${{ github.actor }}-${{ github.event_name }}', 'by-ada-push'],
    ['${{ github.event.head_commit.id }}', 'c0ffee'],
    ['${{ github.event.number }}', '7'],
    ['${{ github.event.nothing.there }}', '*'],
    ['environment-${{ matrix.environment }}', 'environment-*'],
    ["x-${{ github.event.number || github.ref }}-${{ format('{0}', github.ref) }}", 'x-*-*'],
    ['plain', 'plain'],
  ])('the group %s becomes %s', (group, expected) => {
    const event = eventOf('push', { payload: { number: 7, head_commit: { id: 'c0ffee' } } });
    expect(read(`on: push\nconcurrency: { group: "${group}" }\n${JOB}`, event)?.concurrency[0]?.group).toBe(expected);
  });
});
