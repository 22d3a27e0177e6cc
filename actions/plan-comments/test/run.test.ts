import { describe, expect, test } from '@jest/globals';
import { formatRecord, parseRecord, planMarker } from '../../lib/review/marker.ts';
import { FakeComments } from '../../lib/test/fakes/comments.ts';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { readInputs, type Inputs } from '../src/inputs.ts';
import { run, type Deps } from '../src/run.ts';

const author = 'github-actions[bot]';
const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)];
const planOf = (environment: string, head: string): string =>
  [
    planMarker(environment),
    formatRecord({ environment, state: 'planned', head, run: 1, planned: '2026-11-25T12:00:00.000Z' }),
    `### Terraform plan · \`${environment}\` · 1 to add`,
    '',
    'The plan',
  ].join('\n');

function prepare(inputs: Partial<Inputs> = {}) {
  const comments = new FakeComments();
  const summaries: string[] = [];
  const log = recordingLog();
  const deps: Deps = {
    pull: 7,
    head: NEW,
    comments: () => comments.as(author),
    author,
    log,
    writeSummary: (text) => Promise.resolve(void summaries.push(text)),
  };
  const all: Inputs = { changed: ['test'], unchanged: ['production'], token: 't', commentAuthor: author, ...inputs };
  return { inputs: all, deps, comments, summaries, log };
}

describe('when a new commit has come', () => {
  test('the older plan is marked, with its text folded', async () => {
    const { inputs, deps, comments } = prepare();
    comments.add(author, planOf('test', OLD));
    await run(inputs, deps);
    const body = comments.comments[0]?.body ?? '';
    expect(parseRecord(body)).toMatchObject({ state: 'outdated', head: OLD });
    expect(body).toContain('Commit `bbbbbbb` has come since. Its plan is being made.');
    expect(body).toContain('The plan');
    expect(body).not.toContain('Plan again');
  });

  test('a plan of that commit, which was faster, is left alone', async () => {
    const { inputs, deps, comments } = prepare();
    comments.add(author, planOf('test', NEW));
    await run(inputs, deps);
    expect(comments.calls).toEqual(['list', 'list']);
  });

  test('what it does not change any more says so', async () => {
    const { inputs, deps, comments, summaries } = prepare();
    comments.add(author, planOf('production', OLD));
    await run(inputs, deps);
    expect(comments.comments[0]?.body).toContain('this pull request changes nothing in `production` any more.');
    expect(summaries).toEqual(['Changed: `test`. Not changed, and not planned: `production`.']);
  });

  test('which changes no environment, the summary says so, and no comment is written', async () => {
    const { inputs, deps, comments, summaries } = prepare({ changed: [], unchanged: ['test'] });
    await run(inputs, deps);
    expect(comments.comments).toEqual([]);
    expect(summaries).toEqual(['No environment is changed, so none is planned: `test`.']);
  });

  test('what somebody else has written is not touched', async () => {
    const { inputs, deps, comments } = prepare();
    comments.add('mallory', planOf('test', OLD));
    await run(inputs, deps);
    expect(comments.comments[0]?.body).toBe(planOf('test', OLD));
  });

  test('a comment that cannot be edited is a warning', async () => {
    const { inputs, deps, log, summaries } = prepare();
    const down = () => Promise.reject(new Error('HttpError: 502'));
    await run(inputs, { ...deps, comments: () => ({ list: down, create: down, update: down, delete: down }) });
    expect(log.lines.filter(({ level }) => level === 'warning')).toHaveLength(2);
    expect(summaries).toHaveLength(1);
  });
});

test('the inputs become one object, a bad one is a sentence', () => {
  const good = { changed: '["test"]', unchanged: '[]', 'github-token': 't', 'comment-author': author };
  expect(readInputs(inputsOf(good))).toEqual({ changed: ['test'], unchanged: [], token: 't', commentAuthor: author });
  for (const [wrong, sentence] of [
    [{ changed: 'test' }, 'The input "changed" is "test", which is no JSON list.'],
    [{ changed: '["staging"]' }, '"staging" is not a value of "changed".'],
    [{ unchanged: '' }, 'The input "unchanged" is missing.'],
  ] as const) {
    expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong })))).toContain(sentence);
  }
});
