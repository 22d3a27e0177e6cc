import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { digestOf, OCI } from '../../../../../../actions/lib/image/manifest.ts';
import { RegistryClient } from '../../../../../../actions/lib/image/registry-client.ts';
import { ImageNotFoundError, unpackImage, type UnpackedImage } from '../unpack.ts';
import { json, pushImage, type TarEntry } from './images.ts';
import { startTestRegistry, type TestRegistry } from './registry.ts';

// Beside other suites five seconds are not much.
jest.setTimeout(30_000);

let registry: TestRegistry;
let client: RegistryClient;
let folder: string;
let count = 0;

beforeAll(async () => {
  registry = await startTestRegistry({ images: { immutableTags: false } });
  client = new RegistryClient(registry.host, { credentials: registry.login });
  folder = await mkdtemp(path.join(tmpdir(), 'unpack-'));
});
afterAll(async () => {
  await registry.end();
  await rm(folder, { recursive: true, force: true });
});

function unpack(reference: string): Promise<UnpackedImage> {
  return unpackImage(`${registry.host}/images${reference}`, folder, registry.login);
}

async function unpacked(...layers: readonly (readonly TarEntry[])[]): Promise<UnpackedImage> {
  count += 1;
  await pushImage(client, 'images', `t${count}`, { layers, config: { Env: [`N=${count}`] } });
  return unpack(`:t${count}`);
}

const link = (name: string, linkname: string): TarEntry => ({ name, type: 'symlink', linkname });
const folderEntry = (name: string): TarEntry => ({ name, type: 'directory', mode: 0o755 });

describe('an unpacked image', () => {
  test('has the files of its layers, the later on top, and its configuration', async () => {
    const { root, config, digest } = await unpacked(
      [folderEntry('app'), { name: 'app/one', content: 'old' }, { name: './app/two', content: 'two', mode: 0o4755 }],
      [{ name: 'app/one', content: 'new' }],
    );
    expect(await readFile(path.join(root, 'app/one'), 'utf8')).toBe('new');
    expect((await stat(path.join(root, 'app/two'))).mode & 0o7777).toBe(0o755);
    expect(config).toEqual({ Env: [`N=${count}`] });
    expect(root).toBe(path.join(folder, digest.replace(':', '-'), 'root'));
  });

  test('has not what a later layer takes away', async () => {
    const { root } = await unpacked(
      [
        { name: 'keep/gone', content: '' },
        { name: 'keep/stays', content: '' },
        { name: 'opaque/below', content: '' },
        { name: 'opaque/deep/below', content: '' },
      ],
      [
        { name: 'keep/.wh.gone', content: '' },
        { name: 'opaque/own', content: '' },
        { name: 'opaque/.wh..wh..opq', content: '' },
        { name: 'opaque/deep/own', content: '' },
      ],
    );
    const files = (await readdir(root, { recursive: true })).toSorted();
    expect(files).toEqual(['keep', 'keep/stays', 'opaque', 'opaque/deep', 'opaque/deep/own', 'opaque/own']);
  });

  test('may replace a folder by a file, and a file by a folder', async () => {
    const { root } = await unpacked(
      [
        { name: 'a/b', content: '' },
        { name: 'c', content: '' },
      ],
      [{ name: 'a', content: 'file' }, folderEntry('c'), { name: 'c/d', content: '' }],
    );
    expect((await readdir(root, { recursive: true })).toSorted()).toEqual(['a', 'c', 'c/d']);
  });

  test('has links that stay inside: an absolute one begins at its own root', async () => {
    const { root } = await unpacked([
      { name: 'bin/busybox', content: 'busy' },
      link('usr/bin/sh', '/bin/busybox'),
      folderEntry('usr/lib'),
      link('lib', 'usr/lib'),
      { name: 'lib/x', content: 'x' },
      { name: 'bin/hard', type: 'link', linkname: 'bin/busybox' },
    ]);
    expect(await readlink(path.join(root, 'usr/bin/sh'))).toBe('../../bin/busybox');
    expect(await readFile(path.join(root, 'usr/bin/sh'), 'utf8')).toBe('busy');
    expect(await readFile(path.join(root, 'bin/hard'), 'utf8')).toBe('busy');
    expect(await readFile(path.join(root, 'usr/lib/x'), 'utf8')).toBe('x');
  });

  test.each<[string, readonly TarEntry[]]>([
    ['a path with ..', [{ name: '../evil', content: '' }]],
    ['a path with .. in the middle', [{ name: 'a/../../evil', content: '' }]],
    ['an absolute path', [{ name: '/evil', content: '' }]],
    ['a link that leads out', [link('evil', '../../outside')]],
    ['a link that leads out from where it really is', [link('a/b/c', '/'), link('a/b/c/l', '../../x')]],
    ['a hard link from outside', [{ name: 'evil', type: 'link', linkname: '../../../etc/passwd' }]],
    ['a whiteout of the folder above', [{ name: 'a/.wh...', content: '' }]],
  ])('is refused with %s, and nothing of it stays', async (_, entries) => {
    const before = await readdir(folder);
    await expect(unpacked(entries)).rejects.toThrow('leads out of the image');
    expect(await readdir(folder)).toEqual(before);
    expect(await readdir(path.dirname(folder))).not.toContain('evil');
  });

  test('is refused when a layer is not what the configuration says', async () => {
    const config = json({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.from('other'))] },
    });
    const layer = new Uint8Array(1024);
    for (const part of [config, layer]) await client.pushBlob('images', digestOf(part), part);
    const described = (part: Uint8Array, mediaType: string) => ({
      mediaType,
      digest: digestOf(part),
      size: part.length,
    });
    const manifest = json({
      schemaVersion: 2,
      config: described(config, OCI.config),
      layers: [described(layer, OCI.layer)],
    });
    await client.putManifest('images', 'forged', OCI.manifest, manifest);
    await expect(unpack(':forged')).rejects.toThrow('not sha256:');
  });

  test('is unpacked once, also when several ask at once', async () => {
    const digest = await pushImage(client, 'images', 'once', { layers: [[{ name: 'f', content: 'f' }]] });
    const all = await Promise.all([unpack(':once'), unpack(':once'), unpack(`@${digest}`)]);
    expect(new Set(all.map(({ root }) => root)).size).toBe(1);
    const { root } = await unpack(':once');
    const { ino } = await stat(path.join(root, 'f'));
    await unpack(`@${digest}`);
    expect((await stat(path.join(root, 'f'))).ino).toBe(ino);
  });

  test('of an index is the one for this machine', async () => {
    const manifests = [];
    for (const architecture of ['amd64', 'arm64', 's390x']) {
      const digest = await pushImage(client, 'images', architecture, {
        layers: [[{ name: 'arch', content: architecture }]],
        architecture,
      });
      manifests.push({ mediaType: OCI.manifest, digest, size: 1, platform: { os: 'linux', architecture } });
    }
    await client.putManifest('images', 'index', OCI.index, json({ schemaVersion: 2, manifests }));
    const { root } = await unpack(':index');
    const own = process.arch === 'x64' ? 'amd64' : process.arch;
    expect(await readFile(path.join(root, 'arch'), 'utf8')).toBe(own);
    await client.putManifest('images', 'other', OCI.index, json({ schemaVersion: 2, manifests: manifests.slice(2) }));
    await expect(unpack(':other')).rejects.toThrow(`no image for linux/${own}`);
  });

  test('that is not there is an error of its own', async () => {
    await expect(unpack(':absent')).rejects.toThrow(ImageNotFoundError);
    await expect(unpack(`@sha256:${'0'.repeat(64)}`)).rejects.toThrow('not found');
  });
});
