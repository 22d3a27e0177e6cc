import { describe, expect, test } from '@jest/globals';
import { FakeDeployments } from '../../lib/test/fakes/deployments.ts';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { readInputs } from '../src/inputs.ts';
import { run } from '../src/run.ts';

const given = { environments: '["test","production"]', 'github-token': 'token', 'comment-author': 'bot' };

describe('the commits that were applied', () => {
  test('are named for a matrix; an environment without one is left out, and said', async () => {
    const deployments = new FakeDeployments();
    const applied = { sha: 'abc', at: '2026-11-24T08:00:00Z' };
    const unfinished = { sha: 'def', at: '2026-11-25T08:00:00Z', state: 'failed' as const, redeploy: [] };
    deployments.states = { test: { applied, unfinished }, acceptance: { unfinished } };
    const summaries: string[] = [];
    const log = recordingLog();
    const found = await run(
      { environments: ['test', 'acceptance', 'production'] },
      { deployments, log, writeSummary: (text) => Promise.resolve(void summaries.push(text)) },
    );
    expect(found).toEqual([{ environment: 'test', commit: 'abc' }]);
    expect(summaries).toEqual([
      'Nothing was applied to `acceptance` yet: there is nothing to compare.',
      'Nothing was applied to `production` yet: there is nothing to compare.',
    ]);
    expect(log.text()).toContain('abc was applied to "test" at 2026-11-24T08:00:00Z.');
  });
});

describe('the inputs', () => {
  test('are read into one object', () => {
    expect(readInputs(inputsOf(given))).toEqual({
      environments: ['test', 'production'],
      token: 'token',
      commentAuthor: 'bot',
    });
  });

  test.each([
    [{ environments: '' }, 'The input "environments" is missing.'],
    [{ environments: 'test' }, 'The input "environments" is "test", which is no JSON list.'],
    [{ environments: '["tset"]' }, '"tset" is not a value of "environments".'],
    [{ 'github-token': '' }, 'The input "github-token" is missing.'],
  ])('that are wrong are one sentence: %j', (wrong, sentence) => {
    expect(sentenceOf(() => readInputs(inputsOf({ ...given, ...wrong })))).toContain(sentence);
  });
});
