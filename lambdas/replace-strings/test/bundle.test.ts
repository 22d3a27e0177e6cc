import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { readEvent } from './events.ts';

// The lambda as it is deployed: one file, its clients made from the environment, SSM behind AWS_ENDPOINT_URL. It runs in a
// thread of its own, because jest would load the file by its own rules and share its environment.

const folder = mkdtempSync(path.join(tmpdir(), 'replace-strings-'));
const outfile = path.join(folder, 'index.mjs');
const calls: { target: string | undefined; body: unknown }[] = [];
let server: Server;
let endpoint: string;
let answer: { status: number; body: unknown };

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../handler.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    outfile,
    logLevel: 'silent',
  });
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      calls.push({ target: request.headers['x-amz-target']?.toString(), body: JSON.parse(body) });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer.body));
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  endpoint = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

type Outcome = { result?: { statusCode: number; headers: Record<string, string>; body: string }; failure?: string };

/** Starts a fresh lambda, calls it once per event at the same time, and gives the outcomes. */
async function invoke(events: unknown[], env: Record<string, string>): Promise<Outcome[]> {
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.url)
      .then(({ handler }) => Promise.all(workerData.events.map((event) => handler(event, { awsRequestId: 'id' }))))
      .then((results) => results.map((result) => ({ result })), (error) => [{ failure: String(error) }])
      .then((outcomes) => parentPort.postMessage(outcomes));`;
  const worker = new Worker(script, {
    eval: true,
    workerData: { url: outfile, events },
    env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...env },
    stdout: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Outcome[]>();
  worker.once('message', resolve).once('error', reject);
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}

const lambda = { STRINGS_MAPPING_PARAMETER_NAME: '/strings/mapping', AWS_LAMBDA_FUNCTION_VERSION: '12' };

test('the bundle reads the map from the parameter, once, and replaces', async () => {
  calls.length = 0;
  answer = {
    status: 200,
    body: { Parameter: { Name: '/strings/mapping', Type: 'String', Value: '{"ABN": "ABN AMRO"}' } },
  };
  const outcomes = await invoke([readEvent('good'), readEvent('good')], { ...lambda, AWS_ENDPOINT_URL: endpoint });
  expect(calls).toEqual([{ target: 'AmazonSSM.GetParameter', body: { Name: '/strings/mapping' } }]);
  expect(outcomes).toHaveLength(2);
  for (const { result } of outcomes) {
    expect(result?.statusCode).toBe(200);
    expect(result?.headers['x-lambda-version']).toBe('12');
    expect(result?.body).toBe('{"message":"The analysts of ABN AMRO did a great job, as did those of the Volksbank."}');
  }
});

test.each([
  ['the parameter is not there', { status: 400, body: { __type: 'ParameterNotFound' } }],
  ['the parameter is malformed', { status: 200, body: { Parameter: { Value: '["ABN"]' } } }],
  ['the parameter has no value', { status: 200, body: {} }],
])('the bundle answers 500 when %s', async (_, given) => {
  answer = given;
  const [outcome] = await invoke([readEvent('good')], { ...lambda, AWS_ENDPOINT_URL: endpoint });
  expect(outcome?.result?.statusCode).toBe(500);
  expect(outcome?.result?.body).toBe('{"message":"Internal Server Error"}');
});

test('the bundle does not start without the name of the parameter, and says so', async () => {
  const [outcome] = await invoke([readEvent('good')], { AWS_ENDPOINT_URL: endpoint });
  expect(outcome?.failure).toMatch(/^ConfigError: STRINGS_MAPPING_PARAMETER_NAME is missing/);
});
