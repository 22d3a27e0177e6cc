import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pushImage, json } from '../../../../scripts/sandbox/aws/services/registry/test/images.ts';
import {
  startTestRegistry,
  type TestRegistry,
} from '../../../../scripts/sandbox/aws/services/registry/test/registry.ts';
import { TagTakenError, type BuildRequest } from '../../image/builder.ts';
import { daemonlessBuilder } from '../../image/daemonless.ts';
import { DOCKER, OCI, parseConfig, parseManifest } from '../../image/manifest.ts';
import { RegistryClient } from '../../image/registry-client.ts';
import { recordingCommand, type Outcome } from '../fakes/command.ts';
import { recordingLog } from '../fakes/log.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

let registry: TestRegistry;
/** Where the base image is when it is somebody else's. */
let other: TestRegistry;
let client: RegistryClient;

beforeEach(async () => {
  registry = await startTestRegistry({ service: { immutableTags: true }, 'base/node': { immutableTags: false } });
  other = await startTestRegistry({ node: { immutableTags: false } });
  client = new RegistryClient(registry.host, { credentials: registry.login });
});
afterEach(async () => {
  await registry.end();
  await other.end();
});

const base = {
  layers: [[{ name: 'bin/node', content: 'elf' }], [{ name: 'etc/os', content: 'linux' }]],
  config: { Env: ['PATH=/bin'], Cmd: ['node'] },
};

async function pushBase(platforms: readonly string[] = ['amd64']): Promise<string> {
  const manifests = [];
  for (const architecture of platforms) {
    const digest = await pushImage(client, 'base/node', `for-${architecture}`, { ...base, architecture });
    manifests.push({ mediaType: OCI.manifest, digest, size: 1, platform: { os: 'linux', architecture } });
  }
  await client.putManifest('base/node', '24', OCI.index, json({ schemaVersion: 2, manifests }));
  return `${registry.host}/base/node:24`;
}

function project(content = 'serve()'): string {
  const root = folders.make();
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, 'dist/server.mjs'), content);
  writeFileSync(
    join(root, 'Dockerfile'),
    'ARG BASE_IMAGE=node.invalid/node:24\nFROM ${BASE_IMAGE} AS build\nWORKDIR /src\nCOPY . .\nRUN make it\nFROM ${BASE_IMAGE}\nARG VERSION\nENV VERSION=$VERSION\nWORKDIR /app\nCOPY --from=build /src/dist ./\nUSER 1:1\nENTRYPOINT ["node", "server.mjs"]\n',
  );
  return root;
}

async function build(change: Partial<BuildRequest> = {}, outcome: Outcome = {}) {
  const { run, calls } = recordingCommand(() => outcome);
  const log = recordingLog();
  const builder = daemonlessBuilder({ run, log, build: ['make', 'it'] });
  const contents = await builder.buildAndPush({
    root: project(),
    dockerfile: 'Dockerfile',
    platform: 'linux/amd64',
    args: { VERSION: 'abc', BASE_IMAGE: `${registry.host}/base/node:24` },
    uri: `${registry.host}/service`,
    tag: 'abc',
    login: registry.login,
    ...change,
  });
  return { contents, calls, log };
}

function urlOf(request: string | URL | Request): string {
  return request instanceof Request ? request.url : request.toString();
}

async function pushed(tag: string) {
  const stored = await client.manifest('service', tag);
  if (stored === undefined) throw new Error(`${tag} is not there.`);
  const manifest = parseManifest(stored.bytes, stored.mediaType);
  if (manifest.kind !== 'image') throw new Error('It is an index.');
  return { ...stored, manifest, config: parseConfig(await client.blob('service', manifest.config.digest)) };
}

