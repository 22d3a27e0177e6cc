import { expect, test } from '@jest/globals';
import { isProtection, updateFile } from '../../github/repository-file.ts';
import { FakeFile } from '../fakes/repository-file.ts';

const append = (text: string | undefined): string => `${text ?? ''}+`;

test('a file is committed with its change, and created if it is not there', async () => {
  const file = new FakeFile('pins.json');
  expect(await updateFile(file, append, 'first')).toEqual({ kind: 'committed', commit: 'c0ffee1' });
  expect(await updateFile(file, append, 'second')).toEqual({ kind: 'committed', commit: 'c0ffee2' });
  expect(file.text).toBe('++');
  expect(file.messages).toEqual(['first', 'second']);
});

test('a file that says so already is not committed', async () => {
  const file = new FakeFile('pins.json', 'same');
  expect(await updateFile(file, () => 'same', 'nothing')).toEqual({ kind: 'unchanged' });
  expect(file.messages).toEqual([]);
});

test('a change that somebody made in between is kept: ours is made again, on top', async () => {
  const file = new FakeFile('pins.json', 'a');
  file.beforeCommit = () => {
    file.beforeCommit = () => undefined;
    file.text = 'theirs';
  };
  await updateFile(file, append, 'ours');
  expect(file.text).toBe('theirs+');
});

test('a file that never holds still is one clear sentence', async () => {
  const file = new FakeFile('pins.json', 'a');
  file.beforeCommit = () => {
    file.text = `${file.text}x`;
  };
  await expect(updateFile(file, append, 'ours')).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('pins.json could not be committed: it changed 5 times'),
  });
});

test('a branch that takes no commits is said to be that, and not tried again', async () => {
  const file = new FakeFile('pins.json', 'a');
  file.isProtected = true;
  expect(await updateFile(file, append, 'ours')).toEqual({ kind: 'protected' });
  expect(file.text).toBe('a');
});

// As GitHub says it; `octokit` puts the page behind the message.
test.each([
  [
    409,
    'Could not update file: 2 of 2 required status checks are expected. - https://docs.github.com/articles/about-protected-branches',
    true,
  ],
  [409, 'Could not update file: At least 1 approving review is required by reviewers with write access.', true],
  [409, 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n', true],
  [422, 'Repository rule violations found\n\nChanges must be made through the merge queue\n\n', true],
  [
    403,
    "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/",
    true,
  ],
  [403, 'Protected branch update failed for refs/heads/main.', true],
  [403, 'Resource not accessible by integration - https://docs.github.com/rest/repos/contents', false],
  [409, 'terraform/promotions/test.json does not match 3d3c42e', false],
  [409, 'is at 3d3c42e but expected e6de054', false],
  [422, 'Invalid request. "sha" wasn\'t supplied.', false],
  [500, 'Protected branch update failed', false],
])('%i %j is about protection: %p', (status, message, expected) => {
  expect(isProtection(Object.assign(new Error(message), { status }))).toBe(expected);
});
