import { describe, expect, test } from '@jest/globals';
import { loadMapping, type MappingCache } from '@repo/string-replacement';
import { context } from '../../shared/test/context.ts';
import { readEvent } from '../../shared/test/events.ts';
import { mappingsOf } from '../../shared/test/mappings.ts';
import { RecordingLogger } from '../../shared/test/recording-logger.ts';
import { createHandler } from '../search-mappings.ts';

const id = 'search-mappings';
const mapping = {
  ABN: 'ABN AMRO',
  ING: 'ING BANK',
  Rabo: 'Rabobank',
  Triodos: 'Triodos Bank',
  Volksbank: 'de Volksbank',
};

function prepare(mappings: MappingCache = mappingsOf(mapping)) {
  const logger = new RecordingLogger();
  return { logger, handle: createHandler({ mappings, logger, version: '7' }) };
}

describe('a search', () => {
  test.each([
    ['good', ['Volksbank', 'Rabo', 'ING', 'Triodos'], 4],
    ['good-with-limit', ['Volksbank', 'Rabo'], 4],
    ['good-with-mistakes', ['Volksbank'], 1],
    ['good-nothing-found', [], 0],
  ])('%s is answered with 200, the best entries and how many there are', async (name, keys, total) => {
    const { handle } = prepare();
    const { statusCode, body } = await handle(readEvent(id, name), context);
    const items = keys.map((key) => ({ key, replacement: Object.entries(mapping).find(([k]) => k === key)?.[1] }));
    expect({ statusCode, body: JSON.parse(body) }).toEqual({ statusCode: 200, body: { items, total } });
  });

  test('answers 20 entries if no limit is given', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`bank ${n}`, `x${n}`]));
    const { handle } = prepare(mappingsOf(many));
    const { items, total } = JSON.parse((await handle(readEvent(id, 'good'), context)).body);
    expect(items).toHaveLength(20);
    expect(total).toBe(30);
  });

  test('looks in the map as it is now', async () => {
    const maps = [loadMapping('{"bank": "one"}'), loadMapping('{"bank": "two"}')];
    const { handle } = prepare({
      get: () => Promise.resolve(maps.shift() ?? loadMapping('{}')),
      settled: () => Promise.resolve(),
    });
    const replacements: unknown[] = [];
    for (let call = 0; call < 2; call += 1) {
      const { items } = JSON.parse((await handle(readEvent(id, 'good'), context)).body);
      replacements.push(items[0].replacement);
    }
    expect(replacements).toEqual(['one', 'two']);
  });
});

describe('what is refused', () => {
  test.each([
    ['bad-no-text', 'text is required'],
    ['bad-empty-text', 'text is not allowed to be empty'],
    ['bad-text-too-long', 'text length must be less than or equal to 100 characters long'],
    ['bad-limit-is-no-number', 'limit must be a number'],
    ['bad-limit-too-high', 'limit must be less than or equal to 100'],
    ['bad-limit-zero', 'limit must be greater than or equal to 1'],
  ])('%s is answered with 400 and the cause', async (name, cause) => {
    const { handle } = prepare();
    const { statusCode, body } = await handle(readEvent(id, name), context);
    expect({ statusCode, body: JSON.parse(body) }).toEqual({
      statusCode: 400,
      body: { message: `Invalid request parameters: ${cause}` },
    });
  });
});

test('the log says how many entries there were', async () => {
  const { handle, logger } = prepare();
  await handle(readEvent(id, 'good-with-limit'), context);
  expect(logger.lines).toEqual([expect.objectContaining({ statusCode: 200, items: 2, total: 4 })]);
});
