import { describe, expect, test } from '@jest/globals';
import { createMappingCache } from '@repo/string-replacement';
import * as fc from 'fast-check';
import supertest from 'supertest';
import { readBodies } from '../../lambdas/shared/test/bodies.ts';
import { prepare, Log, MAPPING, mappingsOf } from './service.ts';

describe('the text of a good request is answered with its words replaced', () => {
  test.each([
    ['The analysts of ABN did a great job!', 'The analysts of ABN AMRO did a great job!'],
    [
      'The analysts of ABN did a great job! Rabo and ING too.',
      'The analysts of ABN AMRO did a great job! Rabobank and ING BANK too.',
    ],
    ['abn, Abn and aBN', 'ABN AMRO, ABN AMRO and ABN AMRO'],
    [Object.keys(MAPPING).join(', '), Object.values(MAPPING).join(', ')],
    ['Rabobank is no ABN AMRO', 'Rabobank is no ABN AMRO'],
    ['Nobody is named', 'Nobody is named'],
    ['', ''],
  ])('%j', async (content, message) => {
    const { status, body, type } = await prepare().replace(content);
    expect({ status, body, type }).toEqual({ status: 200, body: { message }, type: 'application/json' });
  });
});

describe('a body has the shape that request.schema.json says, or is answered with 400 Malformed Input', () => {
  test.each(readBodies('replace-strings'))('$title: $good', async ({ body: given, good }) => {
    const { status, body } = await prepare().post(JSON.stringify(given));
    const answer = [status, status === 200 ? typeof body.message : body.message];
    expect(answer).toEqual(good ? [200, 'string'] : [400, 'Malformed Input']);
  });

  test('characters are counted as JSON schema does: one that JavaScript counts twice is one', async () => {
    // Of 1,000,000 of these a body would be too large; some 1.2 million halves are not.
    const tooLong = JSON.stringify({ content: 'a'.repeat(1_000_001) });
    const twice = JSON.stringify({ content: 'a'.repeat(960_000) + '😀'.repeat(22_000) });
    expect((await prepare().post(twice)).status).toBe(200);
    expect((await prepare().post(tooLong)).status).toBe(400);
  });

  test.each([
    ['an own __proto__', '{"content":"ABN","__proto__":{}}'],
    ['a hundred thousand lists in a list', `{"content":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a hundred thousand objects in a further member', `{"content":"","x":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`],
  ])('%s', async (_, text) => {
    const { status, body } = await prepare().post(text);
    expect({ status, body }).toEqual({ status: 400, body: { message: 'Malformed Input' } });
  });

  test('nothing at all, with and without a type', async () => {
    const { app, post } = prepare();
    const bare = await supertest(app).post('/api/string/replace').set('x-api-key', 'the-current-key-of-the-tests');
    for (const { status, body } of [await post(), await post(''), bare]) {
      expect({ status, body }).toEqual({ status: 400, body: { message: 'Malformed Input' } });
    }
  });
});

describe('what is not JSON is answered with 400 Something went wrong in decoding Payload', () => {
  test.each([
    ['a broken object', '{"content": "ABN"'],
    ['a text without quotes', 'ABN'],
    ['JSON and more', '{"content": "ABN"} x'],
    ['a single quote', "{'content': 'ABN'}"],
    ['spaces alone', '   '],
    ['what is not UTF-8', Buffer.from([...Buffer.from('{"content":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
    ['UTF-16', Buffer.from('{"content":"ABN"}', 'utf16le')],
  ])('%s', async (_, text) => {
    const { status, body } = await prepare().post(text);
    expect({ status, body }).toEqual({
      status: 400,
      body: { message: 'Something went wrong in decoding Payload' },
    });
  });
});

describe('above 1 MiB', () => {
  const wrapped = JSON.stringify({ content: '' }).length;

  test('a body of exactly 1 MiB is read', async () => {
    const { status, body } = await prepare().replace('é'.repeat((1024 * 1024 - wrapped) / 2));
    expect({ status, message: body.message.length }).toEqual({ status: 200, message: (1024 * 1024 - wrapped) / 2 });
  });

  test('one byte more is answered with 413', async () => {
    const { status, body } = await prepare().replace('a'.repeat(1024 * 1024 - wrapped + 1));
    expect({ status, body }).toEqual({ status: 413, body: { message: 'Payload Too Large' } });
  });

  test('and so if its length is not announced', async () => {
    const request = prepare().post().set('transfer-encoding', 'chunked');
    for (let part = 0; part < 20; part += 1) request.write('a'.repeat(64 * 1024));
    const { status, body } = await request;
    expect({ status, body }).toEqual({ status: 413, body: { message: 'Payload Too Large' } });
  });
});

describe('what is not application/json in UTF-8 is answered with 415', () => {
  const good = JSON.stringify({ content: 'ABN' });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/vnd.api+json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/jsonp',
    'json',
    ';',
  ])('%s', async (type) => {
    const { status, body } = await prepare().post(good).set('content-type', type);
    expect({ status, body }).toEqual({ status: 415, body: { message: 'Unsupported Media Type' } });
  });

  test.each(['application/json; charset=UTF-8', 'Application/JSON', 'application/json;charset="utf-8"'])(
    '%s is read',
    async (type) => {
      const { status } = await prepare().post(good).set('content-type', type);
      expect(status).toBe(200);
    },
  );

  test('no type, but a body', async () => {
    const { status } = await prepare().post(good).unset('content-type');
    expect(status).toBe(415);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'x'])('a body compressed with %s is not unpacked', async (encoding) => {
    const { status, body } = await prepare().post(good).set('content-encoding', encoding);
    expect({ status, body }).toEqual({ status: 415, body: { message: 'Unsupported Media Type' } });
  });
});

describe('the map', () => {
  test('is read once, whoever asks', async () => {
    let reads = 0;
    const { replace } = prepare({
      mappings: mappingsOf(() => Promise.resolve(JSON.stringify({ a: `b${(reads += 1)}` })), new Log().logger),
    });
    await Promise.all([replace('a'), replace('a'), replace('a')]);
    expect((await replace('a')).body).toEqual({ message: 'b1' });
    expect(reads).toBe(1);
  });

  test('stays in use while SSM is gone, however long, and is replaced once it is back', async () => {
    const log = new Log();
    let now = 0;
    let read = (): Promise<string> => Promise.resolve(JSON.stringify(MAPPING));
    const mappings = createMappingCache({ read: () => read(), logger: log.logger, now: () => now });
    const { replace } = prepare({ logger: log.logger, mappings });
    await replace('');
    read = () => Promise.reject(new Error('SSM is gone'));
    for (let hour = 0; hour < 24; hour += 1) {
      now += 3_600_000;
      const { status, body } = await replace('ABN');
      expect({ status, body }).toEqual({ status: 200, body: { message: 'ABN AMRO' } });
    }
    read = () => Promise.resolve('{"ABN": "another name"}');
    now += 60_000;
    await replace('ABN');
    await mappings.settled();
    expect((await replace('ABN')).body).toEqual({ message: 'another name' });
  });

  test('that could never be read is a 500 without detail, and a log with it', async () => {
    const log = new Log();
    const cause = Object.assign(new Error('AccessDenied'), { $response: { headers: { authorization: 'secret' } } });
    const { replace, app } = prepare({
      logger: log.logger,
      mappings: mappingsOf(() => Promise.reject(new Error('no map', { cause })), log.logger),
    });
    const { status, body, headers } = await replace('ABN');
    expect({ status, body }).toEqual({ status: 500, body: { message: 'Internal Server Error' } });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'Failed',
        requestId: headers['x-request-id'],
        error: {
          name: 'Error',
          message: 'no map',
          stack: expect.any(String),
          cause: { name: 'Error', message: 'AccessDenied', stack: expect.any(String) },
        },
      }),
    );
    expect(log.text).not.toContain('secret');
    expect((await supertest(app).get('/status/health')).status).toBe(200);
  });
});

describe('properties', () => {
  test('replacing twice is replacing once, whatever the text', async () => {
    const { app, replace } = prepare();
    const word = fc.oneof(fc.constantFrom(...Object.keys(MAPPING), ...Object.values(MAPPING)), fc.string());
    const texts = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    expect(app).toBeDefined();
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { body: once } = await replace(text);
        const { body: twice } = await replace(once.message);
        expect(twice).toEqual(once);
      }),
      { numRuns: 100 },
    );
  });

  test('no JSON value and no bytes are our fault: 200 or 400, never 5xx', async () => {
    const { post } = prepare();
    const values = fc.oneof(
      fc.json(),
      fc.jsonValue().map((content) => JSON.stringify({ content })),
    );
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(fc.oneof(values, bytes), async (body) => {
        expect([200, 400]).toContain((await post(body)).status);
      }),
      { numRuns: 200 },
    );
  });
});
