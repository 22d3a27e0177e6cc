import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { readInputs } from '../src/inputs.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const workspace = folders.make();
mkdirSync(join(workspace, 'terraform'));
const good = {
  environment: 'test',
  'working-directory': 'terraform',
  'github-token': 'token',
  'comment-author': 'github-actions[bot]',
  digest: '',
  'allow-destroy': 'false',
};

test('the inputs become one typed object', () => {
  const inputs = {
    ...{ environment: 'test', folder: join(workspace, 'terraform'), token: 'token' },
    ...{ commentAuthor: 'github-actions[bot]', allowDestroy: false },
  };
  expect(readInputs(inputsOf(good), workspace)).toEqual(inputs);
  // As it is copied from a page.
  const approved = ` ${'AB'.repeat(32)}\n`;
  expect(readInputs(inputsOf({ ...good, digest: approved }), workspace)).toEqual({
    ...inputs,
    approved: 'ab'.repeat(32),
  });
});

test.each([
  [{ environment: 'prod' }, '"prod" is not a value of "environment".'],
  [
    { digest: 'ab12' },
    '"ab12" is no digest of a plan. Copy it from the comment or the summary: 64 hexadecimal digits.',
  ],
  [{ 'allow-destroy': '' }, '"" is not a value of "allow-destroy".'],
  [{ 'github-token': '' }, 'The input "github-token" is missing.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong }), workspace))).toContain(sentence);
});
