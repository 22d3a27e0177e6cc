import { expect, test } from '@jest/globals';
import { updateFile } from '../../github/repository-file.ts';
import { FakeFile } from '../fakes/repository-file.ts';

const append = (text: string | undefined): string => `${text ?? ''}+`;

test('a file is committed with its change, and created if it is not there', async () => {
  const file = new FakeFile('pins.json');
  expect(await updateFile(file, append, 'first')).toBe('c0ffee1');
  expect(await updateFile(file, append, 'second')).toBe('c0ffee2');
  expect(file.text).toBe('++');
  expect(file.messages).toEqual(['first', 'second']);
});

test('a file that says so already is not committed', async () => {
  const file = new FakeFile('pins.json', 'same');
  expect(await updateFile(file, () => 'same', 'nothing')).toBeUndefined();
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
