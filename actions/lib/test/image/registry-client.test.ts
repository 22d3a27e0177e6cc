import { describe, expect, test } from '@jest/globals';
import { digestOf, OCI } from '../../image/manifest.ts';
import { RegistryClient, RegistryError, RegistryUnreachableError } from '../../image/registry-client.ts';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

/** A network whose answers are made by the test. */
function network(answer: (asked: Asked, count: number) => Response | Error) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    const request = {
      method: init?.method ?? 'GET',
      url: url instanceof Request ? url.url : url.toString(),
      authorization: headers.get('authorization') ?? undefined,
    };
    asked.push(request);
    const given = answer(request, asked.length);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
  return { asked, fetch };
}

const manifest = Buffer.from('{}');
const found = (): Response => new Response(manifest, { headers: { 'content-type': OCI.manifest } });
const challenge = (value: string): Response =>
  new Response('', { status: 401, headers: { 'www-authenticate': value } });

describe('a registry', () => {
  test('that wants a token gets one for this repository, anonymously', async () => {
    const { asked, fetch } = network(({ url, authorization }) => {
      if (url.startsWith('https://auth.example/')) return Response.json({ token: 'T' });
      return authorization === 'Bearer T'
        ? found()
        : challenge('Bearer realm="https://auth.example/token",service="registry.example"');
    });
    const client = new RegistryClient('registry.example', { fetch });
    expect((await client.manifest('team/name', 'v1'))?.digest).toBe(digestOf(manifest));
    await client.manifest('team/name', 'v2');
    expect(asked.map(({ method, url, authorization }) => [method, url, authorization])).toEqual([
      ['GET', 'https://registry.example/v2/team/name/manifests/v1', undefined],
      ['GET', 'https://auth.example/token?service=registry.example&scope=repository%3Ateam%2Fname%3Apull', undefined],
      ['GET', 'https://registry.example/v2/team/name/manifests/v1', 'Bearer T'],
      ['GET', 'https://registry.example/v2/team/name/manifests/v2', 'Bearer T'],
    ]);
  });

  test('may say the scope itself (ECR Public), and exchange a login for the token', async () => {
    const { asked, fetch } = network(({ url, authorization }) => {
      if (url.startsWith('https://public.example/token/')) return Response.json({ access_token: 'T' });
      return authorization === 'Bearer T'
        ? found()
        : challenge('Bearer realm="https://public.example/token/",service="public.example",scope="aws"');
    });
    const credentials = { username: 'u', password: 'p' };
    await new RegistryClient('public.example', { fetch, credentials }).manifest('n', 'v1');
    expect(asked[1]).toEqual({
      method: 'GET',
      url: 'https://public.example/token/?service=public.example&scope=aws',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
  });

  test('gets the login only after it has asked for it, and no second time', async () => {
    const { asked, fetch } = network(() => challenge('Basic realm="x"'));
    const client = new RegistryClient('registry.example', { fetch, credentials: { username: 'u', password: 'p' } });
    await expect(client.manifest('n', 'v1')).rejects.toThrow('registry.example refused the manifest n:v1');
    expect(asked.map(({ authorization }) => authorization !== undefined)).toEqual([false, true]);
    await expect(client.manifest('n', 'v1')).rejects.toThrow('registry.example wants another login for n.');
  });

  test.each(['Bearer realm="http://elsewhere.example/token"', 'Bearer realm="nonsense"', 'Digest realm="x"', ''])(
    'gets no login for the challenge "%s"',
    async (value) => {
      const { asked, fetch } = network(() => challenge(value));
      const client = new RegistryClient('registry.example', { fetch, credentials: { username: 'u', password: 'p' } });
      await expect(client.manifest('n', 'v1')).rejects.toThrow('wants another login');
      expect(asked).toHaveLength(1);
    },
  );

  test('that sends something else than was asked for is not believed', async () => {
    const { fetch } = network(() => found());
    const client = new RegistryClient('registry.example', { fetch });
    const digest = digestOf(Buffer.from('other'));
    await expect(client.manifest('n', digest)).rejects.toThrow(`registry.example sent something else than ${digest}.`);
    await expect(client.blob('n', digest)).rejects.toThrow('sent something else');
  });

  test('that is busy is asked again when nothing can be done twice by it', async () => {
    const { asked, fetch } = network((_, count) => (count === 1 ? new Response('', { status: 503 }) : found()));
    const client = new RegistryClient('registry.example', { fetch });
    expect(await client.manifest('n', 'v1')).toBeDefined();
    expect(asked).toHaveLength(2);
    const down = network(() => new Response('', { status: 503 }));
    const push = new RegistryClient('registry.example', { fetch: down.fetch }).pushBlob('n', 'd', new Uint8Array());
    await expect(push).rejects.toThrow('status 503');
    expect(down.asked).toHaveLength(1);
  });

  test('that does not answer is said to', async () => {
    const { asked, fetch } = network(() => new TypeError('fetch failed'));
    const client = new RegistryClient('registry.example', { fetch });
    await expect(client.hasBlob('n', 'd')).rejects.toThrow(RegistryUnreachableError);
    expect(asked).toHaveLength(3);
  });

  test('that refuses is quoted with its code', async () => {
    const errors = [{ code: 'TAG_INVALID', message: 'no' }];
    const { fetch } = network(() => Response.json({ errors }, { status: 400 }));
    const client = new RegistryClient('registry.example', { fetch });
    const refusal = client.putManifest('n', 'v1', OCI.manifest, new Uint8Array());
    await expect(refusal).rejects.toThrow(RegistryError);
    await expect(refusal).rejects.toMatchObject({ code: 'TAG_INVALID', status: 400 });
  });
});
