import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  PutImageCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import { parseReference } from '../../../../../../actions/lib/image/reference.ts';
import { RegistryClient } from '../../../../../../actions/lib/image/registry-client.ts';
import { ecrRepository } from '../../../../../../actions/lib/image/repository.ts';
import { pushImage } from './images.ts';
import { startRegistryWorld, type RegistryWorld } from './world.ts';

// Beside other suites five seconds are not much.
jest.setTimeout(30_000);

let world: RegistryWorld;

beforeAll(async () => {
  world = await startRegistryWorld();
});
afterAll(() => world.end());

async function repository(
  repositoryName: string,
  imageTagMutability: 'MUTABLE' | 'IMMUTABLE' = 'IMMUTABLE',
): Promise<{ client: RegistryClient; name: string; uri: string }> {
  const created = await world.ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability }));
  const uri = created.repository?.repositoryUri ?? '';
  const { host, name } = parseReference(uri);
  const credentials = await ecrRepository(repositoryName, world.ecr).login();
  return { client: new RegistryClient(host, { credentials }), name, uri };
}

const image = (content: string) => ({ layers: [[{ name: 'file', content }]] });

describe('ECR', () => {
  test('has repositories at the registry’s address, and says the same of it with the login', async () => {
    const { uri, client } = await repository('team/first');
    expect(uri).toMatch(/^127\.0\.0\.1:\d+\/team\/first$/);
    const { repositories } = await world.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['team/first'] }));
    expect(repositories?.[0]?.repositoryUri).toBe(uri);
    const { authorizationData } = await world.ecr.send(new GetAuthorizationTokenCommand({}));
    expect(authorizationData?.[0]?.proxyEndpoint).toBe(`http://${client.host}`);
    const hours = ((authorizationData?.[0]?.expiresAt?.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(12);
  });

  test('knows what was pushed: digest, tags, size, kind', async () => {
    const { client, name } = await repository('described');
    const digest = await pushImage(client, name, 'v1', image('one'));
    const { imageDetails = [] } = await world.ecr.send(new DescribeImagesCommand({ repositoryName: name }));
    expect(imageDetails).toHaveLength(1);
    const manifest = JSON.parse((await client.manifest(name, 'v1'))?.bytes.toString() ?? '');
    expect(imageDetails[0]).toMatchObject({
      registryId: '000000000000',
      repositoryName: name,
      imageDigest: digest,
      imageTags: ['v1'],
      imageSizeInBytes: manifest.config.size + manifest.layers[0].size,
      imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactMediaType: 'application/vnd.oci.image.config.v1+json',
    });
    expect(Date.now() - (imageDetails[0]?.imagePushedAt?.getTime() ?? 0)).toBeLessThan(60_000);
  });

  test('gives a manifest, and takes it back under another tag', async () => {
    const { client, name } = await repository('retagged');
    const digest = await pushImage(client, name, 'v1', image('one'));
    const images = ecrRepository(name, world.ecr);
    expect(await images.addTag(digest, 'initial')).toBe(true);
    expect(await images.addTag(digest, 'initial')).toBe(false);
    expect(await images.find('initial')).toMatchObject({ digest });
    expect(await images.find('nothing')).toBeUndefined();
    const { imageIds } = await world.ecr.send(new ListImagesCommand({ repositoryName: name }));
    expect(imageIds).toEqual([
      { imageDigest: digest, imageTag: 'v1' },
      { imageDigest: digest, imageTag: 'initial' },
    ]);
    const answer = await world.ecr.send(
      new BatchGetImageCommand({ repositoryName: name, imageIds: [{ imageTag: 'initial' }, { imageTag: 'absent' }] }),
    );
    expect(answer.images?.map(({ imageId }) => imageId)).toEqual([{ imageDigest: digest, imageTag: 'initial' }]);
    expect(answer.failures).toEqual([
      {
        imageId: { imageTag: 'absent' },
        failureCode: 'ImageNotFound',
        failureReason: 'Requested image not found',
      },
    ]);
  });

  test('lets tags move or not, as the repository says now', async () => {
    const { client, name } = await repository('changing', 'MUTABLE');
    await pushImage(client, name, 'v1', image('one'));
    const second = await pushImage(client, name, 'v1', image('two'));
    await world.ecr.send(new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'IMMUTABLE' }));
    await expect(pushImage(client, name, 'v1', image('three'))).rejects.toMatchObject({ code: 'TAG_INVALID' });
    const { images } = await world.ecr.send(
      new BatchGetImageCommand({ repositoryName: name, imageIds: [{ imageDigest: second }] }),
    );
    const put = new PutImageCommand({
      repositoryName: name,
      imageManifest: images?.[0]?.imageManifest,
      imageTag: 'v1',
    });
    await expect(world.ecr.send(put)).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
    await world.ecr.send(new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'MUTABLE' }));
    await expect(world.ecr.send(put)).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
  });

  test('refuses as AWS does', async () => {
    const { client, name } = await repository('refusing');
    await pushImage(client, name, 'v1', image('one'));
    const imageId = { imageTag: 'v9' };
    await expect(
      world.ecr.send(new DescribeImagesCommand({ repositoryName: name, imageIds: [imageId] })),
    ).rejects.toMatchObject({
      name: 'ImageNotFoundException',
      message:
        "The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name 'refusing' in the registry with id '000000000000'",
    });
    await expect(world.ecr.send(new DescribeImagesCommand({ repositoryName: 'nobody' }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
    await expect(
      world.ecr.send(new PutImageCommand({ repositoryName: name, imageManifest: '{}', imageTag: 'v2' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    // The emulator has a store for these, which nobody would find again.
    await expect(world.ecr.send(new InitiateLayerUploadCommand({ repositoryName: name }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    await expect(world.ecr.send(new DeleteRepositoryCommand({ repositoryName: name }))).rejects.toMatchObject({
      name: 'RepositoryNotEmptyException',
    });
  });

  test('scans what is pushed where the repository asks for it, and finds what was planted', async () => {
    const { client, name } = await repository('scanned');
    const findings = (imageTag: string) =>
      world.ecr.send(new DescribeImageScanFindingsCommand({ repositoryName: name, imageId: { imageTag } }));
    const described = async (imageTag: string) =>
      (await world.ecr.send(new DescribeImagesCommand({ repositoryName: name, imageIds: [{ imageTag }] })))
        .imageDetails?.[0];
    const complete = async (tag: string) => {
      for (;;) {
        const seen = await described(tag);
        if (seen?.imageScanStatus?.status !== 'IN_PROGRESS') break;
        expect(seen.imageScanFindingsSummary).toBeUndefined();
        await delay(50);
      }
      const { imageScanStatus, imageScanFindings } = await findings(tag);
      return { status: imageScanStatus, found: imageScanFindings };
    };
    await pushImage(client, name, 'before', image('before'));
    await expect(findings('before')).rejects.toMatchObject({ name: 'ScanNotFoundException' });
    expect((await described('before'))?.imageScanStatus).toBeUndefined();

    await world.ecr.send(
      new PutImageScanningConfigurationCommand({
        repositoryName: name,
        imageScanningConfiguration: { scanOnPush: true },
      }),
    );
    const digest = await pushImage(client, name, 'clean', image('clean'));
    expect((await described('clean'))?.imageScanStatus?.status).toBe('IN_PROGRESS');
    expect(await complete('clean')).toMatchObject({
      status: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
      found: { findings: [], findingSeverityCounts: {} },
    });
    expect(await findings('clean')).toMatchObject({ imageId: { imageDigest: digest, imageTag: 'clean' } });
    expect((await described('clean'))?.imageScanFindingsSummary?.findingSeverityCounts).toEqual({});

    const plant = (body: object) =>
      fetch(`${world.context.endpointUrl}/_sandbox/image-scans`, { method: 'POST', body: JSON.stringify(body) });
    const [one, two] = [
      { name: 'CVE-2026-0001', severity: 'CRITICAL', description: 'Very bad.' },
      { name: 'CVE-2026-0002', severity: 'LOW' },
    ];
    expect((await plant({ repository: name, tag: 'bad', findings: [one, two, two] })).status).toBe(201);
    expect((await plant({ repository: name, tag: 'odd', status: 'FAILED' })).status).toBe(201);
    expect((await plant({ repository: name, findings: [{ name: 'x', severity: 'AWFUL' }] })).status).toBe(400);
    await pushImage(client, name, 'bad', image('bad'));
    await pushImage(client, name, 'odd', image('odd'));
    expect((await complete('bad')).found).toMatchObject({
      findings: [one, two, two],
      findingSeverityCounts: { CRITICAL: 1, LOW: 2 },
    });
    expect((await described('bad'))?.imageScanFindingsSummary?.findingSeverityCounts).toEqual({ CRITICAL: 1, LOW: 2 });
    expect(await complete('odd')).toMatchObject({
      status: { status: 'FAILED', description: expect.stringContaining('UnsupportedImageError') },
      found: undefined,
    });
    expect((await complete('clean')).found?.findings).toEqual([]);
  });

  test('deletes images, and a repository with what is in it', async () => {
    const { client, name, uri } = await repository('passing');
    const digest = await pushImage(client, name, 'v1', image('one'));
    await ecrRepository(name, world.ecr).addTag(digest, 'v2');
    const remove = (imageIds: { imageTag?: string; imageDigest?: string }[]) =>
      world.ecr.send(new BatchDeleteImageCommand({ repositoryName: name, imageIds }));
    expect((await remove([{ imageTag: 'v1' }])).imageIds).toEqual([{ imageDigest: digest, imageTag: 'v1' }]);
    expect((await client.manifest(name, 'v2'))?.digest).toBe(digest);
    await remove([{ imageDigest: digest }]);
    expect(await client.manifest(name, digest)).toBeUndefined();
    await pushImage(client, name, 'v3', image('two'));
    const deleted = await world.ecr.send(new DeleteRepositoryCommand({ repositoryName: name, force: true }));
    expect(deleted.repository?.repositoryUri).toBe(uri);
    await expect(client.manifest(name, 'v3')).resolves.toBeUndefined();
    await expect(client.pushBlob(name, digest, new Uint8Array())).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
  });

  test('is where it was after a restart, with the same images and the same login', async () => {
    const { client, name, uri } = await repository('kept');
    const digest = await pushImage(client, name, 'v1', image('one'));
    const lifecyclePolicyText = '{"rules":[]}';
    await world.ecr.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText }));
    await world.restart();
    const { repositories } = await world.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
    expect(repositories?.[0]?.repositoryUri).toBe(uri);
    expect((await client.manifest(name, 'v1'))?.digest).toBe(digest);
    const policy = await world.ecr.send(new GetLifecyclePolicyCommand({ repositoryName: name }));
    expect(policy.lifecyclePolicyText).toBe(lifecyclePolicyText);
    expect(world.reports).toEqual([]);
  });
});
