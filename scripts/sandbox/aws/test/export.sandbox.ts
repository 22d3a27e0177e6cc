import {
  CreateDeploymentCommand,
  CreateDocumentationPartCommand,
  CreateDocumentationVersionCommand,
  GetExportCommand,
  PutMethodResponseCommand,
  UpdateMethodCommand,
  UpdateStageCommand,
  type DocumentationPartLocation,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRestApi, type RestApi } from './rest-api.ts';
import { startTestSandbox, type TestSandbox } from './sandbox.ts';

const stageName = 'test';
let sandbox: TestSandbox;
let api: RestApi;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = await createRestApi(sandbox.apiGateway, {
    functionName: 'none',
    stages: { [stageName]: { alias: 'test' } },
    schema: { type: 'object', required: ['content'], properties: { content: { type: 'string' } } },
    path: 'mappings/{key}',
  });
});
afterAll(() => sandbox.end());

async function exported() {
  const answer = await sandbox.apiGateway.send(
    new GetExportCommand({ restApiId: api.id, stageName, exportType: 'oas30', accepts: 'application/json' }),
  );
  return JSON.parse(Buffer.from(answer.body ?? []).toString('utf8'));
}

test('a stage exports what was deployed to it, with its documentation version', async () => {
  const client = sandbox.apiGateway;
  const { restApiId } = api.method;
  const redeploy = async () => {
    const { id: value } = await client.send(new CreateDeploymentCommand({ restApiId }));
    await client.send(
      new UpdateStageCommand({
        restApiId,
        stageName,
        patchOperations: [{ op: 'replace', path: '/deploymentId', value }],
      }),
    );
  };
  for (const statusCode of ['200', '404']) {
    await client.send(new PutMethodResponseCommand({ ...api.method, statusCode }));
  }
  await client.send(
    new UpdateMethodCommand({
      ...api.method,
      patchOperations: [
        { op: 'add', path: '/requestParameters/method.request.path.key', value: 'true' },
        { op: 'add', path: '/requestParameters/method.request.querystring.limit', value: 'false' },
        { op: 'replace', path: '/operationName', value: 'tryMapping' },
      ],
    }),
  );
  const operation = async () => (await exported()).paths['/mappings/{key}'].post;
  expect(await operation()).not.toHaveProperty('operationId');
  await redeploy();

  const path = '/mappings/{key}';
  const parts: [DocumentationPartLocation, object][] = [
    [{ type: 'API' }, { description: 'All of it.' }],
    [
      { type: 'METHOD', path, method: 'POST' },
      { summary: 'Try', description: 'Tries an entry.', tags: ['mappings'] },
    ],
    [{ type: 'PATH_PARAMETER', path, method: 'POST', name: 'key' }, { description: 'The key.' }],
    [{ type: 'QUERY_PARAMETER', path, method: 'POST', name: 'limit' }, { description: 'The limit.' }],
    [{ type: 'REQUEST_BODY', path, method: 'POST' }, { description: 'The body.' }],
    [{ type: 'RESPONSE', path: '/', method: '*', statusCode: '404' }, { description: 'Nowhere.' }],
    [{ type: 'RESPONSE', path, method: 'POST', statusCode: '404' }, { description: 'No such key.' }],
    [{ type: 'MODEL', name: 'Body' }, { description: 'The model.' }],
  ];
  for (const [location, properties] of parts) {
    await client.send(
      new CreateDocumentationPartCommand({ restApiId, location, properties: JSON.stringify(properties) }),
    );
  }
  await client.send(new CreateDocumentationVersionCommand({ restApiId, documentationVersion: '1', stageName }));
  const document = await exported();
  expect(document.info).toMatchObject({ title: 'test', description: 'All of it.' });
  expect(document.components.schemas.Body).toMatchObject({ required: ['content'], description: 'The model.' });
  expect(document.components.securitySchemes.api_key).toEqual({ type: 'apiKey', name: 'x-api-key', in: 'header' });
  expect(document.paths[path].post).toMatchObject({
    operationId: 'tryMapping',
    summary: 'Try',
    description: 'Tries an entry.',
    tags: ['mappings'],
    security: [{ api_key: [] }],
    parameters: [
      { in: 'path', name: 'key', required: true, description: 'The key.' },
      { in: 'query', name: 'limit', required: false, description: 'The limit.' },
    ],
    requestBody: {
      description: 'The body.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Body' } } },
    },
    responses: { '200': { description: '200 response' }, '404': { description: 'No such key.' } },
  });

  // A version is a snapshot: what is written later is in the next one.
  await client.send(
    new CreateDocumentationPartCommand({
      restApiId,
      location: { type: 'MODEL', name: 'Body' },
      properties: '{"description":"Later."}',
    }),
  );
  expect((await exported()).components.schemas.Body.description).toBe('The model.');
});
