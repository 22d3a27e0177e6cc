import { describe, expect, test } from '@jest/globals';
import { loadMapping } from '@repo/string-replacement';
import { context } from '../../shared/test/context.ts';
import { readEvent } from '../../shared/test/events.ts';
import { mappingsOf } from '../../shared/test/mappings.ts';
import { RecordingLogger } from '../../shared/test/recording-logger.ts';
import { createHandler, readMapping } from '../read-mapping.ts';

const id = 'read-mapping';
const mapping = { ABN: 'ABN AMRO', ING: 'ING BANK', Volksbank: 'de Volksbank', 'a/b c%': 'd', 'C++': 'C plus plus' };

function prepare() {
  const logger = new RecordingLogger();
  return { logger, handle: createHandler({ mappings: mappingsOf(mapping), logger, version: '7' }) };
}

describe('an entry', () => {
  test.each([
    ['good', { key: 'ABN', replacement: 'ABN AMRO' }],
    ['good-in-another-case', { key: 'Volksbank', replacement: 'de Volksbank' }],
    [
      'good-with-content',
      { key: 'ABN', replacement: 'ABN AMRO', message: 'Is ABN AMRO in a text & as a part of Schabn?' },
    ],
    ['good-with-empty-content', { key: 'ING', replacement: 'ING BANK', message: '' }],
  ])('%s is answered with 200', async (name, expected) => {
    const { handle } = prepare();
    const { statusCode, body } = await handle(readEvent(id, name), context);
    expect({ statusCode, body: JSON.parse(body) }).toEqual({ statusCode: 200, body: expected });
  });

  test.each(['a%2Fb%20c%25', 'A%2fB%20C%25', 'C++', 'c%2B%2b'])(
    'is found by the key %s, percent-encoded',
    async (key) => {
      const { handle } = prepare();
      const event = { ...readEvent(id, 'good'), pathParameters: { key } };
      expect((await handle(event, context)).statusCode).toBe(200);
    },
  );

  test('is tried on a text alone, without the rest of the map', () => {
    const loaded = loadMapping('{"a": "b", "b": "c"}');
    expect(readMapping(loaded, { key: 'B', content: 'a b' })).toEqual({ key: 'b', replacement: 'c', message: 'a c' });
  });
});

describe('what is refused', () => {
  test.each([
    ['bad-unknown-key', 404, 'Not Found'],
    ['bad-not-percent-encoded', 400, 'Invalid request parameters: key is not percent-encoded UTF-8'],
    [
      'bad-content-too-long',
      400,
      'Invalid request parameters: content length must be less than or equal to 10000 characters long',
    ],
  ])('%s is answered with %i and why', async (name, statusCode, message) => {
    const { handle } = prepare();
    const result = await handle(readEvent(id, name), context);
    expect({ statusCode: result.statusCode, body: JSON.parse(result.body) }).toEqual({ statusCode, body: { message } });
  });
});

test('the log says whether there was a text, and not which', async () => {
  const { handle, logger } = prepare();
  await handle(readEvent(id, 'good'), context);
  await handle(readEvent(id, 'good-with-content'), context);
  await handle(readEvent(id, 'bad-unknown-key'), context);
  expect(logger.lines.map(({ statusCode, tried }) => [statusCode, tried])).toEqual([
    [200, false],
    [200, true],
    [404, undefined],
  ]);
});
