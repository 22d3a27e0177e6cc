import { describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { KEY, Log, mappingsOf, MAPPING, prepare, PREVIOUS_KEY } from './service.ts';

describe('GET /status/health', () => {
  test('is 200 and needs no key', async () => {
    const { status, body, headers } = await supertest(prepare().app).get('/status/health');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok', version: 'abc123' } });
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-service-version': 'abc123' });
  });

  test('is 503 while draining, when all else is still answered', async () => {
    const { app, health, replace } = prepare();
    health.draining = true;
    const { status, body } = await supertest(app).get('/status/health');
    expect({ status, body }).toEqual({ status: 503, body: { status: 'draining', version: 'abc123' } });
    expect((await replace('ABN')).body).toEqual({ message: 'ABN AMRO' });
  });
});

describe('the key', () => {
  const withKeys = (): ReturnType<typeof prepare> =>
    prepare({
      config: { apiKeys: { current: KEY, previous: PREVIOUS_KEY }, rateLimitPerMinute: 100, version: 'abc123' },
    });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['a wrong one', 'the-wrong-key-of-the-tests!'],
    ['one in another case', KEY.toUpperCase()],
    ['the beginning of one', KEY.slice(0, -1)],
    ['one and more', `${KEY}x`],
    ['both', `${KEY}, ${PREVIOUS_KEY}`],
  ])('%s: 403 Forbidden, whatever the body, the type or the path', async (_, key) => {
    const { app } = withKeys();
    const calls = [
      supertest(app).post('/api/string/replace').send({ content: 'ABN' }),
      supertest(app).post('/api/string/replace').type('application/json').send('{'),
      supertest(app).post('/api/string/replace').type('text/plain').send('x'),
      supertest(app).get('/api/string/replace'),
      supertest(app).get('/api/there-is-nothing-here'),
    ];
    for (const call of calls) {
      const { status, body } = await (key === undefined ? call : call.set('x-api-key', key));
      expect({ status, body }).toEqual({ status: 403, body: { message: 'Forbidden' } });
    }
  });

  test('while rotating, both are accepted, and the log says which it was and never the key', async () => {
    const { app, log } = withKeys();
    for (const key of [KEY, PREVIOUS_KEY]) {
      const { status } = await supertest(app)
        .post('/api/string/replace')
        .set('x-api-key', key)
        .send({ content: 'ABN' });
      expect(status).toBe(200);
    }
    expect((await log.requests(2)).map(({ key }) => key)).toEqual(['current', 'previous']);
    expect(log.text).not.toMatch(new RegExp(`${KEY}|${PREVIOUS_KEY}`));
  });

  test('afterwards the previous one is refused', async () => {
    const { status } = await prepare().replace('ABN').set('x-api-key', PREVIOUS_KEY);
    expect(status).toBe(403);
  });
});

describe('the rate', () => {
  test('of a key is limited, with 429 and when to come again; other keys and paths are not', async () => {
    const { app, replace } = prepare({
      config: { apiKeys: { current: KEY, previous: PREVIOUS_KEY }, rateLimitPerMinute: 2, version: 'abc123' },
    });
    const first = await replace('ABN');
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '2;w=60',
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    expect((await replace('ABN')).status).toBe(200);
    const { status, body, headers } = await replace('ABN');
    expect({ status, body }).toEqual({ status: 429, body: { message: 'Too Many Requests' } });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await replace('ABN').set('x-api-key', PREVIOUS_KEY)).status).toBe(200);
    expect((await supertest(app).get('/status/health')).status).toBe(200);
    expect((await replace('ABN').set('x-api-key', 'a-wrong-key-that-is-long')).status).toBe(403);
  });
});

describe('a path that there is not', () => {
  test.each([
    ['get', '/'],
    ['get', '/status'],
    ['post', '/string/replace'],
    ['get', '/docs/../package.json'],
    ['get', '/docs/%2e%2e%2fserver.mjs'],
    ['get', '/%'],
    ['get', '/%E0%A4%A'],
    ['delete', '/docs/start.jsx'],
    ['get', '/__proto__'],
  ] as const)('%s %s: 404 Not Found', async (method, path) => {
    const { status, body } = await supertest(prepare().app)[method](path);
    expect({ status, body }).toEqual({ status: 404, body: { message: 'Not Found' } });
  });

  test('under /api, with a key', async () => {
    const { status, body } = await supertest(prepare().app).post('/api/string').set('x-api-key', KEY);
    expect({ status, body }).toEqual({ status: 404, body: { message: 'Not Found' } });
  });
});

