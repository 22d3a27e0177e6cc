import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputsOf, sentenceOf } from '../../lib/test/fakes/inputs.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { readInputs } from '../src/inputs.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const workspace = folders.make();
for (const name of ['lambdas', 'terraform']) mkdirSync(join(workspace, name));
const good = { lambdas: 'lambdas', terraform: 'terraform', upload: 'false', environment: '' };

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good), workspace)).toEqual({
    lambdas: join(workspace, 'lambdas'),
    terraform: join(workspace, 'terraform'),
    upload: false,
  });
});

test('an environment to compare with is one of those that there are', () => {
  expect(readInputs(inputsOf({ ...good, environment: 'production' }), workspace).environment).toBe('production');
});

test.each([
  [{ environment: 'main' }, '"main" is not a value of "environment".'],
  [{ upload: 'no' }, '"no" is not a value of "upload". Use one of: true, false.'],
  [{ lambdas: 'functions' }, 'The folder "functions" (input "lambdas") does not exist.'],
  [{ terraform: '/' }, 'The folder "/" (input "terraform") is outside of the workspace.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong }), workspace))).toContain(sentence);
});
