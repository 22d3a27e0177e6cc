import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { digestOf, DOCKER, OCI } from '../../../../../../actions/lib/image/manifest.ts';
import { RegistryClient } from '../../../../../../actions/lib/image/registry-client.ts';
import { json, pushImage } from './images.ts';
import { basic, startTestRegistry, type TestRegistry } from './registry.ts';

// Beside other suites five seconds are not much.
jest.setTimeout(30_000);

let registry: TestRegistry;
let client: RegistryClient;

beforeAll(async () => {
  registry = await startTestRegistry({
    open: { immutableTags: false },
    'team/fixed': { immutableTags: true },
    chunks: { immutableTags: false },
    listed: { immutableTags: false },
    lists: { immutableTags: false },
  });
  client = new RegistryClient(registry.host, { credentials: registry.login });
});
afterAll(() => registry.end());

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function call(method: string, path: string, init: { body?: string; headers?: Record<string, string> } = {}) {
  const answer = await fetch(new URL(path, registry.url), {
    method,
    ...init,
    headers: { authorization: basic(registry.login), ...init.headers },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

function errorCode(text: string): string {
  return JSON.parse(text).errors[0].code;
}

describe('the registry', () => {
  test('lets nobody in without the login, and says which kind it wants', async () => {
    for (const authorization of ['', basic({ username: 'AWS', password: 'wrong' })]) {
      const { status, headers, text } = await call('GET', '/v2/', { headers: { authorization } });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(errorCode(text)).toBe('UNAUTHORIZED');
    }
    expect((await call('GET', '/v2/')).status).toBe(200);
  });

  test('takes a blob whole, and gives it back', async () => {
    const digest = digestOf(bytes('hello'));
    expect(await client.hasBlob('open', digest)).toBe(false);
    await client.pushBlob('open', digest, bytes('hello'));
    expect(await client.hasBlob('open', digest)).toBe(true);
    expect((await client.blob('open', digest)).toString()).toBe('hello');
    const head = await call('HEAD', `/v2/open/blobs/${digest}`);
    expect(head.headers.get('content-length')).toBe('5');
    expect(head.headers.get('docker-content-digest')).toBe(digest);
  });

  test('takes a blob with the first request too', async () => {
    const digest = digestOf(bytes('at once'));
    const { status, headers } = await call('POST', `/v2/open/blobs/uploads/?digest=${digest}`, { body: 'at once' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v2/open/blobs/${digest}`);
    expect((await client.blob('open', digest)).toString()).toBe('at once');
  });

  test('takes a blob in chunks, in order', async () => {
    const location = (await call('POST', '/v2/chunks/blobs/uploads/')).headers.get('location') ?? '';
    const first = await call('PATCH', location, { body: 'one ', headers: { 'content-range': '0-3' } });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-3']);
    const outOfOrder = await call('PATCH', location, { body: 'three', headers: { 'content-range': '8-12' } });
    expect([outOfOrder.status, errorCode(outOfOrder.text)]).toEqual([416, 'BLOB_UPLOAD_INVALID']);
    expect((await call('GET', location)).headers.get('range')).toBe('0-3');
    await call('PATCH', location, { body: 'two ' });
    const digest = digestOf(bytes('one two three'));
    const last = await call('PUT', `${location}?digest=${digest}`, { body: 'three' });
    expect(last.status).toBe(201);
    expect((await client.blob('chunks', digest)).toString()).toBe('one two three');
    expect(errorCode((await call('GET', location)).text)).toBe('BLOB_UPLOAD_UNKNOWN');
  });

  test('forgets an upload that is cancelled', async () => {
    const location = (await call('POST', '/v2/chunks/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call('DELETE', location)).status).toBe(204);
    expect((await call('PATCH', location, { body: 'x' })).status).toBe(404);
  });

  test('refuses a blob, and a manifest, that is not what its digest says', async () => {
    const wrong = digestOf(bytes('something else'));
    await expect(client.pushBlob('open', wrong, bytes('this'))).rejects.toMatchObject({ code: 'DIGEST_INVALID' });
    expect(await client.hasBlob('open', wrong)).toBe(false);
    await expect(client.putManifest('open', wrong, OCI.manifest, bytes('{}'))).rejects.toMatchObject({
      code: 'DIGEST_INVALID',
    });
  });

  test('lets another repository have a blob without sending it again', async () => {
    const digest = digestOf(bytes('shared'));
    await client.pushBlob('open', digest, bytes('shared'));
    expect(await client.hasBlob('chunks', digest)).toBe(false);
    expect(await client.mountBlob('chunks', digest, 'open')).toBe(true);
    expect((await client.blob('chunks', digest)).toString()).toBe('shared');
    expect(await client.mountBlob('chunks', digestOf(bytes('nowhere')), 'open')).toBe(false);
  });

  test('gives an image by tag and by digest, with its media type', async () => {
    const digest = await pushImage(client, 'open', 'v1', { layers: [[{ name: 'a', content: 'a' }]] });
    expect(await client.manifest('open', 'v1')).toMatchObject({ digest, mediaType: OCI.manifest });
    expect(await client.manifest('open', digest)).toMatchObject({ digest });
    expect(await client.manifest('open', 'v2')).toBeUndefined();
    const head = await call('HEAD', '/v2/open/manifests/v1');
    expect([head.status, head.headers.get('docker-content-digest'), head.text]).toEqual([200, digest, '']);
  });

  test('moves a tag of a repository whose tags may move', async () => {
    const first = await pushImage(client, 'open', 'latest', { layers: [[{ name: 'a', content: '1' }]] });
    const second = await pushImage(client, 'open', 'latest', { layers: [[{ name: 'a', content: '2' }]] });
    expect(second).not.toBe(first);
    expect((await client.manifest('open', 'latest'))?.digest).toBe(second);
    expect((await client.manifest('open', first))?.digest).toBe(first);
  });

  test('keeps an immutable tag where it is, with ECR’s own words, also for the same image again', async () => {
    const image = { layers: [[{ name: 'a', content: 'fixed' }]] };
    const digest = await pushImage(client, 'team/fixed', 'v1', image);
    const refusal = {
      status: 400,
      code: 'TAG_INVALID',
      message: expect.stringContaining(
        "The image tag 'v1' already exists in the 'team/fixed' repository and cannot be overwritten because the repository is immutable.",
      ),
    };
    await expect(pushImage(client, 'team/fixed', 'v1', image)).rejects.toMatchObject(refusal);
    const other = { layers: [[{ name: 'a', content: 'other' }]] };
    await expect(pushImage(client, 'team/fixed', 'v1', other)).rejects.toMatchObject(refusal);
    expect((await client.manifest('team/fixed', 'v1'))?.digest).toBe(digest);
  });

  test('lets one of two have an immutable tag that both push at once', async () => {
    const results = await Promise.allSettled(
      ['one', 'two', 'three'].map((content) =>
        pushImage(client, 'team/fixed', 'race', { layers: [[{ name: 'a', content }]] }),
      ),
    );
    const pushed = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(pushed).toEqual([(await client.manifest('team/fixed', 'race'))?.digest]);
  });

  test('refuses a manifest that names what was not pushed, and what is none', async () => {
    const part = { mediaType: OCI.layer, digest: digestOf(bytes('never pushed')), size: 1 };
    const manifest = json({ schemaVersion: 2, config: part, layers: [part] });
    await expect(client.putManifest('open', 'v9', OCI.manifest, manifest)).rejects.toMatchObject({
      code: 'MANIFEST_BLOB_UNKNOWN',
    });
    for (const [type, text] of [
      [OCI.manifest, 'no JSON'],
      [DOCKER.manifest, '{"schemaVersion":1}'],
      ['text/plain', '{}'],
    ] as const) {
      await expect(client.putManifest('open', 'v9', type, bytes(text))).rejects.toMatchObject({
        code: 'MANIFEST_INVALID',
      });
    }
    expect(await client.manifest('open', 'v9')).toBeUndefined();
  });

  test('lists tags, in pages', async () => {
    for (const tag of ['b', 'c', 'a']) await pushImage(client, 'listed', tag, { layers: [] });
    expect(JSON.parse((await call('GET', '/v2/listed/tags/list')).text)).toEqual({
      name: 'listed',
      tags: ['a', 'b', 'c'],
    });
    const page = await call('GET', '/v2/listed/tags/list?n=2');
    expect(JSON.parse(page.text).tags).toEqual(['a', 'b']);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(JSON.parse((await call('GET', next)).text).tags).toEqual(['c']);
    expect(JSON.parse((await call('GET', '/v2/lists/tags/list')).text).tags).toEqual([]);
  });

  test('says what it has not: a repository, a blob, an operation', async () => {
    const absent = digestOf(bytes('absent'));
    const answers = await Promise.all([
      call('GET', '/v2/nobody/tags/list'),
      call('GET', `/v2/open/blobs/${absent}`),
      call('GET', '/v2/open/blobs/..%2f..%2fsecret'),
      call('DELETE', '/v2/open/manifests/v1'),
      call('GET', '/v2/_catalog'),
    ]);
    expect(answers.map(({ status, text }) => [status, errorCode(text)])).toEqual([
      [404, 'NAME_UNKNOWN'],
      [404, 'BLOB_UNKNOWN'],
      [404, 'BLOB_UNKNOWN'],
      [405, 'UNSUPPORTED'],
      [404, 'UNSUPPORTED'],
    ]);
  });

  test('removes at the next start what no image refers to', async () => {
    const kept = await pushImage(client, 'chunks', 'kept', { layers: [[{ name: 'k', content: 'kept' }]] });
    const gone = await pushImage(client, 'chunks', 'gone', { layers: [[{ name: 'g', content: 'gone' }]] });
    const layerOf = async (digest: string): Promise<string> =>
      JSON.parse((await registry.content.read(digest)).toString()).layers[0].digest;
    const [keptLayer, goneLayer] = [await layerOf(kept), await layerOf(gone)];
    const image = registry.content.image('chunks', { tag: 'gone' });
    if (image === undefined) throw new Error('It was pushed.');
    registry.content.remove('chunks', image, 'gone');
    expect(await client.manifest('chunks', gone)).toBeUndefined();
    await registry.content.sweep();
    expect(await client.hasBlob('chunks', keptLayer)).toBe(true);
    expect(await client.hasBlob('chunks', goneLayer)).toBe(false);
    await expect(registry.content.read(goneLayer)).rejects.toThrow('ENOENT');
    expect(registry.reports).toEqual([]);
  });
});
