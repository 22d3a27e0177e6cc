import { afterEach, describe, expect, test } from '@jest/globals';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { lambdaFunctions } from '../../aws/functions.ts';
import { s3PackageStore } from '../../aws/package-store.ts';
import { deployTargetsParameter, ssmParameters } from '../../aws/parameters.ts';
import { refusal, sentJson, wire, type Answer } from './wire.ts';

describe('functions', () => {
  const at = (...answers: readonly (Answer | Error)[]) => {
    const { sent, config } = wire(...answers);
    return { sent, functions: lambdaFunctions(new LambdaClient(config)) };
  };

  test('have versions, all pages of them, oldest first and without $LATEST', async () => {
    const version = (number: string) => ({ Version: number, CodeSha256: `sha-${number}` });
    const { functions, sent } = at(
      { body: { Versions: [version('$LATEST'), version('10')], NextMarker: 'more' } },
      { body: { Versions: [version('9'), version('2')] } },
    );
    expect((await functions.versions('f')).map((found) => found.version)).toEqual(['2', '9', '10']);
    expect(sent.map(({ query }) => query['Marker'])).toEqual([undefined, 'more']);
  });

  test('without a version or alias answer none', async () => {
    const { functions } = at(refusal(404, 'ResourceNotFoundException'), refusal(404, 'ResourceNotFoundException'));
    expect(await functions.version('f', '7')).toBeUndefined();
    expect(await functions.alias('f', 'prod')).toBeUndefined();
  });

  test('say of an alias which version it runs, and which ones it is shifting to', async () => {
    const alias = { FunctionVersion: '3', RevisionId: 'r1' };
    const { functions } = at(
      { body: { ...alias, RoutingConfig: { AdditionalVersionWeights: { 4: 0.1, 5: 0 } } } },
      { body: { ...alias, RoutingConfig: { AdditionalVersionWeights: {} } } },
      { body: alias },
    );
    expect(await functions.alias('f', 'prod')).toEqual({ version: '3', revisionId: 'r1', shifting: { 4: 0.1 } });
    expect(await functions.alias('f', 'prod')).toEqual({ version: '3', revisionId: 'r1' });
    expect(await functions.alias('f', 'prod')).toEqual({ version: '3', revisionId: 'r1' });
  });

  test('that may not be read are an error', async () => {
    const { functions } = at(refusal(403, 'AccessDeniedException'));
    await expect(functions.alias('f', 'prod')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('are published only if they still hold the code', async () => {
    const { functions, sent } = at({ status: 201, body: { Version: '3', CodeSha256: 'sha' } });
    expect(await functions.publish('f', 'sha')).toEqual({ version: '3', codeSha256: 'sha' });
    expect(sentJson(sent[0])).toEqual({ CodeSha256: 'sha' });
  });

  test('move an alias whole, over the revision that was read', async () => {
    const { functions, sent } = at({ body: { FunctionVersion: '3', RevisionId: 'r2' } });
    expect(await functions.moveAlias('f', 'prod', '3', 'r1')).toEqual({ version: '3', revisionId: 'r2' });
    expect(sent[0]).toMatchObject({ method: 'PUT', path: '/2015-03-31/functions/f/aliases/prod' });
    expect(sentJson(sent[0])).toEqual({
      FunctionVersion: '3',
      RevisionId: 'r1',
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
  });

  test('answer all aliases, all pages of them', async () => {
    const { functions, sent } = at(
      { body: { Aliases: [{ FunctionVersion: '$LATEST', RevisionId: 'r1' }], NextMarker: 'more' } },
      { body: { Aliases: [{ FunctionVersion: '3', RevisionId: 'r2' }] } },
    );
    expect((await functions.aliases('f')).map(({ version }) => version)).toEqual(['$LATEST', '3']);
    expect(sent).toHaveLength(2);
  });

  test('lose a version by its number alone, and never themselves', async () => {
    const { functions, sent } = at({ status: 204 });
    await functions.deleteVersion('f', '3');
    expect(sent[0]).toMatchObject({ method: 'DELETE', query: { Qualifier: '3' } });
    for (const wrong of ['', '$LATEST', 'prod', '0']) {
      await expect(functions.deleteVersion('f', wrong)).rejects.toThrow('is not a published version');
    }
    expect(sent).toHaveLength(1);
  });

  test('whose alias was moved meanwhile are one clear sentence', async () => {
    const { functions } = at(refusal(412, 'PreconditionFailedException'));
    await expect(functions.moveAlias('f', 'prod', '3', 'r1')).rejects.toMatchObject({
      name: 'UserError',
      message: 'Somebody else moved the alias "prod" of f at the same time.',
    });
  });

  test('answered without what they must have are an error, not a version "undefined"', async () => {
    const { functions } = at({ body: { Version: '3' } }, { body: { FunctionVersion: '3' } });
    await expect(functions.version('f', '3')).rejects.toThrow('without its number or checksum');
    await expect(functions.alias('f', 'prod')).rejects.toThrow('without its version or revision');
  });
});

describe('the package store', () => {
  const at = (...answers: readonly (Answer | Error)[]) => {
    const { sent, config } = wire(...answers);
    return { sent, store: s3PackageStore('bucket', new S3Client(config), () => Promise.resolve()) };
  };

  test('creates an object with its checksum, and only if it is not there', async () => {
    const { store, sent } = at({});
    expect(await store.create('lambdas/a/1.zip', Buffer.from('zip'), 'c2hh')).toBe(true);
    expect(sent[0]).toMatchObject({ method: 'PUT', path: '/lambdas/a/1.zip' });
    expect(sent[0]?.headers).toMatchObject({
      'if-none-match': '*',
      'x-amz-checksum-sha256': 'c2hh',
      'content-type': 'application/zip',
    });
  });

  test('leaves one that is there', async () => {
    const { store } = at({ status: 412 });
    expect(await store.create('key', Buffer.from('zip'), 'c2hh')).toBe(false);
  });

  test('asks again while somebody else writes the same key, who may fail', async () => {
    const { store, sent } = at({ status: 409 }, { status: 409 }, { status: 412 });
    expect(await store.create('key', Buffer.from('zip'), 'c2hh')).toBe(false);
    expect(sent).toHaveLength(3);
    const lone = at({ status: 409 }, {});
    expect(await lone.store.create('key', Buffer.from('zip'), 'c2hh')).toBe(true);
    const stuck = at(...Array.from({ length: 6 }, () => ({ status: 409 })));
    await expect(stuck.store.create('key', Buffer.from('zip'), 'c2hh')).rejects.toMatchObject({
      $metadata: { httpStatusCode: 409 },
    });
  });

  test('answers what is stored', async () => {
    const { store } = at({ headers: { 'x-amz-checksum-sha256': 'c2hh' } }, {}, { status: 404 });
    expect(await store.checksum('key')).toBe('c2hh');
    expect(await store.checksum('key')).toBeUndefined();
    expect(await store.checksum('key')).toBeUndefined();
  });

  test('that may not be used is an error', async () => {
    const { store } = at({ status: 403 }, { status: 403 });
    await expect(store.create('key', Buffer.from('zip'), 'c2hh')).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    await expect(store.checksum('key')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});

describe('parameters', () => {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  afterEach(() => {
    if (endpoint === undefined) delete process.env['AWS_ENDPOINT_URL'];
    else process.env['AWS_ENDPOINT_URL'] = endpoint;
  });

  const at = (...answers: readonly (Answer | Error)[]) => {
    const { sent, config } = wire(...answers);
    return { sent, parameters: ssmParameters(new SSMClient(config)) };
  };
  const failing = (name: string, message: string, code?: string): Error =>
    Object.assign(new Error(message), { name }, code === undefined ? {} : { code });

  test('are read by name', async () => {
    const { parameters, sent } = at({ body: { Parameter: { Value: 'state' } } });
    expect(await parameters.get('/terraform/statefiles/bucket')).toBe('state');
    expect(sentJson(sent[0])).toEqual({ Name: '/terraform/statefiles/bucket' });
    expect(deployTargetsParameter('test')).toBe('/terraform/test/deploy-targets');
  });

  test.each([
    [
      'that are not there',
      refusal(400, 'ParameterNotFound'),
      'There is no SSM parameter "/p" in this account and region.',
    ],
    ['that hold nothing', { body: {} }, 'There is no SSM parameter "/p" in this account and region.'],
    ['where nobody answers', failing('Error', 'connect', 'ECONNREFUSED'), 'Nobody answers at http://127.0.0.1:1.'],
    ['without credentials', failing('CredentialsProviderError', 'none'), 'There are no AWS credentials.'],
    ['without a region', failing('Error', 'Region is missing'), 'AWS_REGION is not set.'],
  ])('%s are one clear sentence', async (_, answer, message) => {
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
    const { parameters } = at(answer);
    await expect(parameters.get('/p')).rejects.toMatchObject({ name: 'UserError', message });
  });

  test('that may not be read keep the error of AWS', async () => {
    const { parameters } = at(refusal(400, 'AccessDeniedException'));
    await expect(parameters.get('/p')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
