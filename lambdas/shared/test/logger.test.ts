import { expect, test } from '@jest/globals';
import { createLogger } from '../logger.ts';

function prepare() {
  const written: string[] = [];
  const now = () => new Date('2026-11-25T01:30:02.123Z');
  return { written, logger: createLogger({ write: (line) => written.push(line), now }) };
}

test('a call is one line of JSON', () => {
  const { written, logger } = prepare();
  logger.info('two\nlines', { count: 2 });
  expect(written).toEqual([
    '{"level":"info","message":"two\\nlines","timestamp":"2026-11-25T01:30:02.123Z","count":2}\n',
  ]);
});

test('fields given once are on every line', () => {
  const { written, logger } = prepare();
  const narrower = logger.with({ requestId: 'r' }).with({ stage: 'test' });
  narrower.warn('first');
  narrower.error('second');
  expect(written.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', message: 'first', requestId: 'r', stage: 'test' }),
    expect.objectContaining({ level: 'error', message: 'second', requestId: 'r', stage: 'test' }),
  ]);
});

test('an error is its name, message, stack and causes, and nothing that hangs on it', () => {
  const { written, logger } = prepare();
  const cause = Object.assign(new TypeError('inner'), { $response: { headers: { authorization: 'secret' } } });
  logger.error('failed', { error: new Error('outer', { cause }) });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    error: {
      name: 'Error',
      message: 'outer',
      stack: expect.any(String),
      cause: { name: 'TypeError', message: 'inner' },
    },
  });
  expect(written[0]).not.toContain('secret');
});
