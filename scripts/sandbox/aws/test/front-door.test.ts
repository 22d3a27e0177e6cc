import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startFrontDoor, type FrontDoor, type FrontDoorOptions, type RequestLogEntry } from '../front-door.ts';
import { startFakeUpstream, type Answer, type FakeUpstream } from './fake-upstream.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Stage {
  readonly upstream: FakeUpstream;
  readonly door: FrontDoor;
  readonly log: RequestLogEntry[];
}

async function stage(
  options: Omit<FrontDoorOptions, 'emulatorUrl'> & {
    readonly answer?: Answer;
    readonly onRequest?: (request: IncomingMessage) => void;
  } = {},
): Promise<Stage> {
  const { answer, onRequest, ...rest } = options;
  const upstream = await startFakeUpstream(answer, onRequest);
  cleanUps.push(() => upstream.close());
  const log: RequestLogEntry[] = [];
  const door = await startFrontDoor({ ...rest, emulatorUrl: upstream.url, log: (entry) => log.push(entry) });
  cleanUps.push(() => door.close());
  return { upstream, door, log };
}

function signed(service: string, headers: Record<string, string> = {}): Record<string, string> {
  const credential = `AKIAEXAMPLE/20260101/eu-west-1/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=0a`,
    ...headers,
  };
}

