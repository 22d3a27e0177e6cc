import { randomBytes } from 'node:crypto';
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seedAccount, type Seed } from '../seed.ts';
import { functionZip, region, startTestSandbox, untilActive, type TestSandbox } from './sandbox.ts';

let sandbox: TestSandbox;
let seed: Seed;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  seed = await seedAccount({ endpointUrl: sandbox.url, region });
}, 20_000);
afterAll(() => sandbox.end());

async function parameter(Name: string) {
  return (await sandbox.ssm.send(new GetParameterCommand({ Name }))).Parameter;
}

describe('the seeded account', () => {
  test('names its two buckets in SSM', async () => {
    expect(await parameter('/terraform/statefiles/bucket')).toMatchObject({ Type: 'String', Value: seed.stateBucket });
    expect(await parameter('/terraform/artifacts/bucket')).toMatchObject({
      Type: 'String',
      Value: seed.artifactsBucket,
    });
  });

  test('has both buckets versioned, encrypted and closed to the public', async () => {
    for (const Bucket of [seed.stateBucket, seed.artifactsBucket]) {
      expect(await sandbox.s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
      const encryption = await sandbox.s3.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
        { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      ]);
      const block = await sandbox.s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(new Set(Object.values(block.PublicAccessBlockConfiguration ?? {}))).toEqual(new Set([true]));
    }
  });

  test('stays as it is when it is seeded again', async () => {
    await sandbox.s3.send(new PutObjectCommand({ Bucket: seed.stateBucket, Key: 'kept', Body: 'x' }));
    expect(await seedAccount({ endpointUrl: sandbox.url, region })).toEqual(seed);
    const versions = await sandbox.s3.send(new ListObjectVersionsCommand({ Bucket: seed.stateBucket }));
    expect(versions.Versions).toMatchObject([{ Key: 'kept', IsLatest: true }]);
    expect((await sandbox.s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(2);
  });

  test('a region that is none is refused', async () => {
    await expect(seedAccount({ endpointUrl: sandbox.url, region: 'mars-1' })).rejects.toThrow(
      '"mars-1" is not a region with S3.',
    );
  });
});

test('a large object passes both ways unchanged', async () => {
  const object = { Bucket: seed.artifactsBucket, Key: 'large' };
  const Body = randomBytes(20 * 1024 * 1024);
  await sandbox.s3.send(new PutObjectCommand({ ...object, Body }));
  const read = await sandbox.s3.send(new GetObjectCommand(object));
  expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
}, 20_000);

test('a fault reaches the SDK as the error it names, and only as often as asked for', async () => {
  const fault = { service: 'ssm', action: 'GetParameter', status: 400, code: 'ExpiredTokenException', times: 1 };
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
  await expect(parameter('/terraform/statefiles/bucket')).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  expect((await parameter('/terraform/statefiles/bucket'))?.Value).toBe(seed.stateBucket);
});

test('a function reaches AWS through the front door, as Lambda gives it its region and credentials', async () => {
  const FunctionName = 'reader';
  const code = `const { SSMClient, GetParameterCommand } = await import(event.sdk);
  const read = await new SSMClient({}).send(new GetParameterCommand({ Name: '/terraform/statefiles/bucket' }));
  return read.Parameter.Value;`;
  await sandbox.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/reader',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: functionZip(code) },
    }),
  );
  await untilActive(sandbox.lambda, FunctionName);
  sandbox.log.length = 0;
  const Payload = JSON.stringify({ sdk: import.meta.resolve('@aws-sdk/client-ssm') });
  const answer = await sandbox.lambda.send(new InvokeCommand({ FunctionName, Payload }));
  expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'))).toBe(seed.stateBucket);
  expect(sandbox.log).toContainEqual(expect.objectContaining({ service: 'ssm', action: 'GetParameter', status: 200 }));
}, 20_000);

// The emulator takes seconds for the first such call: it reads the descriptions of all services.
test('a service that the emulator has not is a sentence that the SDK reads', async () => {
  const credential = `test/20260101/${region}/codedeploy/aws4_request`;
  const response = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0a`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CodeDeploy_20141006.CreateDeployment',
    },
    body: '{}',
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      __type: 'EmulatorFailure',
      message:
        'The emulator cannot do codedeploy CreateDeployment: it answered 400 {"error": "Unsupported service: codedeploy"}',
    },
  ]);
}, 30_000);
