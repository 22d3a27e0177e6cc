import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { seedAccount } from '../seed.ts';
import { functionZip, region, startTestSandbox, untilActive, untilUpdated, type TestSandbox } from './sandbox.ts';

const FunctionName = 'whoami';

function whoami(code: string): string {
  // It logs, because the emulator waits 50 ms for a log line of one that does not.
  return `console.log('${code}');
  return {
    code: '${code}',
    version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    name: process.env.AWS_LAMBDA_FUNCTION_NAME,
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_REGION,
    node: process.version,
    initialization: process.env.AWS_LAMBDA_INITIALIZATION_TYPE,
    arn: context.invokedFunctionArn,
  };`;
}

describe('a function behind versions and aliases', () => {
  let sandbox: TestSandbox;
  let bucket: string;

  async function upload(key: string, code: string): Promise<{ S3Bucket: string; S3Key: string }> {
    await sandbox.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: functionZip(whoami(code)) }));
    return { S3Bucket: bucket, S3Key: key };
  }

  async function update(code: string): Promise<void> {
    const location = await upload(`whoami-${code}.zip`, code);
    await sandbox.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, Architectures: ['arm64'], ...location }));
    await untilUpdated(sandbox.lambda, FunctionName);
  }

  async function invoke(Qualifier?: string): Promise<Record<string, unknown>> {
    const answer = await sandbox.lambda.send(
      new InvokeCommand({ FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }), Payload: '{}' }),
    );
    expect(answer.FunctionError).toBeUndefined();
    const said: Record<string, unknown> = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'));
    return { ...said, executed: answer.ExecutedVersion };
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    bucket = (await seedAccount({ endpointUrl: sandbox.url, region })).artifactsBucket;
    await sandbox.lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: 'arn:aws:iam::000000000000:role/whoami',
        Runtime: 'nodejs22.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Code: await upload('whoami-a.zip', 'a'),
      }),
    );
    await untilActive(sandbox.lambda, FunctionName);
    await sandbox.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'test', FunctionVersion: '$LATEST' }));
  }, 30_000);

  afterAll(() => sandbox.end());

  test('an ES module runs on arm64 with the environment that Lambda gives, and reaches AWS through the front door', async () => {
    expect(await invoke()).toMatchObject({
      code: 'a',
      version: '$LATEST',
      name: FunctionName,
      region,
      endpoint: sandbox.url,
      node: process.version,
      initialization: 'on-demand',
    });
  });

  test('a published version keeps its code when $LATEST changes, and test follows $LATEST at once', async () => {
    const first = await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(first.Version).toBe('1');
    await sandbox.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '1' }));
    // A process of the version is warm before the code changes, and another starts after.
    expect(await invoke('prod')).toMatchObject({ code: 'a', version: '1', executed: '1' });
    expect(await invoke('test')).toMatchObject({ code: 'a', version: '$LATEST' });

    await update('b');

    expect(await invoke('test')).toMatchObject({ code: 'b', version: '$LATEST', executed: '$LATEST' });
    expect(await invoke('prod')).toMatchObject({ code: 'a', version: '1', name: FunctionName, executed: '1' });
    expect(await invoke('1')).toMatchObject({ code: 'a', version: '1' });

    const second = await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(second.Version).toBe('2');
    expect(second.CodeSha256).not.toBe(first.CodeSha256);
    await sandbox.lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '2' }));
    expect(await invoke('prod')).toMatchObject({ code: 'b', version: '2', executed: '2' });
    expect(await invoke('1')).toMatchObject({ code: 'a', version: '1' });
  }, 20_000);

  test('publishing what was published makes no new version, uploaded again or not', async () => {
    const publish = async () => (await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
    expect(await publish()).toBe('2');
    await update('b');
    expect(await publish()).toBe('2');
  });

  test('only the code that was meant is published', async () => {
    const CodeSha256 = 'bm90IHRoaXM=';
    await expect(sandbox.lambda.send(new PublishVersionCommand({ FunctionName, CodeSha256 }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(`CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST`),
    });
    const current = await sandbox.lambda.send(new PublishVersionCommand({ FunctionName }));
    const again = new PublishVersionCommand({ FunctionName, CodeSha256: current.CodeSha256 });
    expect((await sandbox.lambda.send(again)).Version).toBe(current.Version);
  });

  test('a function made with a version has it, under its own ARN', async () => {
    const made = {
      FunctionName: 'born-published',
      Role: 'arn:aws:iam::000000000000:role/whoami',
      Runtime: 'nodejs22.x' as const,
      Handler: 'index.handler',
    };
    const { FunctionName: name } = made;
    const Code = { ZipFile: functionZip(whoami('a')) };
    await sandbox.lambda.send(new CreateFunctionCommand({ ...made, Code, Publish: true }));
    await untilActive(sandbox.lambda, name);
    const again = await sandbox.lambda.send(new PublishVersionCommand({ FunctionName: name }));
    expect(again.Version).toBe('1');
    const ZipFile = functionZip(whoami('b'));
    await sandbox.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile, Publish: true }));
    await untilUpdated(sandbox.lambda, name);
    const listed = await sandbox.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: name }));
    const arn = `arn:aws:lambda:${region}:000000000000:function:${name}`;
    expect(listed.Versions?.map((version) => [version.Version, version.FunctionArn])).toEqual([
      ['$LATEST', arn],
      ['1', `${arn}:1`],
      ['2', `${arn}:2`],
    ]);
  });

  test('the function sees the alias that it was called by', async () => {
    expect((await invoke('prod'))['arn']).toBe(`arn:aws:lambda:${region}:000000000000:function:${FunctionName}:prod`);
  });

  test("an alias's weights decide which version answers", async () => {
    const weigh = (weight: number) =>
      sandbox.lambda.send(
        new UpdateAliasCommand({
          FunctionName,
          Name: 'prod',
          FunctionVersion: '1',
          RoutingConfig: { AdditionalVersionWeights: { 2: weight } },
        }),
      );
    const executed = async (calls: number) => {
      const answers: Record<string, unknown>[] = [];
      for (let call = 0; call < calls; call += 1) answers.push(await invoke('prod'));
      // What ran is what the answer names.
      for (const answer of answers) expect(answer['executed']).toBe(answer['version']);
      return answers.map((answer) => answer['version']);
    };

    await weigh(0.5);
    const half = await executed(100);
    // Binomial, n = 100, p = 0.5: outside these bounds once in 10^9.
    const share = half.filter((version) => version === '2').length;
    expect(share).toBeGreaterThan(19);
    expect(share).toBeLessThan(81);
    await weigh(1);
    expect(new Set(await executed(10))).toEqual(new Set(['2']));
    await sandbox.lambda.send(
      new UpdateAliasCommand({ FunctionName, Name: 'prod', RoutingConfig: { AdditionalVersionWeights: {} } }),
    );
    expect(new Set(await executed(10))).toEqual(new Set(['1']));
  }, 20_000);

  test('an alias cannot point to a version that is not there', async () => {
    const notThere = expect.objectContaining({ name: 'ResourceNotFoundException' });
    const moved = new UpdateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '99' });
    await expect(sandbox.lambda.send(moved)).rejects.toThrow(notThere);
    const RoutingConfig = { AdditionalVersionWeights: { 99: 0.1 } };
    const weighed = new UpdateAliasCommand({ FunctionName, Name: 'prod', RoutingConfig });
    await expect(sandbox.lambda.send(weighed)).rejects.toThrow(notThere);
    const made = new CreateAliasCommand({ FunctionName, Name: 'next', FunctionVersion: '99' });
    await expect(sandbox.lambda.send(made)).rejects.toThrow(notThere);
    const latest = new UpdateAliasCommand({
      FunctionName,
      Name: 'test',
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } },
    });
    await expect(sandbox.lambda.send(latest)).rejects.toThrow(
      '$LATEST is not supported for an alias pointing to more than 1 version',
    );
    expect(await invoke('prod')).toMatchObject({ version: '1' });
  });
  test('a version can be deleted that no alias needs, and nothing else by a qualifier', async () => {
    const name = { FunctionName: 'born-published' };
    const drop = (Qualifier: string) => sandbox.lambda.send(new DeleteFunctionCommand({ ...name, Qualifier }));
    const versions = async () => {
      const { Versions = [] } = await sandbox.lambda.send(new ListVersionsByFunctionCommand(name));
      return Versions.map(({ Version }) => Version);
    };
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.1 } };
    await sandbox.lambda.send(new CreateAliasCommand({ ...name, Name: 'live', FunctionVersion: '1', RoutingConfig }));
    expect(await sandbox.lambda.send(new GetAliasCommand({ ...name, Name: 'live' }))).toMatchObject({ RoutingConfig });
    for (const needed of ['1', '2']) {
      await expect(drop(needed)).rejects.toMatchObject({
        name: 'ResourceConflictException',
        message: 'Unable to delete version because the following aliases reference it: [live]',
      });
    }
    for (const none of ['$LATEST', 'live']) {
      await expect(drop(none)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    }
    await drop('99');
    expect(await versions()).toEqual(['$LATEST', '1', '2']);
    await sandbox.lambda.send(
      new UpdateAliasCommand({ ...name, Name: 'live', RoutingConfig: { AdditionalVersionWeights: {} } }),
    );
    await drop('2');
    expect(await versions()).toEqual(['$LATEST', '1']);
  });
});