describe('an image built without an engine', () => {
  test('is the base image with one layer and the Dockerfile’s settings', async () => {
    await pushBase();
    const { contents, calls } = await build();
    const { manifest, config } = await pushed('abc');
    expect(calls.map(({ command, args }) => [command, ...args])).toEqual([['make', 'it']]);
    expect(manifest.layers).toHaveLength(3);
    expect(config).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/bin', 'VERSION=abc'],
        WorkingDir: '/app',
        User: '1:1',
        Entrypoint: ['node', 'server.mjs'],
      },
    });
    expect(config.config?.Cmd).toBeUndefined();
    expect(config.rootfs.diff_ids).toHaveLength(3);
    expect(contents?.files).toEqual([{ path: '/app/server.mjs', bytes: 7 }]);
    for (const { digest } of manifest.layers) expect(await client.hasBlob('service', digest)).toBe(true);
  });

  test('is the same for the same files, and another for others', async () => {
    await pushBase();
    await build({ tag: 'one', root: project() });
    await build({ tag: 'two', root: project() });
    await build({ tag: 'three', root: project('serve(more)') });
    const [one, two, three] = [await pushed('one'), await pushed('two'), await pushed('three')];
    expect(one.digest).toBe(two.digest);
    expect(three.digest).not.toBe(one.digest);
  });

  test('is for the platform that is asked for', async () => {
    await pushBase(['amd64', 'arm64']);
    await build({ platform: 'linux/arm64' });
    expect((await pushed('abc')).config.architecture).toBe('arm64');
  });

  test('copies a base image from another registry, of Docker’s kind too', async () => {
    const source = new RegistryClient(other.host, { credentials: other.login });
    const digest = await pushImage(source, 'node', 'oci', base);
    const stored = await source.manifest('node', digest);
    if (stored === undefined) throw new Error('It was pushed.');
    const docker = stored.bytes.toString().replace(OCI.config, DOCKER.config).replaceAll(OCI.layer, DOCKER.layer);
    await source.putManifest('node', '24', DOCKER.manifest, new TextEncoder().encode(docker));
    // The other one is open to everybody: our login is never shown to it.
    const seen: string[] = [];
    const { run } = recordingCommand();
    const builder = daemonlessBuilder({
      run,
      log: recordingLog(),
      build: ['make', 'it'],
      fetch: (url, init) => {
        const headers = new Headers(init?.headers);
        if (urlOf(url).includes(other.host)) {
          seen.push(headers.get('authorization') ?? 'none');
          headers.set('authorization', `Basic ${Buffer.from('AWS:open sesame').toString('base64')}`);
        }
        return fetch(url, { ...init, headers });
      },
    });
    await builder.buildAndPush({
      root: project(),
      dockerfile: 'Dockerfile',
      platform: 'linux/amd64',
      args: { VERSION: 'abc', BASE_IMAGE: `${other.host}/node:24` },
      uri: `${registry.host}/service`,
      tag: 'abc',
      login: registry.login,
    });
    expect(new Set(seen)).toEqual(new Set(['none']));
    const { mediaType, manifest } = await pushed('abc');
    expect(mediaType).toBe(DOCKER.manifest);
    expect([manifest.config.mediaType, ...manifest.layers.map((layer) => layer.mediaType)]).toEqual([
      DOCKER.config,
      DOCKER.layer,
      DOCKER.layer,
      DOCKER.layer,
    ]);
  });

  test('whose tag is taken meanwhile says that it was not first', async () => {
    await pushBase();
    await build();
    await expect(build({ root: project('other') })).rejects.toThrow(TagTakenError);
  });

  test('whose build fails says so with the build’s own last lines, and nothing is pushed', async () => {
    await pushBase();
    const failing = build({}, { code: 2, stderr: ['server.ts:7: no such name'] });
    await expect(failing).rejects.toMatchObject({
      message: '"make it" failed with exit code 2.',
      hint: expect.stringContaining('server.ts:7: no such name'),
    });
    expect(registry.content.images('service')).toEqual([]);
  });

  test.each([
    ['is not there', 'base/node:25', 'linux/amd64', 'is not there.'],
    ['is not there for the platform', 'base/node:24', 'linux/arm64', 'is not there for linux/arm64.'],
    ['is for another platform', 'base/node:for-amd64', 'linux/arm64', 'is for linux/amd64, not for linux/arm64.'],
    ['is in no repository', 'nobody/node:24', 'linux/amd64', 'is not there.'],
  ] as const)('is refused when the base image %s', async (_, name, platform, message) => {
    await pushBase();
    const BASE_IMAGE = `${registry.host}/${name}`;
    await expect(build({ args: { VERSION: 'abc', BASE_IMAGE }, platform })).rejects.toMatchObject({
      name: 'UserError',
      message: `The base image ${BASE_IMAGE} ${message}`,
      hint: expect.stringContaining('/terraform/images/base'),
    });
  });

  test('is refused when nobody answers for the base image', async () => {
    const BASE_IMAGE = '127.0.0.1:9/base/node:24';
    await expect(build({ args: { VERSION: 'abc', BASE_IMAGE } })).rejects.toMatchObject({
      name: 'UserError',
      message: `The base image ${BASE_IMAGE} cannot be read: Nobody answers at 127.0.0.1:9.`,
    });
  });

  test('is refused without a Dockerfile', async () => {
    await expect(build({ dockerfile: 'nowhere/Dockerfile' })).rejects.toThrow('There is no nowhere/Dockerfile.');
  });
});
