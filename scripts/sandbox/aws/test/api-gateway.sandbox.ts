import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  DeleteIntegrationCommand,
  UpdateMethodCommand,
  UpdateModelCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { createRestApi, type RestApi } from './rest-api.ts';
import { functionZip, region, startTestSandbox, untilActive, untilUpdated, type TestSandbox } from './sandbox.ts';

const FunctionName = 'replace-strings';
const schema = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  required: ['content'],
  additionalProperties: false,
  properties: { content: { type: 'string', minLength: 1, maxLength: 20 } },
};

/** Answers with who ran it; certain contents make it misbehave. */
function code(release: string): string {
  return `const { content } = JSON.parse(event.body);
  console.log('called');
  if (content === 'throw') throw new Error('a secret of the inside');
  if (content === 'malformed') return { hello: 'a secret of the inside' };
  if (content === 'text') return 'a secret of the inside';
  if (content === 'numbers') return { statusCode: '200', headers: { 'x-count': 3, 'x-on': true, 'x-none': null }, body: null };
  if (content === 'paths') {
    const { path, pathParameters, queryStringParameters, requestContext } = event;
    return { statusCode: 200, body: JSON.stringify([path, pathParameters.key, requestContext.path, queryStringParameters.q]) };
  }
  if (content === 'teapot') return { statusCode: 418, body: 'short and stout' };
  const said = { release: '${release}', version: context.functionVersion, arn: context.invokedFunctionArn, content };
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(said) };`;
}

