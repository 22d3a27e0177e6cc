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
const good = { environment: 'production', 'working-directory': 'terraform' };

test('the inputs become one typed object', () => {
  expect(readInputs(inputsOf(good), workspace)).toEqual({
    environment: 'production',
    folder: join(workspace, 'terraform'),
  });
});

test.each([
  [{ environment: 'prod' }, '"prod" is not a value of "environment". Use one of: test, acceptance, production.'],
  [{ 'working-directory': '' }, 'The input "working-directory" is missing.'],
  [{ 'working-directory': 'nowhere' }, 'The folder "nowhere" (input "working-directory") does not exist.'],
])('%j is refused in one sentence', (wrong, sentence) => {
  expect(sentenceOf(() => readInputs(inputsOf({ ...good, ...wrong }), workspace))).toContain(sentence);
});
