import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeParameterStore } from '../../lambdas/shared/test/parameter-store.ts';
import { buildInto, goodEnvironment, pause, rawReplace, RunningService } from './running-service.ts';
import { KEY, MAPPING } from './service.ts';

// The bundle, built and started as in an image: in a folder of its own, by plain Node, with nothing but its environment.
jest.setTimeout(60_000);

let folder: string;
let store: FakeParameterStore;
let running: RunningService[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'service-'));
  await buildInto(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await Promise.all(running.map((service) => service.stop()));
  running = [];
  store.stop();
});

async function start(env: NodeJS.ProcessEnv = {}, nodeArguments: readonly string[] = []): Promise<RunningService> {
  store = await FakeParameterStore.start();
  store.hold(JSON.stringify(MAPPING));
  const service = await RunningService.start(folder, { AWS_ENDPOINT_URL: store.endpoint, ...env }, nodeArguments);
  running.push(service);
  return service;
}

async function seconds(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return (performance.now() - begun) / 1000;
}

describe('starting', () => {
  test('is refused with a bad configuration: one line names everything, quotes nothing, and the exit code is 1', async () => {
    store = await FakeParameterStore.start();
    const service = RunningService.launch(folder, { API_KEY: 'SECRET', PORT: 'SECRET', LOG_LEVEL: 'SECRET' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([expect.objectContaining({ level: 'error' })]);
    for (const name of ['API_KEY', 'PORT', 'LOG_LEVEL', 'STRINGS_MAPPING_PARAMETER_NAME', 'AWS_REGION']) {
      expect(service.lines[0]?.message).toContain(`${name} is `);
    }
    expect(service.output).not.toContain('SECRET');
  });

  test('on a port that is taken is refused, and the exit code is 1', async () => {
    const first = await start();
    const second = RunningService.launch(folder, { ...goodEnvironment, PORT: String(first.port) });
    expect(await second.ended).toBe(1);
    expect(second.output).toContain('Cannot listen: set HOST and PORT');
  });

  test('reads the map, and takes requests', async () => {
    const service = await start({ VERSION: 'abc123' });
    const response = await service.replace('ABN and Rabo');
    expect(await response.json()).toEqual({ message: 'ABN AMRO and Rabobank' });
    expect(response.headers.get('x-service-version')).toBe('abc123');
    expect(await service.line('Answered')).toMatchObject({ version: 'abc123', status: 200, key: 'current' });
    expect(service.output).not.toContain(KEY);
    expect(service.output).not.toContain(goodEnvironment.AWS_SECRET_ACCESS_KEY);
  });

  test('the probe of the container says whether it does', async () => {
    const service = await start();
    const probe = (port: number): number | null =>
      spawnSync(process.execPath, [path.join(folder, 'health.mjs')], { env: { PORT: String(port) } }).status;
    expect(probe(service.port)).toBe(0);
    service.signal('SIGTERM');
    await service.line('Draining');
    expect(probe(service.port)).toBe(1);
    expect(probe(1)).toBe(1);
  });

  test('the page at /docs has all its parts beside the bundle', async () => {
    const service = await start();
    const page = await (await fetch(`${service.url}/docs`)).text();
    const parts = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, part = '']) => part);
    expect(parts).toHaveLength(4);
    for (const part of parts) expect((await fetch(service.url + part)).status).toBe(200);
  });
});

