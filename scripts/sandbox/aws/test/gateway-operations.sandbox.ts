import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateDocumentationVersionCommand,
  CreateDomainNameCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  CreateUsagePlanCommand,
  DeleteDeploymentCommand,
  DeleteDocumentationVersionCommand,
  DeleteStageCommand,
  GetApiKeyCommand,
  GetDocumentationVersionCommand,
  GetDocumentationVersionsCommand,
  GetDomainNameCommand,
  GetRestApiCommand,
  GetStageCommand,
  GetStagesCommand,
  GetTagsCommand,
  GetUsagePlanCommand,
  TagResourceCommand,
  UntagResourceCommand,
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
  const domain = await sandbox.apiGateway.send(new GetDomainNameCommand({ domainName }));
  expect(domain).toMatchObject({ securityPolicy: 'TLS_1_2', endpointConfiguration: { types: ['REGIONAL'] } });
  expect(domain).not.toHaveProperty('mutualTlsAuthentication');
});

test('what a stage points to cannot be deleted', async () => {
  const client = sandbox.apiGateway;
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'used' }));
  const { id: deploymentId } = await client.send(new CreateDeploymentCommand({ restApiId }));
  await client.send(new CreateStageCommand({ restApiId, stageName: 'test', deploymentId }));
  const version = { restApiId, documentationVersion: '1' };
  await client.send(new CreateDocumentationVersionCommand({ ...version, stageName: 'test' }));
  const remove = () => client.send(new DeleteDeploymentCommand({ restApiId, deploymentId }));
  const refused = { name: 'BadRequestException', message: expect.stringContaining('must be moved or deleted') };
  await expect(remove()).rejects.toMatchObject(refused);
  await expect(client.send(new DeleteDocumentationVersionCommand(version))).rejects.toMatchObject(refused);
  await client.send(new DeleteStageCommand({ restApiId, stageName: 'test' }));
  await client.send(new DeleteDocumentationVersionCommand(version));
  await remove();
});

test('tags that are changed are the resource’s own', async () => {
  const client = sandbox.apiGateway;
  const tags = { team: 'a', cost: '1' };
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'tagged', tags }));
  const { id: deploymentId } = await client.send(new CreateDeploymentCommand({ restApiId }));
  await client.send(new CreateStageCommand({ restApiId, stageName: 'test', deploymentId, tags }));
  const { id: apiKey } = await client.send(new CreateApiKeyCommand({ name: 'tagged', tags }));
  const { id: usagePlanId } = await client.send(new CreateUsagePlanCommand({ name: 'tagged', tags }));
  const described = {
    [`/restapis/${restApiId}`]: () => client.send(new GetRestApiCommand({ restApiId })),
    [`/restapis/${restApiId}/stages/test`]: () => client.send(new GetStageCommand({ restApiId, stageName: 'test' })),
    [`/apikeys/${apiKey}`]: () => client.send(new GetApiKeyCommand({ apiKey })),
    [`/usageplans/${usagePlanId}`]: () => client.send(new GetUsagePlanCommand({ usagePlanId })),
  };
  for (const [resource, describe] of Object.entries(described)) {
    const resourceArn = `arn:aws:apigateway:eu-west-1::${resource}`;
    await client.send(new TagResourceCommand({ resourceArn, tags: { team: 'b' } }));
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['cost'] }));
    expect((await describe()).tags).toEqual({ team: 'b' });
    expect((await client.send(new GetTagsCommand({ resourceArn }))).tags).toEqual({ team: 'b' });
  }
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
