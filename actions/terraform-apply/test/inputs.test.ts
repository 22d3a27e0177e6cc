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
  environment: 'production',
  'working-directory': 'terraform',
  'github-token': 'token',
  'comment-author': 'github-actions[bot]',
  digest: 'a'.repeat(64),
  'allow-destroy': 'false',
  'pull-requests': '7, 8',
};

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good), workspace)).toEqual({
    environment: 'production',
    folder: join(workspace, 'terraform'),
    token: 'token',
    commentAuthor: 'github-actions[bot]',
    digest: 'a'.repeat(64),
    allowDestroy: false,
    pulls: [7, 8],
  });
  expect(readInputs(inputsOf({ ...good, 'pull-requests': '' }), workspace).pulls).toEqual([]);
});

test.each([
  [{ environment: 'prod' }, '"prod" is not a value of "environment". Use one of: test, acceptance, production.'],
  [{ digest: '' }, 'The input "digest" is missing.'],
  [{ digest: 'abc' }, '"abc" is no digest of a plan.'],
  [{ 'allow-destroy': 'yes' }, '"yes" is not a value of "allow-destroy".'],
  [{ 'pull-requests': '7,x' }, '"x" is not the number of a pull request.'],
  [{ 'working-directory': '' }, 'The input "working-directory" is missing.'],
  [{ 'working-directory': 'nowhere' }, 'The folder "nowhere" (input "working-directory") does not exist.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong }), workspace))).toContain(sentence);
});
