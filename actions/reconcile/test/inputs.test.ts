import { expect, test } from '@jest/globals';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { readInputs } from '../src/inputs.ts';

const good = {
  environment: 'production',
  strategy: 'canary-10-5',
  check: 'false',
  keep: '20',
  'github-token': 'token',
};

test('inputs become one typed object', () => {
  expect(readInputs(inputsOf(good))).toEqual({
    environment: 'production',
    strategy: 'canary-10-5',
    check: false,
    keep: 20,
    token: 'token',
  });
});

test.each([
  [{ environment: 'prod' }, '"prod" is not a value of "environment".'],
  [{ strategy: 'yolo' }, '"yolo" is not a value of "strategy".'],
  [{ check: 'yes' }, '"yes" is not a value of "check".'],
  [{ keep: '0' }, '"0" is no number of versions to keep. Give a number from 1 to 9999.'],
  [{ keep: 'all' }, '"all" is no number of versions to keep.'],
  [{ 'github-token': '' }, 'The input "github-token" is missing.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong })))).toContain(sentence);
});
