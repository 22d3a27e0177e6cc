import { expect, test } from '@jest/globals';
import { describeError, UserError } from '../errors.ts';
import { terminalLog } from '../log.ts';

test('an error that the reader can mend says what to do', () => {
  const cause = new Error('ENOENT');
  const error = new UserError('There is no file.', 'Make one.', { cause });
  expect(describeError(error)).toBe('There is no file. Make one.');
  expect(error).toMatchObject({ name: 'UserError', cause });
});

test('every other thrown value has a text too', () => {
  expect(describeError(new Error('broken'))).toBe('broken');
  expect(describeError('text')).toBe('text');
  expect(describeError(undefined)).toBe('undefined');
});

test('the terminal shows what kind a line is, and where an error is', async () => {
  const written: string[] = [];
  const log = terminalLog((text) => written.push(text));
  log.info('one');
  log.warning('two');
  log.error('three');
  log.error('four', { file: 'main.tf', line: 7 });
  expect(await log.group('five', () => Promise.resolve(6))).toBe(6);
  expect(written).toEqual(['one\n', 'Warning: two\n', 'Error: three\n', 'Error: main.tf: four\n', 'five\n']);
});
