import { expect, test } from '@jest/globals';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { readInputs } from '../src/inputs.ts';

const good = { environment: 'test', commit: '', check: 'false', 'skip-if-running': 'true', 'github-token': '' };

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good))).toEqual({ environment: 'test', check: false, skipIfRunning: true });
  const more = { ...good, commit: ' ABCDEF0 ', 'github-token': 'token' };
  expect(readInputs(inputsOf(more))).toMatchObject({ commit: 'abcdef0', token: 'token' });
});

test.each([
  [{ environment: 'staging' }, '"staging" is not a value of "environment".'],
  [{ environment: '' }, 'The input "environment" is missing.'],
  [{ commit: 'main' }, '"main" is not a commit. Give 7 to 40 hexadecimal digits'],
  [{ commit: '--output=x' }, '"--output=x" is not a commit.'],
  [{ check: 'yes' }, '"yes" is not a value of "check".'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong })))).toContain(sentence);
});
