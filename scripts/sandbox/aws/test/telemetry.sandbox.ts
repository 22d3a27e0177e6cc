import {
  CreateDeploymentCommand,
  UpdateIntegrationCommand,
  UpdateStageCommand,
  UpdateUsagePlanCommand,
  type PatchOperation,
} from '@aws-sdk/client-api-gateway';
import { CloudWatchClient, GetMetricDataCommand, type Dimension } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRestApi, type RestApi } from './rest-api.ts';
import {
  awsClientConfig,
  functionZip,
  region,
  startTestSandbox,
  untilActive,
  untilUpdated,
  type TestSandbox,
} from './sandbox.ts';

const FunctionName = 'speak';
const logGroupName = '/aws/apigateway/test';
const schema = { type: 'object', required: ['content'], properties: { content: { type: 'string' } } };
const code = `const { content } = JSON.parse(event.body ?? '{}');
  if (content === 'throw') throw new Error('a "quoted" cause');
  if (content === 'slow') await new Promise((resolve) => setTimeout(resolve, 400));
  return { statusCode: 200, body: event.requestContext?.requestId + ' ' + event.headers?.['X-Amzn-Trace-Id'] };`;

const logged = {
  requestId: '$context.requestId',
  keyId: '$context.identity.apiKeyId',
  ip: '$context.identity.sourceIp',
  agent: '$context.identity.userAgent',
  method: '$context.httpMethod',
  path: '$context.path',
  resource: '$context.resourcePath',
  status: '$context.status',
  length: '$context.responseLength',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integrationErrorMessage',
  error: '$context.error.message',
  type: '$context.error.responseType',
  validation: '$context.error.validationErrorString',
  trace: '$context.xrayTraceId',
  time: '$context.requestTimeEpoch',
  waf: '$context.wafResponseCode',
  unknown: '$context.of.nothing',
};

let sandbox: TestSandbox;
let cloudWatch: CloudWatchClient;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  cloudWatch = new CloudWatchClient(awsClientConfig(sandbox.url));
  logs = new CloudWatchLogsClient(awsClientConfig(sandbox.url));
  await sandbox.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/speak',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: functionZip(code) },
    }),
  );
  await untilActive(sandbox.lambda, FunctionName);
  await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
  await sandbox.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'test', FunctionVersion: '1' }));
  const permission = { StatementId: 'api', Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' };
  await sandbox.lambda.send(new AddPermissionCommand({ FunctionName, Qualifier: 'test', ...permission }));
});
afterAll(async () => {
  cloudWatch.destroy();
  logs.destroy();
  await sandbox.end();
});

/** An API of its own for each test; all have one name, as far as API Gateway cares. */
async function makeApi(): Promise<RestApi> {
  const stages = { test: { alias: 'test' }, prod: { alias: 'test' } };
  return createRestApi(sandbox.apiGateway, { functionName: FunctionName, stages, schema });
}

async function updateStage(api: RestApi, changes: Record<string, string>): Promise<void> {
  const patchOperations = operations(changes);
  await sandbox.apiGateway.send(new UpdateStageCommand({ restApiId: api.id, stageName: 'test', patchOperations }));
}

function operations(changes: Record<string, string>): PatchOperation[] {
  return Object.entries(changes).map(([path, value]) => ({ op: 'replace', path, value }));
}

