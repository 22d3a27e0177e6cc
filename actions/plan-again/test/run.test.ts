import { describe, expect, test } from '@jest/globals';
import type { WorkflowRun } from '../../lib/github/workflow-runs.ts';
import { PLAN_AGAIN_BOX, renderOutdated } from '../../lib/markdown/outdated.ts';
import { planMarker } from '../../lib/review/marker.ts';
import { FakeComments } from '../../lib/test/fakes/comments.ts';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { causeOf, type Cause } from '../src/cause.ts';
import { readInputs } from '../src/inputs.ts';
import { run, type Deps } from '../src/run.ts';

const author = 'github-actions[bot]';
const unticked = `${planMarker('test')}\n${renderOutdated('### Terraform plan\n\nOld', { reason: 'Applied.', again: true })}`;
const ticked = unticked.replace('- [ ]', '- [x]');
const edited = (more: object = {}, body = ticked, before = unticked, by = author): object => ({
  issue: { number: 7, pull_request: {} },
  comment: { id: 3, body, user: { login: by } },
  changes: { body: { from: before } },
  ...more,
});

describe('why a plan is made again', () => {
  test('the box of a plan comment is ticked', () => {
    expect(causeOf(edited(), author)).toEqual({ kind: 'box', pull: 7, comment: 3, unticked });
    expect(causeOf(edited({}, unticked.replace('- [ ]', '- [X]')), author)).toMatchObject({ kind: 'box' });
  });

  test('a label that allows a destroy is set or taken away', () => {
    const payload = { pull_request: { number: 7 }, label: { name: 'allow-destroy/0123456789abcdef' } };
    expect(causeOf(payload, author)).toEqual({ kind: 'label', pull: 7, label: 'allow-destroy/0123456789abcdef' });
  });

  test.each<[string, unknown]>([
    ['another label', { pull_request: { number: 7 }, label: { name: 'bug' } }],
    ['a box in a comment by somebody else', edited({}, ticked, unticked, 'mallory')],
    ['a box in a comment that is no plan', edited({}, '- [x] Plan again', '- [ ] Plan again')],
    ['an edit that ticks nothing', edited({}, `${unticked} `)],
    ['a box that was ticked already', edited({}, ticked, ticked)],
    ['a comment that is new', edited({ changes: undefined })],
    ['nothing', {}],
    ['something strange', { issue: { number: '7' }, comment: null }],
  ])('%s is none', (_, payload) => expect(causeOf(payload, author)).toBeUndefined());
});

function prepare(overrides: Partial<Deps> = {}, states: readonly boolean[] = [true]) {
  const comments = new FakeComments();
  for (const body of ['a', 'b', ticked]) comments.add(author, body);
  const calls: string[] = [];
  const log = recordingLog();
  const rest = [...states];
  const state = (): WorkflowRun => ({ id: 4, ended: rest.shift() ?? true, url: 'https://run/4' });
  const deps: Deps = {
    runs: {
      latest: (head) => Promise.resolve(head === 'eee' ? state() : undefined),
      one: () => Promise.resolve(state()),
      again: (id) => Promise.resolve(void calls.push(`again ${id}`)),
    },
    pulls: { one: (number) => Promise.resolve({ number, title: '', head: 'eee', labels: [] }) },
    comments: () => comments.as(author),
    log,
    wait: (milliseconds) => Promise.resolve(void calls.push(`wait ${milliseconds}`)),
    ...overrides,
  };
  return { deps, calls, comments, log };
}
const box: Cause = { kind: 'box', pull: 7, comment: 3, unticked };

describe('planning again', () => {
  test('runs the newest run of the pull request once more, and says so in the place of the box', async () => {
    const { deps, calls, comments } = prepare();
    expect(await run(box, deps)).toBe(true);
    expect(calls).toEqual(['again 4']);
    expect(comments.comments[2]?.body).toContain('- [x] Being planned again');
    expect(comments.comments[2]?.body).not.toContain('[ ]');
  });

  test('waits for one that is going on: it may have read the labels already', async () => {
    const { deps, calls, comments } = prepare({}, [false, false, true]);
    await run({ kind: 'label', pull: 7, label: 'allow-destroy/1' }, deps);
    expect(calls).toEqual(['wait 5000', 'wait 5000', 'again 4']);
    expect(comments.calls).toEqual([]);
  });

  test('gives the box back when it cannot be done', async () => {
    const { deps, comments } = prepare({
      pulls: { one: (number) => Promise.resolve({ number, title: '', head: 'f', labels: [] }) },
    });
    await expect(run(box, deps)).rejects.toThrow('No run has planned commit f yet.');
    expect(comments.comments[2]?.body).toBe(unticked);
    expect(unticked).toContain(PLAN_AGAIN_BOX);
  });

  test('gives up on a run that does not end', async () => {
    const { deps, calls } = prepare(
      {},
      Array.from({ length: 1000 }, () => false),
    );
    await expect(run(box, deps)).rejects.toThrow('https://run/4 does not end.');
    expect(calls.filter((call) => call.startsWith('again'))).toEqual([]);
  });

  test('does nothing without a reason', async () => {
    const { deps, calls } = prepare();
    expect(await run(undefined, deps)).toBe(false);
    expect(calls).toEqual([]);
  });
});

test('the inputs become one object, a bad one is a sentence', () => {
  const good = { workflow: 'pull-request.yml', 'github-token': 't', 'comment-author': author };
  expect(readInputs(inputsOf(good))).toEqual({ workflow: 'pull-request.yml', token: 't', commentAuthor: author });
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, workflow: '../x.yml' })))).toContain('is no workflow file.');
});
