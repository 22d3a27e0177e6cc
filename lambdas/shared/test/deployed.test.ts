import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { context } from './context.ts';
import { DeployedLambda, unpack } from './deployed-lambda.ts';
import { eventNames, lambdaIds, readEvent } from './events.ts';
import { FakeParameterStore } from './parameter-store.ts';

// Starts processes, on a machine that may be busy.
jest.setTimeout(60_000);

// Every lambda as it is deployed: its package in a process of its own, its clients made from the environment, SSM behind
// AWS_ENDPOINT_URL with the map that is deployed, every event of its folder.

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');
const map = read('../terraform/strings-mapping.json');
const folder = mkdtempSync(path.join(tmpdir(), 'lambdas-'));
let store: FakeParameterStore;

beforeAll(async () => {
  store = await FakeParameterStore.start();
});

afterAll(() => {
  store.stop();
  rmSync(folder, { recursive: true });
});

/** Bundled once, however many instances run. */
const bundles = new Map<string, Promise<string>>();

async function start(id: string, env?: NodeJS.ProcessEnv): Promise<DeployedLambda> {
  const file = bundles.get(id) ?? unpack(id, folder);
  bundles.set(id, file);
  return DeployedLambda.start(
    await file,
    env ?? { STRINGS_MAPPING_PARAMETER_NAME: '/strings/mapping', AWS_ENDPOINT_URL: store.endpoint },
  );
}

/** The texts of a request that have no business in a log. */
function secretsOf({ body, isBase64Encoded, pathParameters, queryStringParameters }: APIGatewayProxyEvent): string[] {
  const text = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString();
  return ['not-a-real-key', text, ...Object.values({ ...pathParameters, ...queryStringParameters })]
    .filter((value) => value !== undefined)
    .flatMap((value) => [value, ...value.split(/[^\p{L}\p{N}]+/u)])
    .filter((value) => value.length > 3 && value !== 'content');
}

describe.each(lambdaIds)('%s', (id) => {
  let lambda: DeployedLambda;

  beforeAll(async () => {
    store.hold(map);
    lambda = await start(id);
  });
  afterAll(() => lambda.stop());

  const names = eventNames(id);
  const isGood = (name: string): boolean => name.startsWith('good');

  test.each(names.filter(isGood))('answers %s with 200 and what response.schema.json says', async (name) => {
    const { statusCode, headers, body } = await lambda.call(readEvent(id, name));
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-lambda-version': context.functionVersion });
    const ajv = new Ajv();
    expect([ajv.validate(JSON.parse(read(`${id}/response.schema.json`)), JSON.parse(body)), ajv.errors]).toEqual([
      true,
      null,
    ]);
  });

  test.each(names.filter((name) => !isGood(name)))('answers %s with 4xx and a message alone', async (name) => {
    const { statusCode, body } = await lambda.call(readEvent(id, name));
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
    expect(JSON.parse(body)).toEqual({ message: expect.any(String) });
  });

  test('writes one line of JSON per call, with both request ids and nothing of what was sent', async () => {
    const other = await start(id);
    const events = names.map((name) => readEvent(id, name));
    for (const event of events) await other.call(event);
    await other.stop();
    expect(other.lines).toEqual(
      events.map(({ requestContext: { requestId, stage } }, index) =>
        expect.objectContaining({
          level: 'INFO',
          requestId,
          stage,
          function_request_id: context.awsRequestId,
          function_version: context.functionVersion,
          cold_start: index === 0,
        }),
      ),
    );
    const leaks = events.flatMap(secretsOf).filter((secret) => other.log.join('\n').includes(secret));
    expect(leaks).toEqual([]);
  });
});

const mapped = lambdaIds.filter((id) => read(`${id}/handler.ts`).includes('openMappings'));

describe.each(mapped)('the map of %s', (id) => {
  const failures = (lambda: DeployedLambda): Record<string, unknown>[] =>
    lambda.lines.filter(({ message }) => String(message).startsWith('The map of replacements could not be read'));

  test('is read from the parameter, once', async () => {
    store.hold(map);
    const lambda = await start(id);
    for (let call = 0; call < 3; call += 1) await lambda.call(readEvent(id, 'good'));
    await lambda.stop();
    expect(store.calls).toEqual([{ target: 'AmazonSSM.GetParameter', body: { Name: '/strings/mapping' } }]);
  });

  test('stays in use when SSM is down, which is in the log once per minute', async () => {
    store.hold(map);
    const lambda = await start(id);
    const first = await lambda.call(readEvent(id, 'good'));
    store.answer = 'down';
    const answers = [];
    // Five seconds is how long it waits before it tries again; so each of these calls finds SSM down.
    for (let seconds = 60; seconds <= 175; seconds += 5) {
      lambda.advance(seconds === 60 ? 60_000 : 5_000);
      answers.push(await lambda.call(readEvent(id, 'good')));
    }
    store.hold(map);
    lambda.advance(5_000);
    answers.push(await lambda.call(readEvent(id, 'good')));
    await lambda.stop();
    expect(first.statusCode).toBe(200);
    expect(answers).toEqual(Array(25).fill(first));
    // At 60 and at 120 seconds.
    expect(failures(lambda)).toEqual([
      expect.objectContaining({ level: 'ERROR', message: expect.stringContaining('the last good one stays in use') }),
      expect.objectContaining({ level: 'ERROR', failuresSinceLastLogged: 11 }),
    ]);
    expect(store.calls).toHaveLength(1);
  });

  test.each([
    ['is not there', { status: 400, body: { __type: 'ParameterNotFound' } }],
    ['is malformed', { status: 200, body: { Parameter: { Value: '["ABN"]' } } }],
    ['has no value', { status: 200, body: {} }],
  ])('that %s fails the call without detail', async (_, given) => {
    store.answer = given;
    const lambda = await start(id);
    await expect(lambda.call(readEvent(id, 'good'))).rejects.toThrow('CallFailed');
    await lambda.stop();
    expect(failures(lambda)).toHaveLength(1);
  });

  test('that cannot be read is in the log with the line that says so in the source', async () => {
    store.answer = { status: 200, body: {} };
    const lambda = await start(id);
    await expect(lambda.call(readEvent(id, 'good'))).rejects.toThrow('CallFailed');
    await lambda.stop();
    const [, line = ''] = /lambdas\/shared\/parameter\.ts:(\d+):\d+/.exec(JSON.stringify(failures(lambda)[0])) ?? [];
    expect(read('shared/parameter.ts').split('\n')[Number(line) - 1]).toContain('has no value');
  });

  test('has a name in the environment, without which nothing starts', async () => {
    await expect(start(id, { AWS_ENDPOINT_URL: store.endpoint })).rejects.toThrow(
      /^ConfigError: STRINGS_MAPPING_PARAMETER_NAME is missing/,
    );
  });
});