/** The first bytes that come on a connection, as text. */
async function firstPiece(url: string, path: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = [`GET ${path} HTTP/1.1`, 'host: sandbox', `authorization: ${signed('s3')['authorization']}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [piece]: Buffer[] = await once(socket, 'data');
  socket.destroy();
  return String(piece);
}

const json11 = { 'content-type': 'application/x-amz-json-1.1' };

describe('where a request goes', () => {
  const codedeploy: NonNullable<FrontDoorOptions['handlers']>[number] = {
    service: 'codedeploy',
    handle: async (request) => {
      if (request.action !== 'GetDeployment') return undefined;
      const said = (await request.body()).toString('utf8');
      return { status: 200, headers: json11, body: JSON.stringify({ region: request.region, said }) };
    },
  };

  test('to the handler for the service in the credential scope', async () => {
    const { door, upstream, log } = await stage({ handlers: [codedeploy] });
    const response = await fetch(`${door.url}/`, {
      method: 'POST',
      headers: signed('codedeploy', { ...json11, 'x-amz-target': 'CodeDeploy_20141006.GetDeployment' }),
      body: '{"deploymentId":"d-1"}',
    });
    expect(await response.json()).toEqual({ region: 'eu-west-1', said: '{"deploymentId":"d-1"}' });
    expect(upstream.received).toEqual([]);
    expect(log).toMatchObject([{ service: 'codedeploy', action: 'GetDeployment', status: 200, answeredBy: 'handler' }]);
  });

  test('to the handler for the service in a presigned URL', async () => {
    const answered = { service: 's3', handle: async () => ({ status: 204 }) };
    const { door, upstream } = await stage({ handlers: [answered] });
    const credential = encodeURIComponent('AKIAEXAMPLE/20260101/eu-west-1/s3/aws4_request');
    const response = await fetch(`${door.url}/bucket/key?X-Amz-Credential=${credential}&X-Amz-Signature=0a`);
    expect(response.status).toBe(204);
    expect(upstream.received).toEqual([]);
  });

  test('to the emulator, body and all, when the handler leaves it', async () => {
    const readsFirst = {
      service: 'ecs',
      handle: async (request: { body(): Promise<Buffer> }) => {
        await request.body();
        return undefined;
      },
    };
    const { door, upstream } = await stage({ handlers: [readsFirst] });
    await fetch(door.url, { method: 'POST', headers: signed('ecs', json11), body: '{"cluster":"c"}' });
    expect(upstream.received[0]?.body.toString()).toBe('{"cluster":"c"}');
  });

  test('to the emulator and back through a handler that changes its answer', async () => {
    const rewrites = {
      service: 'elasticloadbalancing',
      handle: async (request: { forward(): Promise<{ status: number; body?: string | Uint8Array }> }) => {
        const answer = await request.forward();
        return { ...answer, body: `${Buffer.from(answer.body ?? '').toString()}, and more` };
      },
    };
    const { door, upstream } = await stage({
      handlers: [rewrites],
      answer: (response) => response.writeHead(202, { 'x-amzn-requestid': 'r1' }).end('some'),
    });
    const response = await fetch(door.url, {
      method: 'POST',
      headers: signed('elasticloadbalancing', { 'content-type': 'application/x-www-form-urlencoded' }),
      body: 'Action=DescribeRules',
    });
    expect([response.status, response.headers.get('x-amzn-requestid'), await response.text()]).toEqual([
      202,
      'r1',
      'some, and more',
    ]);
    expect(upstream.received[0]?.body.toString()).toBe('Action=DescribeRules');
  });

  test('to the emulator when nobody signed it', async () => {
    const { door, upstream, log } = await stage({ handlers: [codedeploy] });
    await fetch(`${door.url}/_aws/execute-api/abc/test/string/replace?a=1`, { method: 'POST', body: '{}' });
    expect(upstream.received[0]?.url).toBe('/_aws/execute-api/abc/test/string/replace?a=1');
    expect(log).toMatchObject([{ service: undefined, action: undefined, answeredBy: 'emulator' }]);
  });

  test('two handlers for one service are a mistake', async () => {
    await expect(
      startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9', handlers: [codedeploy, codedeploy] }),
    ).rejects.toThrow('Two handlers are for the same service.');
  });
});

describe('what is passed on is unchanged', () => {
  test('method, target, Host, headers with their spelling, and the bytes of an aws-chunked body', async () => {
    const { door, upstream } = await stage();
    const chunk = Buffer.from('5;chunk-signature=0a\r\nhe\0lo\r\n0;chunk-signature=0b\r\n\r\n', 'latin1');
    const outgoing = httpRequest(`${door.url}/b%2Fc/k%20ey?list-type=2&prefix=%2F`, {
      method: 'PUT',
      headers: {
        ...signed('s3'),
        Host: 'bucket.localhost:4566',
        'X-Amz-Decoded-Content-Length': '5',
        'Content-Encoding': 'aws-chunked',
        'Content-Length': chunk.length,
      },
    });
    outgoing.end(chunk);
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    response?.resume();
    const [seen] = upstream.received;
    expect(seen?.method).toBe('PUT');
    expect(seen?.url).toBe('/b%2Fc/k%20ey?list-type=2&prefix=%2F');
    expect(seen?.headers.host).toBe('bucket.localhost:4566');
    expect(seen?.rawHeaders).toContain('X-Amz-Decoded-Content-Length');
    expect(seen?.headers['content-encoding']).toBe('aws-chunked');
    expect(seen?.body.equals(chunk)).toBe(true);
  });

  test('the answer: status, repeated headers and body', async () => {
    const { door } = await stage({
      answer: (response) => response.writeHead(418, { 'set-cookie': ['a=1', 'b=2'], etag: '"e"' }).end('tea'),
    });
    const response = await fetch(door.url);
    expect([response.status, response.headers.getSetCookie(), response.headers.get('etag')]).toEqual([
      418,
      ['a=1', 'b=2'],
      '"e"',
    ]);
    expect(await response.text()).toBe('tea');
  });

  test('a body is on its way to the emulator before its end was sent', async () => {
    const firstByte = Promise.withResolvers<void>();
    const { door, upstream } = await stage({
      onRequest: (request) => request.once('data', () => firstByte.resolve()),
    });
    const outgoing = httpRequest(`${door.url}/bucket/key`, { method: 'PUT', headers: signed('s3') });
    const answered: Promise<IncomingMessage[]> = once(outgoing, 'response');
    outgoing.write('first');
    await firstByte.promise;
    outgoing.end('last');
    const [response] = await answered;
    response?.resume();
    expect(upstream.received[0]?.body.toString()).toBe('firstlast');
  });

  test('a short answer to an AWS call comes in one piece, a long one as it comes', async () => {
    const readBody = Promise.withResolvers<void>();
    const inTwoPieces: Answer = (response, { url }) => {
      const bytes = url === '/short' ? 4 : 4_000_000;
      response.writeHead(200, { 'content-length': bytes }).flushHeaders();
      if (url === '/short') setTimeout(() => response.end('body'), 50);
      else void readBody.promise.then(() => response.end(Buffer.alloc(bytes)));
    };
    const { door } = await stage({ answer: inTwoPieces });
    expect(await firstPiece(door.url, '/short')).toMatch(/\r\n\r\nbody$/);
    // The emulator sends nothing of this body before the head was read here.
    expect(await firstPiece(door.url, '/long')).toMatch(/\r\n\r\n$/);
    readBody.resolve();
  });

  test('a client that hangs up in the middle of a body does no harm', async () => {
    const firstByte = Promise.withResolvers<void>();
    const { door, log } = await stage({ onRequest: (request) => request.once('data', () => firstByte.resolve()) });
    const outgoing = httpRequest(`${door.url}/bucket/key`, { method: 'PUT', headers: signed('s3') });
    outgoing.on('error', () => {});
    outgoing.write('first');
    await firstByte.promise;
    outgoing.destroy();
    expect((await fetch(`${door.url}/next`)).status).toBe(200);
    expect(log.find((entry) => entry.method === 'PUT')?.error?.message).toBe('The client hung up');
  });
});

describe("the emulator's failures", () => {
  const html: Answer = (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>');

  test('a 5xx to an AWS call becomes a 4xx that SDKs do not repeat, in the protocol of the call', async () => {
    const { door } = await stage({ answer: html });
    const target = { 'x-amz-target': 'CodeDeploy_20141006.CreateDeployment' };
    const asJson = await fetch(door.url, { method: 'POST', headers: signed('codedeploy', { ...json11, ...target }) });
    expect([asJson.status, asJson.headers.get('content-type')]).toEqual([400, 'application/x-amz-json-1.1']);
    expect(await asJson.json()).toEqual({
      __type: 'EmulatorFailure',
      message: 'The emulator cannot do codedeploy CreateDeployment: it answered 500 <h1>Oops</h1>',
    });
    const form = signed('monitoring', { 'content-type': 'application/x-www-form-urlencoded' });
    const asQuery = await fetch(door.url, { method: 'POST', headers: form, body: 'Action=PutDashboard' });
    expect([asQuery.status, await asQuery.text()]).toEqual([
      400,
      '<ErrorResponse><Error><Type>Sender</Type><Code>EmulatorFailure</Code><Message>The emulator cannot do monitoring ' +
        'PutDashboard: it answered 500 &lt;h1&gt;Oops&lt;/h1&gt;</Message></Error></ErrorResponse>',
    ]);
    const asS3 = await fetch(`${door.url}/b/k`, { headers: signed('s3') });
    expect([asS3.status, await asS3.text()]).toEqual([400, expect.stringMatching(/^<Error><Code>EmulatorFailure</)]);
  });

  test('a 400 of the service itself is passed on', async () => {
    const said = '{"__type": "ParameterNotFound"}';
    const { door } = await stage({
      answer: (response) => response.writeHead(400, { 'content-type': 'application/json' }).end(said),
    });
    const response = await fetch(door.url, { method: 'POST', headers: signed('ssm', json11), body: '{}' });
    expect([response.status, await response.text()]).toEqual([400, said]);
  });

  test.each([undefined, signed('execute-api')])("an API's own 5xx is passed on", async (headers) => {
    const { door } = await stage({ answer: html });
    const response = await fetch(`${door.url}/_aws/execute-api/a/test/x`, headers === undefined ? {} : { headers });
    expect([response.status, await response.text()]).toEqual([500, '<h1>Oops</h1>']);
  });

  test('a dead emulator is one clear sentence', async () => {
    const { door, upstream } = await stage();
    await upstream.close();
    const sentence = `The AWS emulator at ${upstream.url} does not answer: it has ended. Look at its log, and start the sandbox again.`;
    const call = await fetch(door.url, { method: 'POST', headers: signed('ssm', json11), body: '{}' });
    expect([call.status, await call.json()]).toEqual([424, { __type: 'EmulatorUnreachable', message: sentence }]);
    const person = await fetch(`${door.url}/_aws/execute-api/a/test/x`);
    expect([person.status, await person.json()]).toEqual([503, { message: sentence }]);
  });

  test('a handler that throws is a sentence too, and the log has the error', async () => {
    const broken = {
      service: 'codebuild',
      handle: async () => {
        throw new Error('no such project');
      },
    };
    const { door, log } = await stage({ handlers: [broken] });
    const headers = signed('codebuild', { ...json11, 'x-amz-target': 'CodeBuild_20161006.StartBuild' });
    const response = await fetch(door.url, { method: 'POST', headers, body: '{}' });
    expect([response.status, await response.json()]).toEqual([
      400,
      { __type: 'SandboxFailure', message: 'The sandbox failed at StartBuild: no such project' },
    ]);
    expect(log[0]?.error?.message).toBe('no such project');
  });

  test('a port that is taken is one clear sentence', async () => {
    const { upstream } = await stage();
    const port = Number(new URL(upstream.url).port);
    await expect(startFrontDoor({ emulatorUrl: upstream.url, port })).rejects.toThrow(
      `The front door cannot listen on port ${port}: stop what listens there, or choose another port.`,
    );
  });
});

describe('faults on demand', () => {
  const throttle = { service: 'ssm', action: 'GetParameter', status: 400, code: 'ThrottlingException', times: 2 };

  async function ask(door: FrontDoor, fault: unknown) {
    return fetch(`${door.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
  }

  async function get(door: FrontDoor, service: string, target: string) {
    const headers = signed(service, { ...json11, 'x-amz-target': target });
    return fetch(door.url, { method: 'POST', headers, body: '{}' });
  }

  test('the action fails as often as asked for, other actions do not', async () => {
    const { door, upstream, log } = await stage();
    expect((await ask(door, throttle)).status).toBe(201);
    expect((await get(door, 'ssm', 'AmazonSSM.PutParameter')).status).toBe(200);
    const first = await get(door, 'ssm', 'AmazonSSM.GetParameter');
    expect([first.status, first.headers.get('x-amzn-errortype'), await first.json()]).toEqual([
      400,
      'ThrottlingException',
      { __type: 'ThrottlingException', message: 'ThrottlingException: asked for at /_sandbox/faults' },
    ]);
    expect((await get(door, 'ssm', 'AmazonSSM.GetParameter')).status).toBe(400);
    expect((await get(door, 'ssm', 'AmazonSSM.GetParameter')).status).toBe(200);
    expect(upstream.received).toHaveLength(2);
    expect(log.filter((entry) => entry.answeredBy === 'fault')).toHaveLength(2);
  });

  test('a fault for every service expires the credentials of the next call, whatever it is', async () => {
    const { door } = await stage();
    await ask(door, { service: '*', status: 403, code: 'ExpiredTokenException', times: 1 });
    expect((await get(door, 'lambda', 'x')).status).toBe(403);
    expect((await get(door, 'lambda', 'x')).status).toBe(200);
  });

  test('what is to come can be listed and forgotten', async () => {
    const { door } = await stage();
    await ask(door, throttle);
    expect(await (await fetch(`${door.url}/_sandbox/faults`)).json()).toEqual([throttle]);
    await fetch(`${door.url}/_sandbox/faults`, { method: 'DELETE' });
    expect((await get(door, 'ssm', 'AmazonSSM.GetParameter')).status).toBe(200);
  });

  test('a call that is held goes on after its time, with an error or without, and without its caller it is not made', async () => {
    const { door, upstream } = await stage();
    const held = { service: 'ssm', action: 'GetParameter', times: 1, delayMs: 300 };
    const call = (signal?: AbortSignal): Promise<Response> =>
      fetch(door.url, {
        method: 'POST',
        headers: signed('ssm', { ...json11, 'x-amz-target': 'AmazonSSM.GetParameter' }),
        body: '{"Name":"x"}',
        ...(signal === undefined ? {} : { signal }),
      });
    const begun = Date.now();
    expect(await (await ask(door, held)).json()).toEqual(held);
    expect((await call()).status).toBe(200);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(299);
    expect(upstream.received).toHaveLength(1);

    await ask(door, { ...throttle, times: 1, delayMs: 10 });
    expect((await call()).status).toBe(400);

    await ask(door, held);
    await expect(call(AbortSignal.timeout(100))).rejects.toThrow('aborted');
    await sleep(400);
    expect(upstream.received).toHaveLength(1);
    expect(await (await fetch(`${door.url}/_sandbox/faults`)).json()).toEqual([]);
  });

  test.each([
    [{ ...throttle, service: undefined }, '"service" must be the name of a service, or "*".'],
    [{ ...throttle, action: 1 }, '"action" must be the name of an operation.'],
    [{ ...throttle, status: 200 }, '"status" must be from 400 to 599.'],
    [{ ...throttle, code: '' }, '"code" must be the code of an error.'],
    [{ ...throttle, times: 0 }, '"times" must be from 1 to 1000.'],
    [{ ...throttle, delay: 1 }, 'Unknown field "delay": use service, action, status, code, times, delayMs.'],
    [{ ...throttle, delayMs: 0 }, '"delayMs" must be from 1 to 600000.'],
    [{ ...throttle, delayMs: 5, code: undefined }, '"code" must be the code of an error.'],
    [1, 'The body is not a JSON object.'],
  ])('a wrong one is refused: %j', async (fault, message) => {
    const { door } = await stage();
    const response = await ask(door, fault);
    expect([response.status, await response.json()]).toEqual([400, { message }]);
  });
});

test('the log holds no query, where signatures and keys stand', async () => {
  const { door, log } = await stage();
  await fetch(`${door.url}/bucket/key?X-Amz-Signature=secret`, { headers: signed('s3', { 'x-api-key': 'secret' }) });
  expect(log).toMatchObject([{ method: 'GET', path: '/bucket/key', action: 'GET /bucket/key', status: 200 }]);
  expect(JSON.stringify(log)).not.toContain('secret');
});
