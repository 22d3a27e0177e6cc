import { describe, expect, test } from '@jest/globals';
import { createMappingCache, loadMapping, type MappingCache } from '@repo/string-replacement';
import { createLogger } from '../../shared/logger.ts';
import { createHandler, type Dependencies } from '../replace-strings.ts';
import { eventNames, eventWithBody, readEvent } from './events.ts';

const context = { awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd' };
const requestId = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';

function prepare(overrides: Partial<Dependencies> = {}) {
  const lines: Record<string, unknown>[] = [];
  const written: string[] = [];
  const logger = createLogger({
    write: (line) => {
      written.push(line);
      lines.push(JSON.parse(line));
    },
  });
  const loaded = loadMapping('{"ABN": "ABN AMRO", "ING": "ING BANK", "Rabo": "Rabobank", "Volksbank": "de Volksbank"}');
  const mappings: MappingCache = { get: () => Promise.resolve(loaded), settled: () => Promise.resolve() };
  return { lines, written, handle: createHandler({ mappings, logger, version: '7', ...overrides }) };
}

describe('a good body', () => {
  test.each([
    ['good', 'The analysts of ABN AMRO did a great job, as did those of the de Volksbank.'],
    ['good-base64', 'Rabobank — “ING BANK” ☕'],
    ['good-empty-text', ''],
  ])('%s is answered with 200 and the message alone', async (name, message) => {
    const { handle } = prepare();
    const result = await handle(readEvent(name), context);
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

  test.each(eventNames.filter((name) => name.startsWith('bad-')))('%s', async (name) => {
    const { handle } = prepare();
    const result = await handle(readEvent(name), context);
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

describe('a map that cannot be read', () => {
  const down = new Error('the secret name of the parameter');
  const broken: MappingCache = { get: () => Promise.reject(down), settled: () => Promise.resolve() };

  test('is answered with 500 and no detail', async () => {
    const { handle } = prepare({ mappings: broken });
    const result = await handle(readEvent('good'), context);
    expect(result.statusCode).toBe(500);
    expect(JSON.parse(result.body)).toEqual({ message: 'Internal Server Error' });
    expect(JSON.stringify(result)).not.toContain(down.message);
  });

  test('is in the log, with the detail', async () => {
    const { handle, lines } = prepare({ mappings: broken });
    await handle(readEvent('good'), context);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        statusCode: 500,
        error: expect.objectContaining({ message: down.message }),
      }),
    ]);
  });

  test('does not matter to a bad body', async () => {
    const { handle } = prepare({ mappings: broken });
    expect((await handle(readEvent('bad-not-json'), context)).statusCode).toBe(400);
  });
});

describe('every answer', () => {
  test.each(eventNames)('to %s is JSON, and says which version gave it', async (name) => {
    const { handle } = prepare();
    const result = await handle(readEvent(name), context);
    expect(result.headers).toEqual({
      'content-type': 'application/json',
      'x-lambda-version': '7',
      'x-lambda-revision': expect.any(String),
    });
    expect(result.isBase64Encoded).toBe(false);
  });

  test('says no version where there is none', async () => {
    const { handle } = prepare({ version: undefined });
    expect((await handle(readEvent('good'), context)).headers).not.toHaveProperty('x-lambda-version');
  });

  test.each(eventNames)('to %s is one line in the log, with both request ids and without body or key', async (name) => {
    const { handle, lines, written } = prepare();
    const event = readEvent(name);
    await handle(event, context);
    expect(lines).toEqual([
      expect.objectContaining({ requestId, awsRequestId: context.awsRequestId, stage: 'test', level: 'info' }),
    ]);
    expect(written.join('')).not.toMatch(/analysts|Rabo|ABN|locale|not-a-real-key/);
  });

  test('waits for a refresh in the background, but not for long', async () => {
    let now = 0;
    const reads = [Promise.resolve('{"ABN": "ABN AMRO"}'), Promise.withResolvers<string>().promise];
    const { handle, lines } = prepare({
      mappings: createMappingCache({
        read: () => reads.shift() ?? Promise.reject(new Error('read too often')),
        logger: createLogger({ write: () => undefined }),
        now: () => now,
      }),
    });
    await handle(readEvent('good'), context);
    now = 60_000;
    const result = await handle(readEvent('good'), context);
    expect(result.statusCode).toBe(200);
    expect(reads).toHaveLength(0);
    expect(lines).toHaveLength(2);
  });
});
