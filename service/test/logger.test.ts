import { expect, test } from '@jest/globals';
import { Log } from './service.ts';

test('a call is one line of JSON, whatever is in it, and begins with when, how grave and what', () => {
  const log = new Log();
  log.logger.info('two\nlines', { count: 2, text: 'a\nb' });
  expect(log.text).toMatch(
    /^\{"timestamp":"[^"]*Z","level":"info","message":"two\\nlines","count":2,"text":"a\\nb"\}\n$/,
  );
});

test('the level says from which on', () => {
  const log = new Log('warn');
  log.logger.debug('not this');
  log.logger.info('nor this');
  log.logger.warn('but this');
  log.logger.error('and this');
  expect(log.lines.map(({ message }) => message)).toEqual(['but this', 'and this']);
});

test('an error is its name, message, stack and causes, and nothing that hangs on it', () => {
  const log = new Log();
  const inner = Object.assign(new TypeError('inner'), { $response: { headers: { authorization: 'SECRET' } } });
  const several = new AggregateError([inner, 'a text', { password: 'SECRET' }], 'several', { cause: { a: 'SECRET' } });
  const outer = Object.assign(new Error('outer', { cause: several }), { request: { body: 'SECRET' } });
  log.logger.error('Failed', { error: outer });
  expect(log.lines[0]?.['error']).toEqual({
    name: 'Error',
    message: 'outer',
    stack: expect.stringContaining('logger.test.ts'),
    cause: {
      name: 'AggregateError',
      message: 'several',
      stack: expect.any(String),
      cause: 'object',
      errors: [{ name: 'TypeError', message: 'inner', stack: expect.any(String) }, 'a text', 'object'],
    },
  });
  expect(log.text).not.toContain('SECRET');
});

test('fields that are given are not changed, so that they can be given again', () => {
  const log = new Log();
  const fields = { count: 1 };
  log.logger.info('first', fields);
  log.logger.warn('second', fields);
  expect(fields).toEqual({ count: 1 });
  expect(log.lines.map(({ level }) => level)).toEqual(['info', 'warn']);
});

test('two errors with each other as their cause end somewhere', () => {
  const log = new Log();
  const a = new Error('a');
  const b = new Error('b', { cause: a });
  a.cause = b;
  log.logger.error('Failed', { error: a });
  expect(log.lines).toHaveLength(1);
});