describe('a path that there is, by another method', () => {
  test.each([
    ['get', '/api/string/replace', 'POST'],
    ['options', '/api/string/replace', 'POST'],
    ['post', '/status/health', 'GET, HEAD'],
    ['delete', '/openapi.json', 'GET, HEAD'],
    ['put', '/docs', 'GET, HEAD'],
  ] as const)('%s %s: 405 and which there are', async (method, path, allow) => {
    const { status, body, headers } = await supertest(prepare().app)[method](path).set('x-api-key', KEY);
    expect({ status, body }).toEqual({ status: 405, body: { message: 'Method Not Allowed' } });
    expect(headers['allow']).toBe(allow);
  });

  test('HEAD is GET without the body', async () => {
    const { status, text } = await supertest(prepare().app).head('/status/health');
    expect({ status, text }).toEqual({ status: 200, text: undefined });
  });
});

describe('headers', () => {
  test.each(['/status/health', '/nothing', '/docs', '/api/string/replace'])(
    '%s tells no browser to trust it',
    async (path) => {
      const { headers } = await supertest(prepare().app).get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'strict-transport-security': expect.any(String),
        'x-frame-options': 'SAMEORIGIN',
        'x-service-version': 'abc123',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    },
  );
});

describe('the request id', () => {
  const trace = '1-67891233-abcdef012345678912345678';
  const ask = async (headers: Record<string, string>): Promise<{ id: unknown; line: unknown }> => {
    const { app, log } = prepare();
    const answer = await supertest(app).get('/nothing').set(headers);
    return { id: answer.headers['x-request-id'], line: (await log.requests(1))[0] };
  };

  test('is the caller’s, in the answer and in the log, with the trace of the load balancer', async () => {
    const { id, line } = await ask({ 'x-request-id': '01J-caller_1', 'x-amzn-trace-id': `Root=${trace}` });
    expect(id).toBe('01J-caller_1');
    expect(line).toMatchObject({ requestId: id, traceId: trace });
  });

  test.each([`Root=${trace}`, `Self=1-67891234-12456789abcdef012345678;Root=${trace}`])(
    'or that of the load balancer: %s',
    async (header) => {
      const { id, line } = await ask({ 'x-amzn-trace-id': header });
      expect(id).toBe(trace);
      expect(line).toMatchObject({ requestId: trace });
    },
  );

  test.each(['a b', 'a"b', '<script>', 'é', 'a'.repeat(129), '{"a":1}'])(
    'or a new one, if it is not well-formed: %s',
    async (given) => {
      const { id, line } = await ask({ 'x-request-id': given, 'x-amzn-trace-id': 'Root=x' });
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(line).toMatchObject({ requestId: id });
    },
  );

  test('is a new one for each request', async () => {
    expect((await ask({})).id).not.toBe((await ask({})).id);
  });
});

describe('the log', () => {
  test('has one line per request, of which nothing is the caller’s text, query, key or body', async () => {
    const { log, post, replace, app } = prepare();
    await replace('SECRET-CONTENT ABN');
    await post('{"SECRET-BROKEN');
    await post('{"SECRET-MEMBER":1}');
    await supertest(app)
      .get('/api/SECRET-NOT?SECRET-QUERY=1')
      .set('x-api-key', 'SECRET-WRONG-KEY-of-someone')
      .set('cookie', 'SECRET-COOKIE');
    const lines = await log.requests(4);
    expect(log.lines).toHaveLength(4);
    expect(lines[0]).toEqual({
      timestamp: expect.stringMatching(/Z$/),
      level: 'info',
      message: 'Answered',
      requestId: expect.any(String),
      method: 'POST',
      path: '/api/string/replace',
      status: 200,
      durationMs: expect.any(Number),
      requestBytes: 32,
      responseBytes: expect.any(Number),
      key: 'current',
      characters: 18,
      changed: true,
    });
    expect(lines.map(({ status }) => status)).toEqual([200, 400, 400, 403]);
    expect(log.text.replaceAll('/api/SECRET-NOT', '')).not.toContain('SECRET');
    expect(log.text).not.toContain(KEY);
  });

  test('keeps quiet about good health checks, but not about bad ones', async () => {
    const { app, log, health } = prepare();
    await supertest(app).get('/status/health');
    health.draining = true;
    await supertest(app).get('/status/health');
    expect((await log.requests(2)).map(({ level, status }) => [level, status])).toEqual([
      ['debug', 200],
      ['info', 503],
    ]);
  });

  test('cuts paths that are long', async () => {
    const { app, log } = prepare();
    await supertest(app).get(`/${'a'.repeat(2000)}`);
    const [line] = await log.requests(1);
    expect(line?.['path']).toHaveLength(256);
  });
});

test('an error that nobody foresaw is a 500 without detail', async () => {
  const log = new Log();
  const { replace } = prepare({
    logger: log.logger,
    mappings: {
      ...mappingsOf(() => Promise.resolve(JSON.stringify(MAPPING)), log.logger),
      get: () => Promise.reject(new TypeError('SECRET of the inside')),
    },
  });
  const { status, text } = await replace('ABN');
  expect({ status, text }).toEqual({ status: 500, text: '{"message":"Internal Server Error"}' });
  expect(log.lines.map(({ message }) => message)).toContain('Failed');
});
