import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { readInputs } from '../src/inputs.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);
const workspace = folders.make();
mkdirSync(join(workspace, 'terraform'));
const given = {
  environment: 'test',
  'working-directory': 'terraform',
  'github-token': 'token',
  'comment-author': 'github-actions[bot]',
};

describe('the inputs', () => {
  test('are read into one object', () => {
    expect(readInputs(inputsOf(given), workspace)).toEqual({
      environment: 'test',
      folder: join(workspace, 'terraform'),
      token: 'token',
      commentAuthor: 'github-actions[bot]',
    });
  });

  test('may have no token', () => {
    expect(readInputs(inputsOf({ ...given, 'github-token': '' }), workspace)).not.toHaveProperty('token');
  });

  test.each([
    [{ environment: 'tets' }, '"tets" is not a value of "environment".'],
    [{ 'working-directory': '..' }, 'is outside of the workspace'],
    [{ 'comment-author': '' }, 'The input "comment-author" is missing.'],
  ])('that are wrong are one sentence: %j', (wrong, sentence) => {
    expect(sentenceOf(() => readInputs(inputsOf({ ...given, ...wrong }), workspace))).toContain(sentence);
  });
});
