import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../errors.ts';
import { booleanInput, choice, ENVIRONMENTS, folderInput, requiredInput } from '../inputs.ts';
import { temporaryFolders } from './fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

/** What the reader of a failed run sees. */
function sentence(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return describeError(error);
  }
  return 'no error';
}

describe('an input', () => {
  test('that is missing is named', () => {
    expect(sentence(() => requiredInput(() => '', 'environment'))).toBe(
      'The input "environment" is missing. Give it under "with:" in the workflow.',
    );
    expect(requiredInput(() => 'x', 'environment')).toBe('x');
  });

  test.each(['staging', 'Test', ' test', '', '../test'])('that is not of the list is told the list: %j', (value) => {
    expect(sentence(() => choice('environment', value, ENVIRONMENTS))).toBe(
      `"${value}" is not a value of "environment". Use one of: test, acceptance, production.`,
    );
  });

  test('that is yes or no is exactly that', () => {
    expect(booleanInput(() => 'true', 'upload')).toBe(true);
    expect(booleanInput(() => 'false', 'upload')).toBe(false);
    expect(sentence(() => booleanInput(() => 'yes', 'upload'))).toBe(
      '"yes" is not a value of "upload". Use one of: true, false.',
    );
  });
});

describe('a folder', () => {
  function prepare() {
    const root = folders.make();
    const workspace = join(root, 'workspace');
    mkdirSync(join(workspace, 'terraform/api'), { recursive: true });
    mkdirSync(join(workspace, '..terraform'));
    mkdirSync(join(root, 'workspace-secrets'));
    writeFileSync(join(workspace, 'README.md'), '');
    symlinkSync(join(root, 'workspace-secrets'), join(workspace, 'way-out'));
    symlinkSync(join(workspace, 'terraform'), join(workspace, 'way-in'));
    symlinkSync(workspace, join(root, 'linked-workspace'));
    const read = (value: string, at = workspace): string => folderInput(() => value, 'working-directory', at);
    return { root, workspace, read };
  }

  test('inside of the workspace is answered as its real, absolute path', () => {
    const { root, workspace, read } = prepare();
    expect(read('terraform')).toBe(join(workspace, 'terraform'));
    expect(read('./terraform/../terraform/api/')).toBe(join(workspace, 'terraform/api'));
    expect(read('way-in')).toBe(join(workspace, 'terraform'));
    expect(read('.')).toBe(workspace);
    expect(read('..terraform')).toBe(join(workspace, '..terraform'));
    expect(read('terraform', join(root, 'linked-workspace'))).toBe(join(workspace, 'terraform'));
  });

  test.each(['..', '../workspace-secrets', '/', 'way-out', 'terraform/../../workspace-secrets'])(
    'outside of it is refused: %s',
    (value) => {
      const { read } = prepare();
      expect(sentence(() => read(value))).toBe(
        `The folder "${value}" (input "working-directory") is outside of the workspace. Name one inside.`,
      );
    },
  );

  test('that is not there, is a file, or is not given is one clear sentence', () => {
    const { read } = prepare();
    expect(sentence(() => read('nowhere'))).toBe(
      'The folder "nowhere" (input "working-directory") does not exist. Check out the repository first, or correct the input.',
    );
    expect(sentence(() => read('README.md'))).toBe(
      '"README.md" (input "working-directory") is not a folder. Name the folder that holds it.',
    );
    expect(sentence(() => read(''))).toContain('The input "working-directory" is missing.');
  });
});
