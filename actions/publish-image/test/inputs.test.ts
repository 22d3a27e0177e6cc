import { expect, test } from '@jest/globals';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { readInputs } from '../src/inputs.ts';

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf({ platform: 'linux/arm64', builder: 'auto' }))).toEqual({
    platform: 'linux/arm64',
    builder: 'auto',
  });
});

test.each([
  [{ platform: 'windows', builder: 'auto' }, '"windows" is no platform of Fargate.'],
  [{ platform: 'linux/amd64', builder: 'buildah' }, '"buildah" is not a value of "builder".'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf(wrong)))).toContain(sentence);
});