describe('a REST API with stages on aliases', () => {
  let sandbox: TestSandbox;
  let plain: RestApi;
  let custom: RestApi;

  interface CallOptions {
    readonly api?: RestApi;
    readonly stage?: string;
    readonly key?: string | undefined;
    readonly path?: string;
    readonly body?: string;
  }

  async function call(options: CallOptions = {}) {
    const { api = plain, stage = 'test', path = 'string/replace', body = '{"content":"x"}' } = options;
    const key = 'key' in options ? options.key : api.apiKey;
    const response = await fetch(`${sandbox.url}/_aws/execute-api/${api.id}/${stage}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
      body,
    });
    const { status, headers } = response;
    return { status, headers, type: headers.get('content-type'), text: await response.text() };
  }

  async function said(options: CallOptions): Promise<Record<string, unknown>> {
    const answer = await call(options);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.text);
  }

  async function permit(api: RestApi, Qualifier: string, path: string): Promise<string> {
    const StatementId = `${api.id}-${Qualifier}`;
    await sandbox.lambda.send(
      new AddPermissionCommand({
        FunctionName,
        Qualifier,
        StatementId,
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: `arn:aws:execute-api:${region}:000000000000:${api.id}/${path}`,
      }),
    );
    return StatementId;
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    await sandbox.lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: 'arn:aws:iam::000000000000:role/replace-strings',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: functionZip(code('old')) },
      }),
    );
    await untilActive(sandbox.lambda, FunctionName);
    await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
    await sandbox.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: functionZip(code('new')) }));
    await untilUpdated(sandbox.lambda, FunctionName);
    await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
    await sandbox.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'test', FunctionVersion: '$LATEST' }));
    await sandbox.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '1' }));
    const stages = { test: { alias: 'test' }, prod: { alias: 'prod' }, bare: { other: 'x' } };
    plain = await createRestApi(sandbox.apiGateway, { functionName: FunctionName, stages, schema });
    custom = await createRestApi(sandbox.apiGateway, {
      functionName: FunctionName,
      stages: { test: { alias: 'test' } },
      schema,
      gatewayResponses: [
        {
          responseType: 'BAD_REQUEST_BODY',
          template: '{"message":$context.error.messageString,"cause":"$context.error.validationErrorString"}',
        },
        { responseType: 'MISSING_AUTHENTICATION_TOKEN', statusCode: '404', template: '{"message":"Not Found"}' },
        { responseType: 'DEFAULT_5XX', template: '{"message":"Sorry","type":"$context.error.responseType"}' },
      ],
    });
    for (const alias of ['test', 'prod']) {
      await permit(plain, alias, `${alias}/POST/string/replace`);
    }
    await permit(custom, 'test', '*');
  }, 30_000);

  afterAll(() => sandbox.end());

  test("each stage reaches the alias in its variables, and the function sees the alias's ARN", async () => {
    const arn = `arn:aws:lambda:${region}:000000000000:function:${FunctionName}`;
    expect(await said({ stage: 'test' })).toEqual({
      release: 'new',
      version: '$LATEST',
      arn: `${arn}:test`,
      content: 'x',
    });
    expect(await said({ stage: 'prod' })).toEqual({ release: 'old', version: '1', arn: `${arn}:prod`, content: 'x' });
  });

  test('a stage without the variable answers 500 without details', async () => {
    expect(await call({ stage: 'bare' })).toMatchObject({ status: 500, text: '{"message": "Internal server error"}' });
  });

  test("the alias's weights hold behind the API", async () => {
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } };
    await sandbox.lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'prod', RoutingConfig }));
    const releases: unknown[] = [];
    for (let count = 0; count < 60; count += 1) releases.push((await said({ stage: 'prod' }))['release']);
    // Binomial, n = 60, p = 0.5: outside these bounds once in 10^7.
    const share = releases.filter((release) => release === 'new').length;
    expect(share).toBeGreaterThan(9);
    expect(share).toBeLessThan(51);
    await sandbox.lambda.send(
      new UpdateAliasCommand({ FunctionName, Name: 'prod', RoutingConfig: { AdditionalVersionWeights: {} } }),
    );
  }, 20_000);

  test.each([undefined, 'not-a-key'])('the key %p is forbidden', async (key) => {
    expect(await call({ key })).toMatchObject({
      status: 403,
      type: 'application/json',
      text: '{"message":"Forbidden"}',
    });
  });

  test('an unknown path asks for a token, or is what the gateway response makes of it', async () => {
    expect(await call({ path: 'string/other' })).toMatchObject({
      status: 403,
      text: '{"message":"Missing Authentication Token"}',
    });
    expect(await call({ api: custom, path: 'string/other' })).toMatchObject({
      status: 404,
      text: '{"message":"Not Found"}',
    });
  });

  test('a bad body is refused before the function, in the default shape', async () => {
    expect(await call({ body: '{}' })).toMatchObject({ status: 400, text: '{"message": "Invalid request body"}' });
  });

  test.each([
    ['{}', '[object has missing required properties (["content"])]'],
    ['{"content":1}', '[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]'],
    ['{"content":""}', '[string "" is too short (length: 0, required minimum: 1)]'],
    ['{"content":"x","y":1}', '[object instance has properties which are not allowed by the schema: ["y"]]'],
    ['[]', '[instance type (array) does not match any allowed primitive type (allowed: ["object"])]'],
    ['{"content":', '[the body is not valid JSON]'],
  ])('a gateway response can say why %s is refused', async (body, cause) => {
    const answer = await call({ api: custom, body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({ message: 'Invalid request body', cause });
  });

  test.each(['throw', 'malformed', 'text'])(
    'a function that answers with %s is a 502 without details',
    async (content) => {
      const body = JSON.stringify({ content });
      expect(await call({ body })).toMatchObject({ status: 502, text: '{"message": "Internal server error"}' });
      expect(await call({ api: custom, body })).toMatchObject({
        status: 502,
        text: '{"message":"Sorry","type":"DEFAULT_5XX"}',
      });
    },
  );

  test('a status of the gateway response wins over 502', async () => {
    const api = await createRestApi(sandbox.apiGateway, {
      functionName: FunctionName,
      stages: { test: { alias: 'test' } },
      schema,
      gatewayResponses: [{ responseType: 'DEFAULT_5XX', statusCode: '503', template: '{"message":"Sorry"}' }],
    });
    await permit(api, 'test', '*');
    expect(await call({ api, body: '{"content":"throw"}' })).toMatchObject({
      status: 503,
      text: '{"message":"Sorry"}',
    });
  });

  test('headers that are no strings, and no body, are a response', async () => {
    const { status, text, headers } = await call({ body: '{"content":"numbers"}' });
    expect([status, text, headers.get('x-count'), headers.get('x-on')]).toEqual([200, '', '3', 'true']);
  });

  test("the function's own statuses pass", async () => {
    expect(await call({ body: '{"content":"teapot"}' })).toMatchObject({ status: 418, text: 'short and stout' });
  });

  test('an alias without permission for the method answers 500 without details', async () => {
    const internal = { status: 500, text: '{"message": "Internal server error"}' };
    const StatementId = `${plain.id}-prod`;
    await sandbox.lambda.send(new RemovePermissionCommand({ FunctionName, Qualifier: 'prod', StatementId }));
    expect(await call({ stage: 'prod' })).toMatchObject(internal);
    expect(await call({ stage: 'test' })).toMatchObject({ status: 200 });
    // For another method only.
    await permit(plain, 'prod', 'prod/GET/string/replace');
    expect(await call({ stage: 'prod' })).toMatchObject(internal);
    await sandbox.lambda.send(new RemovePermissionCommand({ FunctionName, Qualifier: 'prod', StatementId }));
    await permit(plain, 'prod', 'prod/POST/string/replace');
    expect(await call({ stage: 'prod' })).toMatchObject({ status: 200 });
  });

  test('a path comes to the function as it was sent, and a query decoded', async () => {
    const api = await createRestApi(sandbox.apiGateway, {
      functionName: FunctionName,
      stages: { test: { alias: 'test' } },
      schema,
      path: 'mappings/{key}',
    });
    await permit(api, 'test', '*');
    for (const key of ['ING', 'a%2Fb', '100%25', '%2541', 'C%2B%2B', 'caf%C3%A9']) {
      const answer = await call({ api, path: `mappings/${key}?q=${key}`, body: '{"content":"paths"}' });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toEqual([
        `/mappings/${key}`,
        key,
        `/test/mappings/${key}`,
        decodeURIComponent(key),
      ]);
    }
  });

  test('changes reach a stage with the deployment it is moved to, not before', async () => {
    const api = await createRestApi(sandbox.apiGateway, {
      functionName: FunctionName,
      stages: { test: { alias: 'test' } },
      schema,
    });
    await permit(api, 'test', '*');
    const long = JSON.stringify({ content: 'x'.repeat(21) });
    const { restApiId } = api.method;
    const relaxed = { ...schema, properties: { content: { type: 'string' } } };
    await sandbox.apiGateway.send(
      new UpdateModelCommand({
        restApiId,
        modelName: 'Body',
        patchOperations: [{ op: 'replace', path: '/schema', value: JSON.stringify(relaxed) }],
      }),
    );
    await sandbox.apiGateway.send(
      new UpdateMethodCommand({
        ...api.method,
        patchOperations: [{ op: 'replace', path: '/apiKeyRequired', value: 'false' }],
      }),
    );
    expect((await call({ api, body: long })).status).toBe(400);
    expect((await call({ api, key: undefined })).status).toBe(403);

    const { id: deploymentId } = await sandbox.apiGateway.send(new CreateDeploymentCommand({ restApiId }));
    expect((await call({ api, body: long })).status).toBe(400);
    await sandbox.apiGateway.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'test',
        patchOperations: [{ op: 'replace', path: '/deploymentId', value: deploymentId }],
      }),
    );
    expect((await call({ api, body: long, key: undefined })).status).toBe(200);

    await sandbox.apiGateway.send(new DeleteIntegrationCommand(api.method));
    expect((await call({ api })).status).toBe(200);
  });

  test('updates keep the types of what they change, as Terraform relies on', async () => {
    const client = sandbox.apiGateway;
    const { restApiId } = custom.method;
    const replace = (path: string, value: string) => ({ op: 'replace' as const, path, value });
    const method = await client.send(
      new UpdateMethodCommand({
        ...custom.method,
        patchOperations: [
          replace('/apiKeyRequired', 'false'),
          { op: 'add', path: '/requestParameters/method.request.header.X-Id', value: 'true' },
          { op: 'add', path: '/requestModels/text~1plain', value: 'Empty' },
        ],
      }),
    );
    expect(method).toMatchObject({
      apiKeyRequired: false,
      requestParameters: { 'method.request.header.X-Id': true },
      requestModels: { 'application/json': 'Body', 'text/plain': 'Empty' },
    });

    const plan = await client.send(
      new CreateUsagePlanCommand({
        name: 'limits',
        quota: { limit: 1000, period: 'DAY' },
        throttle: { rateLimit: 10, burstLimit: 10 },
        apiStages: [{ apiId: plain.id, stage: 'test' }],
      }),
    );
    const updated = await client.send(
      new UpdateUsagePlanCommand({
        usagePlanId: plan.id,
        patchOperations: [
          replace('/quota/limit', '500'),
          replace('/throttle/rateLimit', '2.5'),
          { op: 'add', path: '/apiStages', value: `${restApiId}:test` },
          replace(`/apiStages/${restApiId}:test/throttle/~1string~1replace/POST/burstLimit`, '3'),
          { op: 'remove', path: '/apiStages', value: `${plain.id}:test` },
        ],
      }),
    );
    expect(updated).toMatchObject({
      quota: { limit: 500, period: 'DAY' },
      throttle: { rateLimit: 2.5, burstLimit: 10 },
    });
    expect(updated.apiStages).toEqual([
      { apiId: restApiId, stage: 'test', throttle: { '/string/replace/POST': { burstLimit: 3 } } },
    ]);
    const types = [{ op: 'add' as const, path: '/binaryMediaTypes/image~1png' }];
    const api = await client.send(new UpdateRestApiCommand({ restApiId, patchOperations: types }));
    expect(api.binaryMediaTypes).toEqual(['image/png']);
  });

  test('the keys are in no log', async () => {
    const logs = (await readFile(sandbox.logFile, 'utf8')) + JSON.stringify(sandbox.log);
    expect(logs).toContain(`/_aws/execute-api/${plain.id}/test/string/replace`);
    expect(logs).not.toContain(plain.apiKey);
    expect(logs).not.toContain(custom.apiKey);
  });
});
