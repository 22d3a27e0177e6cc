import { expect, test } from '@jest/globals';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { readInputs } from '../src/inputs.ts';

const good = {
  environment: 'test',
  function: 'replace-strings',
  version: '7',
  strategy: 'all-at-once',
  keep: '20',
  'github-token': 'token',
};

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good))).toEqual({
    environment: 'test',
    functions: ['replace-strings'],
    version: '7',
    strategy: 'all-at-once',
    keep: 20,
    token: 'token',
  });
});

test('several functions are a list, each once', () => {
  expect(readInputs(inputsOf({ ...good, version: '', function: 'b, a,b ' }))).toMatchObject({ functions: ['b', 'a'] });
});

test('all of them is a word, and no version means the tested one', () => {
  const inputs = readInputs(inputsOf({ ...good, version: ' ', function: 'all' }));
  expect(inputs.functions).toBe('all');
  expect(inputs).not.toHaveProperty('version');
});

test.each([
  [
    { version: 'v7' },
    '"v7" is not a published version. Give a number such as 7, or nothing for what the test alias runs.',
  ],
  [{ version: '$LATEST' }, '"$LATEST" is not a published version.'],
  [{ version: '0' }, '"0" is not a published version.'],
  [{ version: '1.5' }, '"1.5" is not a published version.'],
  [{ function: 'a,b' }, 'A version belongs to one function. Name one function, or leave the version empty.'],
  [{ function: 'all' }, 'A version belongs to one function.'],
  [{ function: '' }, 'The input "function" is missing.'],
  [{ function: '../x', version: '' }, '"../x" is not the id of a lambda.'],
  [
    { function: 'a,,b', version: '' },
    '"" is not the id of a lambda. Give the names of lambda folders, separated by commas, or "all".',
  ],
  [{ environment: 'prod' }, '"prod" is not a value of "environment".'],
  [{ strategy: 'yolo' }, '"yolo" is not a value of "strategy". Use one of: canary-10-5, linear-10-1, all-at-once.'],
  [{ 'github-token': '' }, 'The input "github-token" is missing.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong })))).toContain(sentence);
});