describe('SSM', () => {
  // For the service a minute, after which the map is read again, is 0.3 seconds.
  const quick = [
    '--import',
    'data:text/javascript,const real=performance.now.bind(performance);performance.now=()=>real()*200',
  ];

  test('gone: it keeps answering by the last map; back: it takes the new one', async () => {
    const service = await start({}, quick);
    expect(await (await service.replace('ABN')).json()).toEqual({ message: 'ABN AMRO' });
    store.answer = 'down';
    const reads = store.calls.length;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await pause(100);
      expect(await (await service.replace('ABN')).json()).toEqual({ message: 'ABN AMRO' });
    }
    expect(store.calls.length).toBeGreaterThan(reads + 2);
    expect(service.output).toContain('the last good one stays in use');

    store.hold(JSON.stringify({ ABN: 'another name' }));
    await pause(3000);
    await service.replace('ABN');
    await pause(200);
    expect(await (await service.replace('ABN')).json()).toEqual({ message: 'another name' });
  });

  test('never there: 500 without detail, while health is 200', async () => {
    const service = await start({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    const response = await service.replace('ABN');
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect((await fetch(`${service.url}/status/health`)).status).toBe(200);
  });
});

describe('keep-alive', () => {
  test('is longer than the 60 seconds of a load balancer', async () => {
    const service = await start();
    const connection = await service.connect();
    connection.send('GET /status/health HTTP/1.1\r\nhost: test\r\n\r\n');
    await pause(300);
    expect(connection.received.toLowerCase()).toContain('keep-alive: timeout=75');
    connection.destroy();
  });

  test('a connection is used again, and closed once it has been idle for as long as is set', async () => {
    const service = await start({ KEEP_ALIVE_TIMEOUT_SECONDS: '2' });
    const connection = await service.connect();
    for (let request = 1; request <= 3; request += 1) {
      connection.send('GET /status/health HTTP/1.1\r\nhost: test\r\n\r\n');
      await pause(1000);
      expect(connection.received.match(/HTTP\/1\.1 200/g)).toHaveLength(request);
    }
    const idle = await seconds(connection.closed);
    expect(idle).toBeGreaterThan(0.5);
    expect(idle).toBeLessThan(10);
  });
});

describe('SIGTERM', () => {
  test('with 50 requests in flight: all are answered, the health check fails at once, and it ends with 0 in time', async () => {
    const service = await start({ SHUTDOWN_DELAY_SECONDS: '1', SHUTDOWN_TIMEOUT_SECONDS: '20' });
    const { head, body } = rawReplace('The analysts of ABN');
    const connections = await Promise.all(Array.from({ length: 50 }, () => service.connect()));
    for (const connection of connections) connection.send(head + body.slice(0, 5));
    await pause(300);

    service.signal('SIGTERM');
    expect(await service.line('Draining')).toMatchObject({ reason: 'SIGTERM', unanswered: 50 });
    const health = await fetch(`${service.url}/status/health`);
    expect([health.status, health.headers.get('connection')]).toEqual([503, 'close']);
    expect(await (await service.replace('Rabo')).json()).toEqual({ message: 'Rabobank' });
    await pause(1500);
    await expect(service.connect()).rejects.toThrow('ECONNREFUSED');

    for (const connection of connections) connection.send(body.slice(5));
    const took = await seconds(service.ended);
    for (const { received } of connections) {
      expect(received).toMatch(/^HTTP\/1\.1 200 /);
      expect(received.toLowerCase()).toContain('connection: close');
      expect(received).toMatch(/\{"message":"The analysts of ABN AMRO"\}$/);
    }
    expect(await service.ended).toBe(0);
    expect(took).toBeLessThan(5);
    expect(service.lines.at(-1)).toMatchObject({ message: 'Ended', lost: 0 });
  });

  test('connections that are idle, or were never used, hold nothing up', async () => {
    const service = await start({ SHUTDOWN_DELAY_SECONDS: '0.5' });
    const [idle, fresh] = [await service.connect(), await service.connect()];
    idle.send('GET /status/health HTTP/1.1\r\nhost: test\r\n\r\n');
    await pause(200);
    service.signal('SIGTERM');
    expect(await seconds(Promise.all([service.ended, idle.closed, fresh.closed]))).toBeLessThan(5);
    expect(await service.ended).toBe(0);
  });

  test('what is not answered when the time is up is cut off, and the exit code says so', async () => {
    const service = await start({ SHUTDOWN_DELAY_SECONDS: '0', SHUTDOWN_TIMEOUT_SECONDS: '1' });
    const connection = await service.connect();
    connection.send(rawReplace('ABN').head);
    await pause(200);
    service.signal('SIGTERM');
    expect(await seconds(service.ended)).toBeLessThan(5);
    expect(await service.ended).toBe(1);
    expect(await service.line('Cut off')).toMatchObject({ reason: 'The time is up', unanswered: 1 });
  });

  test('a second signal ends it at once', async () => {
    const service = await start();
    const connection = await service.connect();
    connection.send(rawReplace('ABN').head);
    await pause(200);
    service.signal('SIGTERM');
    await service.line('Draining');
    service.signal('SIGINT');
    expect(await seconds(service.ended)).toBeLessThan(3);
    expect(await service.ended).toBe(1);
    expect(await service.line('Cut off')).toMatchObject({ reason: 'A second signal (SIGINT)' });
  });
});
