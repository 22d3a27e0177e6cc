import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateDocumentationVersionCommand,
  CreateDomainNameCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteDocumentationVersionCommand,
  GetDocumentationVersionCommand,
  GetDocumentationVersionsCommand,
  GetDomainNameCommand,
  GetStageCommand,
  GetStagesCommand,
  UpdateDocumentationVersionCommand,
  UpdateDomainNameCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestSandbox, type TestSandbox } from './sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.end());

test('documentation versions are made, listed, changed and deleted', async () => {
  const client = sandbox.apiGateway;
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'documented' }));
  const version = { restApiId, documentationVersion: '1' };
  await client.send(new CreateDocumentationVersionCommand({ ...version, description: 'first' }));
  const made = await client.send(new GetDocumentationVersionCommand(version));
  expect(made).toMatchObject({ version: '1', description: 'first', createdDate: expect.any(Date) });
  await expect(client.send(new CreateDocumentationVersionCommand(version))).rejects.toThrow(
    expect.objectContaining({ name: 'ConflictException' }),
  );
  const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'one' }];
  await client.send(new UpdateDocumentationVersionCommand({ ...version, patchOperations }));
  expect((await client.send(new GetDocumentationVersionsCommand({ restApiId }))).items).toMatchObject([
    { version: '1', description: 'one' },
  ]);
  await client.send(new DeleteDocumentationVersionCommand(version));
  await expect(client.send(new GetDocumentationVersionCommand(version))).rejects.toThrow(
    expect.objectContaining({ name: 'NotFoundException' }),
  );
});

test('a domain name can be changed', async () => {
  const domainName = 'api.example.test';
  await sandbox.apiGateway.send(
    new CreateDomainNameCommand({
      domainName,
      securityPolicy: 'TLS_1_0',
      regionalCertificateArn: 'arn:aws:acm:eu-west-1:000000000000:certificate/1',
      endpointConfiguration: { types: ['REGIONAL'] },
    }),
  );
  await sandbox.apiGateway.send(
    new UpdateDomainNameCommand({
      domainName,
      patchOperations: [{ op: 'replace', path: '/securityPolicy', value: 'TLS_1_2' }],
    }),
  );
  expect(await sandbox.apiGateway.send(new GetDomainNameCommand({ domainName }))).toMatchObject({
    securityPolicy: 'TLS_1_2',
    endpointConfiguration: { types: ['REGIONAL'] },
  });
});

test('an API key with an empty value gets a value, and one with a value keeps it', async () => {
  const made = await sandbox.apiGateway.send(new CreateApiKeyCommand({ name: 'generated', value: '' }));
  expect(made.value).toMatch(/^\w{20,}$/);
  const value = 'a-value-of-twenty-characters';
  expect(await sandbox.apiGateway.send(new CreateApiKeyCommand({ name: 'given', value }))).toMatchObject({ value });
});

test('a stage says how it logs access only if it does', async () => {
  const client = sandbox.apiGateway;
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'staged' }));
  const { id: deploymentId } = await client.send(new CreateDeploymentCommand({ restApiId }));
  const stage = { restApiId, stageName: 'test' };
  await client.send(new CreateStageCommand({ ...stage, deploymentId }));
  expect(await client.send(new GetStageCommand(stage))).not.toHaveProperty('accessLogSettings');
  const { item: [listed] = [] } = await client.send(new GetStagesCommand({ restApiId }));
  expect(listed).not.toHaveProperty('accessLogSettings');
  const destinationArn = 'arn:aws:logs:eu-west-1:000000000000:log-group:access';
  const patchOperations = [
    { op: 'replace' as const, path: '/accessLogSettings/destinationArn', value: destinationArn },
    { op: 'replace' as const, path: '/accessLogSettings/format', value: '$context.requestId' },
  ];
  await client.send(new UpdateStageCommand({ ...stage, patchOperations }));
  expect(await client.send(new GetStageCommand(stage))).toMatchObject({
    accessLogSettings: { destinationArn, format: '$context.requestId' },
  });
});
