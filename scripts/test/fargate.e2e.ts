import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as jsonOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, json, oneof, string } from 'fast-check';
import { findApi } from '../demo/api.ts';
import { apiKeyOf, serviceClient, type ServiceAnswer, type ServiceCall, type ServiceClient } from '../demo/service.ts';
import { down, up } from '../sandbox/client.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { setUpFuzzer } from '../setup/fuzz.ts';
import { ROOT } from '../tools.ts';
import { patiently } from './api-calls.ts';
import { start } from './child.ts';
import { Deployment, succeeded } from './deployment.ts';
import { share, startLoad } from './load.ts';
import { failures, release as startPipeline } from './release.ts';
import { runStep, startStep, type StepEnd, type StepOptions, type StepPlace } from './step.ts';
import { watchWeights } from './weights.ts';

const ZONE = 'example.com';
const REPLACE = 'service/src/replace/routes.ts';
/** A step of a shift, a minute at AWS, is a second here: a hundred requests of each, to count who answers them. */
const RATE = 100;

function messageOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
}

/**
 * Both halves in one account, at a domain: what the service answers, how it is released, and what happens when that goes wrong. What the API
 * answers besides is the other suite's.
 */
describe('the Fargate architecture, deployed', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let project: Deployment;
  let client: ServiceClient;
  let endpoint = '';
  let key = '';
  let names: { pipeline: string; cluster: string; service: string };
  /** What was released last and is good. */
  let good = '';

  const options = (): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } => ({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  const replacing = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): ServiceCall => ({
    method: 'POST',
    path: '/api/string/replace',
    headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
    body,
  });
  const aSentence = (): ServiceCall => replacing(JSON.stringify({ content: 'from ING' }));
  const answerTo = async (call: ServiceCall): Promise<{ status: number; body: unknown }> => {
    const { status, text } = await client.call(call);
    return { status, body: JSON.parse(text) };
  };
  const versionOf = ({ headers }: ServiceAnswer): string => String(headers['x-service-version'] ?? '');
  /** What a plan would do; nothing if it is empty. */
  const planned = async (): Promise<string> => {
    const { code, stdout } = await project.plan();
    return code === 0 ? '' : stdout;
  };

  let runs = 0;
  /** As `release.yml` does; each a run of its own. */
  const releasing = (commit: string, inputs: Readonly<Record<string, string>> = {}): StepOptions => {
    runs += 1;
    return { inputs: { environment: 'test', commit, ...inputs }, runId: runs };
  };
  const place = (): StepPlace => ({ sandbox, workspace: project.folder, temp: dir });
  const release = (commit: string, inputs: Readonly<Record<string, string>> = {}): Promise<StepEnd> =>
    runStep(place(), 'release', releasing(commit, inputs));

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await up(join(dir, 'sandbox'), 'mine');
    await new Route53Client(options()).send(new CreateHostedZoneCommand({ Name: ZONE, CallerReference: 'registrar' }));
    project = await Deployment.create(join(dir, 'project'), sandbox);
    await project.setVariables(`domain = { zone_name = "${ZONE}" }`);
    const sizes =
      'min_count = 1, max_count = 3, deployment_config = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"';
    await project.edit('terraform/environments/test.tfvars', 'min_count = 1, max_count = 2', () => sizes);
    good = await project.push('As it is deployed');
    succeeded(await project.publish());
    succeeded(await project.publishImage());
    succeeded(await project.apply());
    endpoint = String(await project.output('service_endpoint'));
    key = await apiKeyOf(sandbox, String(await project.output('service_api_key_parameter')));
    names = JSON.parse(JSON.stringify(await project.output('release')));
    client = await serviceClient(sandbox, endpoint);
    await untilHealthy();
  }, 10 * 60_000);

  afterAll(async () => {
    client?.close();
    await down(join(dir, 'sandbox'));
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  async function untilHealthy(): Promise<void> {
    const end = Date.now() + 30_000;
    for (;;) {
      const { status } = await client.call({ path: '/status/health' });
      if (status === 200) return;
      if (Date.now() > end) throw new Error(`The service is not healthy; it answers ${status}.`);
      await delay(200);
    }
  }

  /** Twenty answers in turn by one version: more than a weight of ten per cent would leave. */
  async function untilAllFrom(version: string): Promise<void> {
    const end = Date.now() + 60_000;
    for (let count = 0; count < 20; count += 1) {
      if (versionOf(await client.call({ path: '/status/health' })) !== version) count = -1;
      if (Date.now() > end) throw new Error(`Not all answers are by ${version}.`);
    }
  }

  test('has nothing left to do after the first apply', async () => {
    expect(await planned()).toBe('');
  }, 120_000);

  test('answers everything that it is to answer, over HTTPS', async () => {
    expect(endpoint).toBe(`https://service-test.${ZONE}`);
    expect(await client.call({ path: '/status/health' })).toMatchObject({ status: 200 });
    expect(await answerTo(aSentence())).toEqual({ status: 200, body: { message: 'from ING BANK' } });
    const without = { ...aSentence(), headers: { 'content-type': 'application/json' } };
    expect(await answerTo(without)).toEqual({ status: 403, body: { message: 'Forbidden' } });
    const wrong = replacing('{"content":""}', { 'x-api-key': `${key.slice(0, -1)}~` });
    expect(await answerTo(wrong)).toEqual({ status: 403, body: { message: 'Forbidden' } });
    const malformed = { status: 400, body: { message: 'Malformed Input' } };
    expect(await answerTo(replacing('{"contents":"ABN"}'))).toEqual(malformed);
    expect(await answerTo(replacing('{"content":1}'))).toEqual(malformed);
    const broken = { status: 400, body: { message: 'Something went wrong in decoding Payload' } };
    expect(await answerTo(replacing('{"content":'))).toEqual(broken);
    expect(await answerTo({ path: '/nothing/here' })).toEqual({ status: 404, body: { message: 'Not Found' } });
    const large = JSON.stringify({ content: 'x'.repeat(1024 * 1024) });
    expect(await answerTo(replacing(large))).toMatchObject({ status: 413 });
    expect(await answerTo(replacing('ABN', { 'content-type': 'text/plain' }))).toMatchObject({ status: 415 });
    expect(await client.call({ path: '/docs/' })).toMatchObject({ status: 200 });
  }, 60_000);

  test('replaces as it always did: one, several, any case, all five names, nothing', async () => {
    const cases = {
      ABN: 'ABN AMRO',
      'abn and Ing': 'ABN AMRO and ING BANK',
      'ABN ING Rabo Triodos Volksbank': 'ABN AMRO ING BANK Rabobank Triodos Bank de Volksbank',
      'no bank': 'no bank',
      '': '',
    };
    for (const [content, message] of Object.entries(cases)) {
      expect(await answerTo(replacing(JSON.stringify({ content })))).toEqual({ status: 200, body: { message } });
    }
  }, 30_000);

  test('replaces whatever text it is given, and replacing twice is replacing once', async () => {
    const words = constantFrom(
      'ABN',
      'abn amro',
      'ING',
      'Rabo',
      'triodos bank',
      'Volksbank',
      'é',
      '-',
      ' ',
      '"',
      '\u0000',
      '😀',
    );
    const texts = oneof(
      string({ unit: 'binary' }),
      array(words).map((parts) => parts.join(' ')),
    );
    await assert(
      asyncProperty(texts, async (content) => {
        const once = await answerTo(replacing(JSON.stringify({ content })));
        expect(once.status).toBe(200);
        const again = await answerTo(replacing(JSON.stringify({ content: messageOf(once.body) })));
        expect(again).toEqual(once);
      }),
      { numRuns: 200 },
    );
    await assert(
      asyncProperty(json(), async (body) => {
        expect([200, 400]).toContain((await answerTo(replacing(body))).status);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test('has the API at the domain’s other address, with the stage in the path as without one', async () => {
    expect(await project.output('api_endpoint')).toBe(`https://api-test.${ZONE}`);
    const api = await findApi(sandbox);
    expect(await patiently(api, 'prod', { method: 'GET', path: 'mappings/ABN' })).toMatchObject({ status: 200 });
    // What a resolver would do: the domain's name leads to the sandbox. fetch sends no Host of ours.
    const headers = { host: `api-test.${ZONE}`, 'x-api-key': api.keys['prod'] };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${sandbox.awsUrl}/prod/mappings/ABN`, { headers }, resolve).on('error', reject);
    });
    expect(answer.statusCode).toBe(200);
    expect(await jsonOf(answer)).toEqual({ key: 'ABN', replacement: 'ABN AMRO' });
  }, 60_000);

  test('turns plain HTTP away to HTTPS', async () => {
    const plain = await serviceClient(sandbox, `http://service-test.${ZONE}`);
    const { status, headers } = await plain.call({ path: '/status/health' });
    expect({ status, location: headers['location'] }).toEqual({
      status: 301,
      location: `https://service-test.${ZONE}:443/status/health`,
    });
  });

  test('keeps its key out of the state', async () => {
    expect(key.length).toBeGreaterThanOrEqual(20);
    expect(await project.pulledState()).not.toContain(key);
  }, 60_000);

  test('withstands requests made up from its own document', async () => {
    const document = await client.call({ path: '/openapi.json' });
    expect(JSON.parse(document.text)).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
    const { code, stdout } = await start(
      setUpFuzzer(),
      [
        '--config-file',
        join(ROOT, 'service/schemathesis.toml'),
        'run',
        `https://127.0.0.1:${client.address.split(':')[1]}/openapi.json`,
        '--url',
        `https://127.0.0.1:${client.address.split(':')[1]}`,
        '--header',
        `x-api-key: ${key}`,
        '--header',
        `host: service-test.${ZONE}`,
        '--tls-verify',
        'false',
        '--max-examples',
        '100',
        '--no-color',
      ],
      { cwd: dir },
    ).ended;
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  }, 300_000);

  test('is released under load without losing a request, step by step as its configuration says', async () => {
    const before = versionOf(await client.call({ path: '/status/health' }));
    expect(before).toBe(good);
    await project.edit(REPLACE, /$/, () => '\n// A new version.\n');
    const next = await project.push('A new version');
    const load = startLoad(client, aSentence(), RATE);
    const steps = watchWeights(sandbox, () => load.now());
    // While traffic moves, Terraform has nothing to move back.
    const meanwhile = steps.begun.then(planned);
    const asked = releasing(next);
    const released = await runStep(place(), 'release', asked);
    const samples = await load.stop();
    const seen = await steps.stop();

    expect(released).toMatchObject({ ok: true, outputs: { status: 'Succeeded' } });
    expect(released.log).toMatch(/[1-9]0 %/);
    expect(await meanwhile).toBe('');
    expect(samples.filter(({ status }) => status !== 200)).toEqual([]);
    expect(samples.length).toBeGreaterThan(10 * RATE);
    expect(seen.map(({ weight }) => weight)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const shares = seen.map(({ weight, from, to }) => ({ weight, share: share(samples, next, from, to) }));
    expect(shares.filter(({ weight, share: measured }) => Math.abs(measured - weight) > 3)).toEqual([]);
    expect(versionOf(await client.call({ path: '/status/health' }))).toBe(next);
    good = next;
    expect(await planned()).toBe('');

    // The same run again follows what it has started, and starts nothing.
    const again = await runStep(place(), 'release', asked);
    expect(again).toMatchObject({ ok: true, outputs: { execution: released.outputs['execution'] } });
  }, 300_000);

  test('is not released again where that would change nothing, unless somebody asks for it', async () => {
    expect((await release(good, { check: 'true' })).outputs).toMatchObject({ needed: 'false' });
    const skipped = await release(good, { 'skip-if-running': 'true' });
    expect(skipped).toMatchObject({ ok: true, outputs: { status: 'NotNeeded', execution: '' } });
    const asked = await release(good);
    expect(asked).toMatchObject({ ok: true, outputs: { status: 'Succeeded' } });
    expect(asked.outputs['execution']).not.toBe('');
    expect(versionOf(await client.call({ path: '/status/health' }))).toBe(good);
  }, 300_000);

  test('stops when its run is cancelled in the middle, and the old version has everything again', async () => {
    await project.edit(REPLACE, /$/, () => '\n// Another version.\n');
    const next = await project.push('Another version');
    const load = startLoad(client, aSentence(), 20);
    const steps = watchWeights(sandbox, () => load.now());
    const started = await startStep(place(), 'release', releasing(next));
    await steps.begun;
    started.child.kill('SIGINT');
    const cancelled = await started.ended;
    await steps.stop();
    await untilAllFrom(good);
    const samples = await load.stop();
    expect(cancelled).toMatchObject({ ok: false, outputs: { status: 'Cancelled' } });
    expect(samples.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await planned()).toBe('');
    await project.revert(next);
  }, 300_000);

  test('fails in the stage that fails, with that stage’s own words', async () => {
    const unknown = await startPipeline(sandbox, names.pipeline, '0123456789012345678901234567890123456789');
    expect(unknown.status).toBe('Failed');
    expect(failures(unknown)).toEqual([
      { stage: 'Source', message: expect.stringContaining('0123456789012345678901234567890123456789') },
    ]);

    await project.edit('service/buildspec.yml', /node scripts\/publish-image\.ts/, (found) => `exit 7 && ${found}`);
    const broken = await project.push('A build that fails');
    const built = await release(broken);
    expect(built).toMatchObject({ ok: false, outputs: { status: 'Failed' } });
    expect(built.summary).toMatch(/Build.*Failed.*exit status 7/);
    await project.revert(broken);
    expect(versionOf(await client.call({ path: '/status/health' }))).toBe(good);
  }, 300_000);

  test('gets a new key by a release, and takes the one before until it is told not to', async () => {
    const rotated = 'max_count = 4, memory = 1024, api_key = { rotation = 2 }';
    await project.edit('terraform/environments/test.tfvars', 'max_count = 3', () => rotated);
    const commit = await project.push('A new key, and more memory');
    succeeded(await project.apply());
    // A second apply of an SSM parameter has been seen to empty it.
    expect(await planned()).toBe('');
    const next = await apiKeyOf(sandbox, String(await project.output('service_api_key_parameter')));
    expect(next.length).toBeGreaterThanOrEqual(20);
    expect(next).not.toBe(key);
    const state = await project.pulledState();
    expect([key, next].filter((secret) => state.includes(secret))).toEqual([]);
    expect(await release(commit)).toMatchObject({ ok: true });
    good = commit;
    for (const accepted of [next, key]) {
      expect(await answerTo(replacing('{"content":"ING"}', { 'x-api-key': accepted }))).toMatchObject({ status: 200 });
    }
    expect(await planned()).toBe('');
  }, 300_000);

  test('goes back by itself when the new version is not healthy, and never stops answering', async () => {
    await project.edit('service/src/health/routes.ts', '? 503 : 200', () => '? 503 : 500');
    const ill = await project.push('A version that is not healthy');
    const load = startLoad(client, aSentence(), 20);
    const released = await release(ill);
    const samples = await load.stop();
    expect(released).toMatchObject({ ok: false, outputs: { status: 'Failed' } });
    expect(released.summary).toMatch(/Deploy.*Failed.*health/i);
    expect(samples.filter(({ status }) => status !== 200)).toEqual([]);
    expect(samples.filter(({ version }) => version !== good)).toEqual([]);
    await project.revert(ill);
    expect(await planned()).toBe('');
  }, 300_000);

  test('goes back by itself when the new version raises the alarm, and the old one never stopped answering', async () => {
    const works = 'const message = replace(content);';
    await project.edit(REPLACE, works, () => `throw new Error('broken'); ${works}`);
    const throwing = await project.push('A version that throws');
    const load = startLoad(client, aSentence(), RATE);
    const released = await release(throwing);
    await delay(1_000);
    const after = load.now();
    await delay(2_000);
    const samples = await load.stop();
    expect(released).toMatchObject({ ok: false, outputs: { status: 'Failed' } });
    expect(released.summary).toMatch(/Deploy.*Failed.*alarm/i);
    const bad = samples.filter(({ status }) => status !== 200);
    expect(bad.length).toBeGreaterThan(0);
    expect(new Set(bad.map(({ status, version }) => `${status} ${version}`))).toEqual(new Set([`500 ${throwing}`]));
    expect(samples.filter(({ at, version }) => at > after && version !== good)).toEqual([]);
    await project.revert(throwing);
    expect(await planned()).toBe('');
  }, 300_000);

  /** Of the tasks' processors; their memory is hardly used. */
  async function putCpu(percent: number): Promise<void> {
    const cloudWatch = new CloudWatchClient(options());
    const Dimensions = [
      { Name: 'ClusterName', Value: names.cluster },
      { Name: 'ServiceName', Value: names.service },
    ];
    const MetricData = Object.entries({ CPUUtilization: percent, MemoryUtilization: 5 }).map(([MetricName, Value]) => ({
      MetricName,
      Dimensions,
      Value,
      Unit: 'Percent' as const,
    }));
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'AWS/ECS', MetricData }));
    cloudWatch.destroy();
  }

  async function wanted(): Promise<number> {
    const ecs = new ECSClient(options());
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: names.cluster, services: [names.service] }),
    );
    ecs.destroy();
    return services?.[0]?.desiredCount ?? 0;
  }

  /** Until so many tasks are asked for, while the processor is as busy as that. */
  async function untilWanted(count: number, percent: number): Promise<void> {
    const end = Date.now() + 120_000;
    while ((await wanted()) !== count) {
      if (Date.now() > end) throw new Error(`There are ${await wanted()} tasks asked for, not ${count}.`);
      await putCpu(percent);
      await delay(500);
    }
  }

  test('has as many tasks as its load asks for, within its bounds', async () => {
    expect(await wanted()).toBe(1);
    await untilWanted(4, 100);
    await putCpu(100);
    await delay(5_000);
    expect(await wanted()).toBe(4);
    await untilWanted(1, 1);
    expect(await planned()).toBe('');
  }, 300_000);

  test('goes without a trace', async () => {
    const addresses = await project.state();
    expect(addresses.length).toBeGreaterThan(200);
    expect(
      addresses.filter((address) => /^module\.api_gateway.*(certificate|domain)/.test(address)).length,
    ).toBeGreaterThan(5);
    succeeded(await project.destroy());
    expect(await project.state()).toEqual([]);
  }, 600_000);
});
