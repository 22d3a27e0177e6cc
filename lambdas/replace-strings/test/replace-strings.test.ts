import { describe, expect, test } from '@jest/globals';
import { createMappingCache } from '@repo/string-replacement';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { context } from '../../shared/test/context.ts';
import { eventNames, readEvent } from '../../shared/test/events.ts';
import { brokenMappings, mappingsOf } from '../../shared/test/mappings.ts';
import { RecordingLogger } from '../../shared/test/recording-logger.ts';
import type { MappingDependencies } from '../../shared/mappings.ts';
import { createHandler } from '../replace-strings.ts';

const id = 'replace-strings';

function prepare(overrides: Partial<MappingDependencies> = {}) {
  const logger = new RecordingLogger();
  const mappings = mappingsOf({ ABN: 'ABN AMRO', ING: 'ING BANK', Rabo: 'Rabobank', Volksbank: 'de Volksbank' });
  return { logger, handle: createHandler({ mappings, logger, version: '7', ...overrides }) };
}

function eventWithBody(body: string | null): APIGatewayProxyEvent {
  return { ...readEvent(id, 'good'), body };
}

describe('a good body', () => {
  test.each([
    ['good', 'The analysts of ABN AMRO did a great job, as did those of the de Volksbank.'],
    ['good-base64', 'Rabobank — “ING BANK” ☕'],
    ['good-empty-text', ''],
  ])('%s is answered with 200 and the message alone', async (name, message) => {
    const { handle } = prepare();
    const result = await handle(readEvent(id, name), context);
    expect(result.statusCode).toBe(200);
    expect(JSON.parse(result.body)).toEqual({ message });
  });

  test('may hold a million characters, whatever their size', async () => {
    const { handle } = prepare();
    const result = await handle(eventWithBody(JSON.stringify({ content: '😀'.repeat(1_000_000) })), context);
    expect(result.statusCode).toBe(200);
  });
});

describe('a bad body is answered with 400 and the cause', () => {
  const causes: Record<string, string> = {
    'bad-no-body': 'Invalid request body: it is empty',
    'bad-not-json': 'Invalid request body: it is not JSON',
    'bad-no-content': "Invalid request body: it must have required property 'content'",
    'bad-content-is-a-number': 'Invalid request body: content must be string',
    'bad-more-than-content': 'Invalid request body: it must NOT have additional properties',
    'bad-base64-not-utf-8': 'Invalid request body: it is not UTF-8',
  };

  test.each(eventNames(id).filter((name) => name.startsWith('bad-')))('%s', async (name) => {
    const { handle } = prepare();
    const result = await handle(readEvent(id, name), context);
    expect(result.statusCode).toBe(400);
    expect(JSON.parse(result.body)).toEqual({ message: causes[name] });
  });

  test.each([
    ['""', 'Invalid request body: it must be object'],
    ['null', 'Invalid request body: it must be object'],
    ['["content"]', 'Invalid request body: it must be object'],
    ['{"content": null}', 'Invalid request body: content must be string'],
    ['{"content": ["ABN"]}', 'Invalid request body: content must be string'],
    ['{"__proto__": {"content": "ABN"}}', "Invalid request body: it must have required property 'content'"],
    [
      `{"content": "${'a'.repeat(1_000_001)}"}`,
      'Invalid request body: content must NOT have more than 1000000 characters',
    ],
  ])('%.40s', async (body, message) => {
    const { handle } = prepare();
    const result = await handle(eventWithBody(body), context);
    expect(result.statusCode).toBe(400);
    expect(JSON.parse(result.body)).toEqual({ message });
  });
});

test('a map that cannot be read does not matter to a bad body', async () => {
  const { handle } = prepare({ mappings: brokenMappings(new Error('down')) });
  expect((await handle(readEvent(id, 'bad-not-json'), context)).statusCode).toBe(400);
});

test('the log says how long the text was and whether it changed', async () => {
  const { handle, logger } = prepare();
  await handle(readEvent(id, 'good'), context);
  await handle(readEvent(id, 'good-empty-text'), context);
  expect(logger.lines).toEqual([
    expect.objectContaining({ statusCode: 200, characters: 67, changed: true }),
    expect.objectContaining({ statusCode: 200, characters: 0, changed: false }),
  ]);
});

test('every answer says which revision of the code gave it', async () => {
  const { handle } = prepare();
  for (const name of eventNames(id)) {
    const { headers } = await handle(readEvent(id, name), context);
    expect(headers).toMatchObject({ 'x-lambda-revision': expect.any(String), 'x-lambda-version': '7' });
  }
});

test('an answer waits for a refresh in the background, but not for long', async () => {
  let now = 0;
  const reads = [Promise.resolve('{"ABN": "ABN AMRO"}'), Promise.withResolvers<string>().promise];
  const nothing = () => undefined;
  const { handle } = prepare({
    mappings: createMappingCache({
      read: () => reads.shift() ?? Promise.reject(new Error('read too often')),
      logger: { warn: nothing, error: nothing },
      now: () => now,
    }),
  });
  await handle(readEvent(id, 'good'), context);
  now = 60_000;
  const result = await handle(readEvent(id, 'good'), context);
  expect(result.statusCode).toBe(200);
  expect(reads).toHaveLength(0);
});
