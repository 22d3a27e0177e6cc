import path from 'node:path';
import { APIGatewayClient, PutGatewayResponseCommand, UpdateMethodCommand } from '@aws-sdk/client-api-gateway';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../emulator.ts';
import { seedAccount } from '../seed.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { awsClientConfig, functionZip, nodeBinDir, python, region, temporaryFolder, untilActive } from './sandbox.ts';

const FunctionName = 'greet';

async function greeting(emulator: Emulator, api: RestApi): Promise<[number, string]> {
  const response = await fetch(`${emulator.url}/_aws/execute-api/${api.id}/prod/string/replace`, {
    method: 'POST',
    headers: { 'x-api-key': api.apiKey },
    body: '{}',
  });
  return [response.status, await response.text()];
}

test('a sandbox that was stopped goes on where it was: functions, versions, deployments, buckets', async () => {
  const { folder, remove } = await temporaryFolder();
  const options = { python, nodeBinDir, stateDir: folder, logFile: path.join(folder, 'log'), persist: true };
  const first = await startEmulator(options);
  const lambda = new LambdaClient(awsClientConfig(first.url));
  const apiGateway = new APIGatewayClient(awsClientConfig(first.url));
  const Code = { ZipFile: functionZip("return { statusCode: 200, body: 'hello ' + context.functionVersion };") };
  const Role = 'arn:aws:iam::000000000000:role/greet';
  await lambda.send(
    new CreateFunctionCommand({ FunctionName, Role, Code, Runtime: 'nodejs22.x', Handler: 'index.handler' }),
  );
  await untilActive(lambda, FunctionName);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '1' }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName,
      Qualifier: 'prod',
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    }),
  );
  const api = await createRestApi(apiGateway, {
    functionName: FunctionName,
    stages: { prod: { alias: 'prod' } },
    schema: { type: 'object' },
  });
  // Not deployed, so neither may show before or after.
  const { restApiId } = api.method;
  await apiGateway.send(
    new PutGatewayResponseCommand({ restApiId, responseType: 'INVALID_API_KEY', statusCode: '401' }),
  );
  const patchOperations = [{ op: 'replace' as const, path: '/apiKeyRequired', value: 'false' }];
  await apiGateway.send(new UpdateMethodCommand({ ...api.method, patchOperations }));
  const { stateBucket: Bucket } = await seedAccount({ endpointUrl: first.url, region });
  const s3 = new S3Client({ ...awsClientConfig(first.url), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'state', Body: 'serial 1' }));
  expect(await greeting(first, api)).toEqual([200, 'hello 1']);
  for (const client of [lambda, apiGateway, s3]) client.destroy();
  await first.stop();

  const second = await startEmulator(options);
  expect(await greeting(second, api)).toEqual([200, 'hello 1']);
  expect(await greeting(second, { ...api, apiKey: 'wrong' })).toEqual([403, '{"message":"Forbidden"}']);
  const reader = new S3Client({ ...awsClientConfig(second.url), forcePathStyle: true });
  const object = await reader.send(new GetObjectCommand({ Bucket, Key: 'state' }));
  expect(await object.Body?.transformToString()).toBe('serial 1');
  reader.destroy();
  await second.stop();
  await remove();
}, 30_000);