async function call(api: RestApi, body: string, options: { key?: string; path?: string; stage?: string } = {}) {
  const { key = api.apiKey, path = 'string/replace', stage = 'test' } = options;
  const response = await fetch(`${sandbox.url}/_aws/execute-api/${api.id}/${stage}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'a "test"', 'x-api-key': key },
    body,
  });
  return { status: response.status, id: response.headers.get('x-amzn-requestid'), text: await response.text() };
}

/** The statistic over the last minutes. */
async function metric(Namespace: string, MetricName: string, dimensions: Record<string, string>, Stat = 'Sum') {
  const Dimensions: Dimension[] = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      MetricDataQueries: [
        { Id: 'm', MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 3600 * 24, Stat } },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Values?.[0];
}

test('every call is a line of the access log and a datum of each metric', async () => {
  const rest = await makeApi();
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await updateStage(rest, {
    '/accessLogSettings/destinationArn': `arn:aws:logs:${region}:000000000000:log-group:${logGroupName}`,
    '/accessLogSettings/format': JSON.stringify(logged),
    '/tracingEnabled': 'true',
    '/*/*/metrics/enabled': 'true',
    '/*/*/throttling/rateLimit': '-1',
    '/*/*/throttling/burstLimit': '-1',
  });
  const good = await call(rest, '{"content":"x"}');
  const answers = [
    good,
    await call(rest, '{}'),
    await call(rest, '{"content":"x"}', { key: 'wrong' }),
    await call(rest, '{"content":"x"}', { path: 'nowhere' }),
    await call(rest, '{"content":"throw"}'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 403, 403, 502]);

  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  const lines: Record<string, string>[] = events.map(({ message = '' }) => JSON.parse(message));
  expect(lines.map(({ requestId }) => requestId)).toEqual(answers.map(({ id }) => id));
  expect(lines.map(({ status }) => Number(status))).toEqual([200, 400, 403, 403, 502]);
  expect(lines[0]).toEqual({
    requestId: good.id,
    keyId: rest.apiKeyId,
    ip: '127.0.0.1',
    agent: 'a "test"',
    method: 'POST',
    path: '/test/string/replace',
    resource: '/string/replace',
    status: '200',
    length: String(good.text.length),
    latency: expect.stringMatching(/^\d+$/),
    integrationLatency: expect.stringMatching(/^\d+$/),
    integrationStatus: '200',
    integrationError: '-',
    error: '-',
    type: '-',
    validation: '-',
    trace: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    time: expect.stringMatching(/^\d{13}$/),
    waf: '-',
    unknown: '-',
  });
  expect(good.text).toBe(`${good.id} Root=${lines[0]?.['trace']}`);
  expect(lines[1]).toMatchObject({
    type: 'BAD_REQUEST_BODY',
    error: 'Invalid request body',
    validation: '[object has missing required properties (["content"])]',
    integrationLatency: '-',
  });
  expect(lines[2]).toMatchObject({ keyId: '-', type: 'INVALID_API_KEY' });
  expect(lines[3]).toMatchObject({ resource: '-', type: 'MISSING_AUTHENTICATION_TOKEN' });
  expect(lines[4]).toMatchObject({ integrationError: expect.stringContaining('a "quoted" cause') });
  expect(JSON.stringify(events)).not.toContain(rest.apiKey);

  const inStage = { ApiName: 'test', Stage: 'test' };
  const ofMethod = { ...inStage, Method: 'POST', Resource: '/string/replace' };
  expect(await metric('AWS/ApiGateway', 'Count', inStage)).toBe(5);
  expect(await metric('AWS/ApiGateway', 'Count', ofMethod)).toBe(4);
  expect(await metric('AWS/ApiGateway', 'Count', { ApiName: 'test' })).toBe(5);
  expect(await metric('AWS/ApiGateway', '4XXError', inStage, 'Average')).toBeCloseTo(3 / 5);
  expect(await metric('AWS/ApiGateway', '5XXError', inStage, 'Average')).toBeCloseTo(1 / 5);
  expect(await metric('AWS/ApiGateway', 'Latency', inStage, 'SampleCount')).toBe(5);
  expect(await metric('AWS/ApiGateway', 'IntegrationLatency', inStage, 'SampleCount')).toBe(2);
});

test('Lambda counts calls by function, by what they were made to, and by version under weights', async () => {
  const rest = await makeApi();
  const before = (await metric('AWS/Lambda', 'Invocations', { FunctionName })) ?? 0;
  const Resource = `${FunctionName}:weighted`;
  const alias = { FunctionName, Name: 'weighted', FunctionVersion: '1' };
  await sandbox.lambda.send(new CreateAliasCommand(alias));
  const invoke = async (Qualifier: string | undefined, content: string) => {
    const Payload = JSON.stringify({ body: JSON.stringify({ content }) });
    await sandbox.lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload }));
  };
  await invoke('weighted', 'x');
  await invoke('weighted', 'throw');
  await invoke(undefined, 'x');
  expect(await metric('AWS/Lambda', 'Invocations', { FunctionName })).toBe(before + 3);
  expect(await metric('AWS/Lambda', 'Invocations', { FunctionName, Resource })).toBe(2);
  expect(await metric('AWS/Lambda', 'Invocations', { FunctionName, Resource: FunctionName })).toBe(1);
  expect(await metric('AWS/Lambda', 'Errors', { FunctionName, Resource })).toBe(1);
  expect(await metric('AWS/Lambda', 'Throttles', { FunctionName, Resource }, 'SampleCount')).toBe(2);
  expect(await metric('AWS/Lambda', 'Duration', { FunctionName, Resource }, 'Minimum')).toBeGreaterThan(0);
  const ExecutedVersion = '2';
  expect(await metric('AWS/Lambda', 'Errors', { FunctionName, Resource, ExecutedVersion: '1' })).toBeUndefined();

  await sandbox.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256 }));
  await untilUpdated(sandbox.lambda, FunctionName);
  await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
  const RoutingConfig = { AdditionalVersionWeights: { [ExecutedVersion]: 1 } };
  await sandbox.lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig }));
  await invoke('weighted', 'throw');
  expect(await metric('AWS/Lambda', 'Errors', { FunctionName, Resource, ExecutedVersion })).toBe(1);

  const throughAlias = { FunctionName, Resource: `${FunctionName}:test` };
  const earlier = (await metric('AWS/Lambda', 'Invocations', throughAlias)) ?? 0;
  expect((await call(rest, '{"content":"x"}')).status).toBe(200);
  expect(await metric('AWS/Lambda', 'Invocations', throughAlias)).toBe(earlier + 1);
  const shifted = { FunctionName, Name: 'test', RoutingConfig };
  await sandbox.lambda.send(new UpdateAliasCommand(shifted));
  expect((await call(rest, '{"content":"throw"}')).status).toBe(502);
  expect(await metric('AWS/Lambda', 'Errors', { ...throughAlias, ExecutedVersion })).toBe(1);
  await sandbox.lambda.send(new UpdateAliasCommand({ ...shifted, RoutingConfig: { AdditionalVersionWeights: {} } }));
});

test.each(['test', 'prod'])('the stage %s refuses what is above burst and quota', async (stage) => {
  const rest = await makeApi();
  const change = async (changes: Record<string, string>) => {
    const patchOperations = operations(changes);
    await sandbox.apiGateway.send(new UpdateUsagePlanCommand({ usagePlanId: rest.usagePlanId, patchOperations }));
  };
  await change({ '/throttle/rateLimit': '0.01', '/throttle/burstLimit': '2' });
  const body = '{"content":"x"}';
  const burst = [];
  for (let index = 0; index < 3; index += 1) burst.push(await call(rest, body, { stage }));
  expect(burst.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(JSON.parse(burst[2]?.text ?? '')).toEqual({ message: 'Too Many Requests' });

  await change({
    '/throttle/rateLimit': '1000',
    '/throttle/burstLimit': '1000',
    '/quota/limit': '3',
    '/quota/period': 'DAY',
  });
  const quota = [];
  for (let index = 0; index < 4; index += 1) quota.push(await call(rest, body, { stage }));
  expect(quota.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(JSON.parse(quota[3]?.text ?? '')).toEqual({ message: 'Limit Exceeded' });
});

test('an integration that takes longer than its time limit is a 504', async () => {
  const rest = await makeApi();
  const patchOperations = operations({ '/timeoutInMillis': '100' });
  await sandbox.apiGateway.send(new UpdateIntegrationCommand({ ...rest.method, patchOperations }));
  const { id: deploymentId = '' } = await sandbox.apiGateway.send(new CreateDeploymentCommand({ restApiId: rest.id }));
  await updateStage(rest, { '/deploymentId': deploymentId });
  expect(await call(rest, '{"content":"slow"}')).toMatchObject({
    status: 504,
    text: '{"message":"Endpoint request timed out"}',
  });
  expect((await call(rest, '{"content":"slow"}', { stage: 'prod' })).status).toBe(200);
});
