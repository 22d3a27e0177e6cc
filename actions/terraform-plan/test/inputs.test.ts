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
};

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good), workspace)).toEqual({
    environment: 'test',
    folder: join(workspace, 'terraform'),
    token: 'token',
    commentAuthor: 'github-actions[bot]',
  });
});

test.each([
  [{ environment: '' }, 'The input "environment" is missing.'],
  [{ environment: 'staging' }, '"staging" is not a value of "environment". Use one of: test, acceptance, production.'],
  [{ 'working-directory': '../elsewhere' }, 'The folder "../elsewhere" (input "working-directory") does not exist.'],
  [{ 'working-directory': '..' }, 'The folder ".." (input "working-directory") is outside of the workspace.'],
  [{ 'github-token': '' }, 'The input "github-token" is missing.'],
  [{ 'comment-author': '' }, 'The input "comment-author" is missing.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong }), workspace))).toContain(sentence);
});
