import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { APIGatewayClient, GetExportCommand } from '@aws-sdk/client-api-gateway';
import {
  CloudWatchClient,
  paginateDescribeAlarms,
  PutMetricDataCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readBodies } from '../../lambdas/shared/test/bodies.ts';
import { findApi, type DeployedApi } from '../demo/api.ts';
import { down, up } from '../sandbox/client.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { ROOT } from '../tools.ts';
import {
  call,
  exampleCalls,
  operationsOf,
  patiently,
  reachesTheLambda,
  type ApiAnswer,
  type ApiCall,
  type OpenApi,
} from './api-calls.ts';
import { Deployment, succeeded } from './deployment.ts';

const STAGES = ['test', 'prod'] as const;
/** Requests a day that a stage is given here: more than these tests send before they mean to use it up. */
const QUOTA = 300;

/** Data points that are put into a minute: enough to outweigh the few calls that were really made in it. */
const COUNT = 10_000;

const STRICT = `{
      lambda = { parameters = { STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter_name } }
      integration = {
        method            = "POST"
        path              = "/string/replace/strictly"
        validator         = "all"
        header_parameters = { "x-reason" = { description = "Why", required = true } }
      }
    }`;
const LOOSE = `{
      lambda      = { parameters = { STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter_name } }
      integration = { method = "POST", path = "/string/replace/loosely", validator = "none" }
    }`;
const BROKEN = `{
      integration = { method = "GET", path = "/broken", validator = "none" }
    }`;

