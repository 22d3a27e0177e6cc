import { describe, expect, test } from '@jest/globals';
import { holds, smokeTest, type Fetch } from '../../promotion/smoke.ts';
import { parseSmokeFile, type SmokeRequest } from '../../promotion/smoke-file.ts';
import { FakeClock } from '../fakes/clock.ts';
import { sentenceOf } from '../fakes/inputs.ts';

const API = { rest_api_id: 'a1', endpoint: 'https://api.example.com', api_keys: { test: 'id-test', prod: 'id-prod' } };
const GOOD: SmokeRequest = { name: 'a call', method: 'GET', path: '/mappings', expect: { status: 200 } };

function prepare(answers: readonly (Response | Error)[], awsEndpoint?: string) {
  const sent: { url: string; init: RequestInit }[] = [];
  const masked: string[] = [];
  const asked: string[] = [];
  const left = [...answers];
  const fetch: Fetch = (url, init) => {
    sent.push({ url, init });
    const answer = left.shift() ?? new Response('{}');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const call = smokeTest(API, {
    keys: {
      value: (id) => {
        asked.push(id);
        return Promise.resolve(`value-of-${id}`);
      },
    },
    fetch,
    awsEndpoint,
    clock: new FakeClock(),
    log: { mask: (value) => void masked.push(value) },
  });
  return { call, sent, masked, asked };
}

describe('a request', () => {
  test('goes to the stage with its key, which is read once and masked', async () => {
    const { call, sent, masked, asked } = prepare([]);
    expect(await call('prod', [{ ...GOOD, query: { text: 'a b' } }])).toEqual([]);
    await call('prod', [GOOD]);
    expect(sent[0]).toMatchObject({
      url: 'https://api.example.com/prod/mappings?text=a+b',
      init: { method: 'GET', redirect: 'manual', headers: { 'x-api-key': 'value-of-id-prod' } },
    });
    expect([masked, asked]).toEqual([['value-of-id-prod'], ['id-prod']]);
  });

  test('goes to the sandbox where AWS is one', async () => {
    const { call, sent } = prepare([], 'http://127.0.0.1:4566/');
    await call('test', [GOOD]);
    expect(sent[0]?.url).toBe('http://127.0.0.1:4566/_aws/execute-api/a1/test/mappings');
  });

  test('with a body is sent as JSON', async () => {
    const { call, sent } = prepare([]);
    await call('test', [{ ...GOOD, method: 'POST', body: { content: 'x' }, headers: { accept: '*/*' } }]);
    expect(sent[0]?.init).toMatchObject({
      body: '{"content":"x"}',
      headers: { 'content-type': 'application/json', accept: '*/*' },
    });
  });

  test.each([
    [
      'another status',
      new Response('{"message":"no"}', { status: 500 }),
      {},
      '"a call" was answered 500 instead of 200: "{\\"message\\":\\"no\\"}"',
    ],
    [
      'another body',
      new Response('{"message":"no"}'),
      { message: 'yes' },
      '"a call" was answered 200, but not with {"message":"yes"}',
    ],
    ['no JSON', new Response('<html>'), { message: 'yes' }, '"a call" was answered 200, but not with'],
  ])('that gets %s is a problem in words', async (_, answer, body, words) => {
    const { call } = prepare([answer]);
    const [problem] = await call('test', [{ ...GOOD, expect: { status: 200, body } }]);
    expect(problem).toContain(words);
  });

  test('whose answer holds the key does not tell it', async () => {
    const { call } = prepare([new Response('you sent value-of-id-test', { status: 400 })]);
    expect((await call('test', [GOOD])).join()).toContain('you sent ***');
  });

  test('is sent again where the network or a quota fails, three times in all', async () => {
    const refused = new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
    const throttled = () => new Response('', { status: 429 });
    expect(await prepare([refused, throttled()]).call('test', [GOOD])).toEqual([]);
    const { call, sent } = prepare([refused, refused, refused]);
    expect(await call('test', [GOOD])).toEqual(['"a call" was not answered: ECONNREFUSED']);
    expect(sent).toHaveLength(3);
    expect(await prepare([throttled(), throttled(), throttled()]).call('test', [GOOD])).toEqual([
      '"a call" was answered 429 instead of 200: ""',
    ]);
  });
});

test.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }, true],
  [{ a: 1 }, {}, true],
  [{ a: [1, 2] }, { a: [1] }, false],
  [{ a: 1 }, { b: undefined }, false],
  ['text', 'text', true],
  [null, {}, false],
  [{ a: null }, { a: null }, true],
])('%j holds %j: %p', (value, expected, result) => {
  expect(holds(value, expected)).toBe(result);
});

describe('a smoke file', () => {
  const parse = (value: unknown): unknown => parseSmokeFile(JSON.stringify(value), 'lambdas/ant/smoke.json');

  test('is a list of requests', () => {
    expect(parse([GOOD])).toEqual([GOOD]);
  });

  test.each([
    [{}, 'must be an array'],
    [[], 'must contain at least 1 items'],
    [[{ ...GOOD, path: 'mappings' }], 'must be a path from the stage on'],
    [[{ ...GOOD, path: '//other.example.com/' }], 'must be a path from the stage on'],
    [[{ ...GOOD, path: '/a?b=c' }], 'without a query'],
    [[{ ...GOOD, path: '/../prod/mappings' }], 'must not lead out of the stage'],
    [[{ ...GOOD, method: 'get' }], '"[0].method" must be one of'],
    [[{ ...GOOD, expect: { status: '200' } }], '"[0].expect.status" must be a number'],
    [[{ ...GOOD, expects: {} }], '"[0].expects" is not allowed'],
    [[GOOD, GOOD], 'two requests have the same name'],
  ])('%j is refused in one sentence', (value, sentence) => {
    expect(sentenceOf(() => parse(value))).toContain(sentence);
  });

  test('that is not JSON is said to be that', () => {
    expect(sentenceOf(() => parseSmokeFile('no', 'lambdas/ant/smoke.json'))).toContain(
      'lambdas/ant/smoke.json is not a list of requests: it is not JSON',
    );
  });
});