/** The whole half in one account: what it answers, what its alarms do, and that it goes without a trace. */
describe('the API Gateway architecture, deployed', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let project: Deployment;
  let api: DeployedApi;
  let document: OpenApi;

  const client = (): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } => ({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  const ask = (stage: string, request: ApiCall): Promise<ApiAnswer> => patiently(api, stage, request);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    document = JSON.parse(await readFile(join(ROOT, 'docs/openapi.json'), 'utf8'));
    sandbox = await up(join(dir, 'sandbox'), 'mine');
    project = await Deployment.create(join(dir, 'project'), sandbox);
    await project.addLambda('replace-strictly', 'replace-strings', STRICT);
    await project.addLambda('replace-loosely', 'replace-strings', LOOSE);
    await project.addLambda('break-always', 'replace-strings', BROKEN);
    await rm(join(project.folder, 'lambdas/break-always/request.schema.json'));
    await writeFile(
      join(project.folder, 'lambdas/break-always/handler.ts'),
      "export const handler = () => Promise.reject(new Error('the password is hunter2'));\n",
    );
    const stage = `{ quota_per_day = ${QUOTA}, rate_limit = 10, burst_limit = 10 }`;
    await project.edit(
      'terraform/environments/test.tfvars',
      /^stages = \{[^]*?^\}/m,
      () => `stages = { test = ${stage}, prod = ${stage} }`,
    );
    await project.setVariables('architectures = ["api-gateway"]');
    succeeded(await project.publish());
    succeeded(await project.apply());
    api = await findApi(sandbox);
  }, 10 * 60_000);

  afterAll(async () => {
    await down(join(dir, 'sandbox'));
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  test('has nothing left to do after the first apply', async () => {
    const { code, stdout } = await project.plan();
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  }, 120_000);

  describe('its alarms', () => {
    const alarms = async (): Promise<MetricAlarm[]> => {
      const found: MetricAlarm[] = [];
      for await (const page of paginateDescribeAlarms({ client: new CloudWatchClient(client()) }, {}))
        found.push(...(page.MetricAlarms ?? []));
      return found;
    };
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await alarms()).map(({ AlarmName = '', StateValue = '' }) => [AlarmName, StateValue]));

    /** Data points in each of the last minutes. */
    const feed = async (alarm: MetricAlarm, value: number, minutes: number): Promise<void> => {
      const { Namespace, MetricName, Dimensions, Period = 60 } = alarm;
      const now = Date.now();
      const data = Array.from({ length: minutes }, (_, index) => ({
        MetricName,
        Dimensions,
        Timestamp: new Date(now - index * Period * 1000),
        Values: [value],
        Counts: [COUNT],
      }));
      await new CloudWatchClient(client()).send(new PutMetricDataCommand({ Namespace, MetricData: data }));
    };

    test('are there for every alias of every lambda and for every stage, and none fires at rest', async () => {
      await Promise.all(STAGES.map((stage) => ask(stage, { method: 'GET', path: 'mappings/ABN' })));
      const lambdas = [
        'replace-strings',
        'read-mapping',
        'search-mappings',
        'replace-strictly',
        'replace-loosely',
        'break-always',
      ];
      const all = await alarms();
      // One more per lambda judges the shifts of prod.
      expect(all).toHaveLength(lambdas.length * (STAGES.length * 3 + 1) + STAGES.length * 3);
      expect(Object.entries(await states()).filter(([, state]) => state !== 'OK')).toEqual([]);
      const watched = all.map(({ MetricName = '', Dimensions = [] }) =>
        [MetricName, ...Dimensions.map(({ Value = '' }) => Value)].join(' '),
      );
      expect(new Set(watched).size).toBe(all.length);
      for (const { AlarmActions = [], OKActions = [] } of all)
        expect([AlarmActions.length, OKActions.length]).toEqual([1, 1]);
    });

    test('fire when what they watch is above the threshold for all of their periods, and only they do', async () => {
      // Which minutes are looked at must not change on the way.
      const leftOfMinute = 60_000 - (Date.now() % 60_000);
      if (leftOfMinute < 20_000) await delay(leftOfMinute);
      for (const alarm of await alarms()) {
        const { AlarmName = '', Threshold = 0, Statistic, EvaluationPeriods = 1 } = alarm;
        // A sum also counts the few calls that were really made.
        const below = Statistic === 'Sum' ? Math.max(Threshold - 5, 0) / COUNT : Threshold;
        await feed(alarm, below, EvaluationPeriods);
        expect({ AlarmName, at: await states() }).toEqual({
          AlarmName,
          at: expect.objectContaining({ [AlarmName]: 'OK' }),
        });
      }
      const fired = new Set<string>();
      for (const alarm of await alarms()) {
        const { AlarmName = '', Threshold = 0, EvaluationPeriods = 1 } = alarm;
        await feed(alarm, Threshold * 2 + 1, EvaluationPeriods);
        fired.add(AlarmName);
        const firing = Object.entries(await states()).flatMap(([name, state]) => (state === 'ALARM' ? [name] : []));
        expect(firing.toSorted()).toEqual([...fired].toSorted());
      }
    }, 120_000);
  });

  describe.each(STAGES)('the stage %s answers', (stage) => {
    const replacing = (path: string, request: Partial<ApiCall> = {}): Promise<ApiAnswer> =>
      ask(stage, { method: 'POST', path, body: JSON.stringify({ content: 'I bank at ABN' }), ...request });
    const error = (status: number, message: unknown): unknown => ({
      status,
      type: expect.stringContaining('application/json'),
      body: { message },
    });

    test('every example of the documentation with 200', async () => {
      const calls = exampleCalls(document);
      expect(new Set(calls.map(({ title }) => title.split(',')[0])).size).toBe(operationsOf(document).length);
      for (const { title, request } of calls)
        expect({ title, ...(await ask(stage, request)) }).toMatchObject({ title, status: 200 });
    }, 60_000);

    test('200 through a lambda that was copied and given an entry, with each validator', async () => {
      const answer = { status: 200, body: { message: 'I bank at ABN AMRO' } };
      expect(await replacing('string/replace')).toMatchObject(answer);
      expect(await replacing('string/replace/loosely')).toMatchObject(answer);
      expect(await replacing('string/replace/strictly', { headers: { 'x-reason': 'a test' } })).toMatchObject(answer);
    });

    test('400 with the cause, by body-only', async () => {
      expect(await replacing('string/replace', { body: '{}' })).toEqual(error(400, expect.stringContaining('content')));
      expect(await replacing('string/replace', { body: '{"content":1}' })).toEqual(
        error(400, expect.stringMatching(/string/)),
      );
    });

    test('400 with the cause, by params-only', async () => {
      expect(await ask(stage, { method: 'GET', path: 'mappings' })).toEqual(
        error(400, 'Missing required request parameters: [text]'),
      );
    });

    test('400 with the cause, by all', async () => {
      expect(await replacing('string/replace/strictly')).toEqual(
        error(400, 'Missing required request parameters: [x-reason]'),
      );
      const answer = await replacing('string/replace/strictly', { body: '{}', headers: { 'x-reason': 'a test' } });
      expect(answer).toEqual(error(400, expect.stringContaining('content')));
    });

    test('400 by the lambda itself where the validator is none', async () => {
      expect(await replacing('string/replace/loosely', { body: '{}' })).toEqual(
        error(400, expect.stringContaining('content')),
      );
    });

    test('403 without a key, with a wrong one and with the other stage’s', async () => {
      const other = stage === 'test' ? 'prod' : 'test';
      for (const key of [null, 'wrong', api.keys[other] ?? 'none'])
        expect(await replacing('string/replace', { key })).toEqual(error(403, 'Forbidden'));
    });

    test('404 at a path that there is not, and for a key that the map has not', async () => {
      expect(await ask(stage, { method: 'GET', path: 'nothing/here' })).toEqual(error(404, 'Not Found'));
      expect(await ask(stage, { method: 'GET', path: 'mappings/nobody' })).toEqual(error(404, 'Not Found'));
    });

    test('5xx without details when a lambda breaks', async () => {
      const answer = await ask(stage, { method: 'GET', path: 'broken' });
      expect(answer).toEqual(error(500, 'Internal Server Error'));
    });

    test('429 when more come at once than the burst', async () => {
      await delay(1_500); // The tests before have used some of it.
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => call(api, stage, { method: 'GET', path: 'mappings/ABN' })),
      );
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
      expect(refused.length).toBeGreaterThanOrEqual(10);
      expect(refused[0]).toEqual(error(429, 'Too Many Requests'));
    }, 60_000);
  });

  test('its model takes the bodies that the lambda takes, and no others', async () => {
    const bodies = readBodies('replace-strings');
    expect(bodies.length).toBeGreaterThan(10);
    for (const { title, body, good } of bodies) {
      const request = { method: 'POST', path: 'string/replace', body: JSON.stringify(body) };
      expect({ title, taken: await reachesTheLambda(api, 'test', request) }).toEqual({ title, taken: good });
    }
  }, 60_000);

  test('its access logs are JSON with what was asked and how it ended, and hold no key', async () => {
    const names = STAGES.map((stage) => `/aws/apigateway/rest-api-test/${stage}`);
    for (const logGroupName of names) {
      const { events = [] } = await new CloudWatchLogsClient(client()).send(
        new FilterLogEventsCommand({ logGroupName, limit: 1000 }),
      );
      const lines = events.map(({ message = '' }): Record<string, unknown> => JSON.parse(message));
      expect(new Set(lines.map(({ status }) => String(status)))).toEqual(
        new Set(['200', '400', '403', '404', '429', '500']),
      );
      for (const key of Object.values(api.keys)) expect(JSON.stringify(lines)).not.toContain(key);
    }
  });

  test('API Gateway’s own export describes the calls that docs/openapi.json does', async () => {
    const restApiId = api.endpoint.split('/').at(-1);
    const { body } = await new APIGatewayClient(client()).send(
      new GetExportCommand({ restApiId, stageName: 'prod', exportType: 'oas30', accepts: 'application/json' }),
    );
    const exported: OpenApi = JSON.parse(Buffer.from(body ?? []).toString('utf8'));
    const added = ['/broken', '/string/replace/loosely', '/string/replace/strictly'];
    const paths = Object.fromEntries(Object.entries(exported.paths).filter(([path]) => !added.includes(path)));
    expect(operationsOf({ paths })).toEqual(operationsOf(document));
  });

  test('a lambda that is removed is gone from both stages, by the same apply', async () => {
    const request = { method: 'POST', path: 'string/replace/loosely', body: '{"content":"ABN"}' };
    for (const stage of STAGES) expect(await ask(stage, request)).toMatchObject({ status: 200 });
    await project.removeLambda('replace-loosely', LOOSE);
    succeeded(await project.apply());
    for (const stage of STAGES)
      expect(await ask(stage, request)).toMatchObject({ status: 404, body: { message: 'Not Found' } });
    expect((await project.plan()).code).toBe(0);
  }, 300_000);

  test.each(STAGES)(
    '429 on %s when the day’s quota is used up, in the same shape',
    async (stage) => {
      let answer: ApiAnswer | undefined;
      for (
        let sent = 0;
        sent < QUOTA * 2 &&
        (answer === undefined || answer.status !== 429 || JSON.stringify(answer.body).includes('Too Many'));
        sent += 1
      ) {
        answer = await call(api, stage, { method: 'GET', path: 'mappings/ABN' });
        await delay(answer.status === 429 ? 100 : 60);
      }
      expect(answer).toEqual({
        status: 429,
        type: expect.stringContaining('application/json'),
        body: { message: 'Limit Exceeded' },
      });
    },
    120_000,
  );

  test('goes without a trace', async () => {
    expect((await project.state()).length).toBeGreaterThan(100);
    succeeded(await project.destroy());
    expect(await project.state()).toEqual([]);
  }, 300_000);
});
