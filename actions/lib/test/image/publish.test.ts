import { describe, expect, test } from '@jest/globals';
import { TagTakenError, type BuildRequest, type ImageBuilder } from '../../image/builder.ts';
import { describeContents } from '../../image/contents.ts';
import { publishImage, type PublishInputs } from '../../image/publish.ts';
import { FakeImages } from '../fakes/images.ts';
import { recordingLog } from '../fakes/log.ts';

const inputs: PublishInputs = {
  version: 'c0ffee',
  root: '/repository',
  dockerfile: 'service/Dockerfile',
  platform: 'linux/amd64',
};

/** Pushes an image of its own, if nobody was faster. */
function fakeBuilder(images: FakeImages, digest: string, onBuild: () => void = () => {}) {
  const requests: BuildRequest[] = [];
  const builder: ImageBuilder = {
    name: 'a fake',
    buildAndPush: (request) => {
      requests.push(request);
      onBuild();
      images.push(digest, request.tag);
      const contents = {
        base: 'node:24',
        baseBytes: 50 * 1024 ** 2,
        layerBytes: 1000,
        files: [{ path: '/app/a', bytes: 2048 }],
      };
      return Promise.resolve(contents);
    },
  };
  return { requests, builder: () => Promise.resolve(builder) };
}

describe('publishing an image', () => {
  test('builds it, tags the first one "initial", and says what it is by digest', async () => {
    const images = new FakeImages();
    const { requests, builder } = fakeBuilder(images, 'sha256:1');
    const log = recordingLog();
    const result = await publishImage({ ...inputs, baseImage: 'mirror/node:24' }, { images, builder, log });
    expect(result).toMatchObject({ uri: 'registry.example/service@sha256:1', digest: 'sha256:1', built: true });
    expect(images.tagged).toEqual(
      new Map([
        ['c0ffee', 'sha256:1'],
        ['initial', 'sha256:1'],
      ]),
    );
    expect(requests[0]).toMatchObject({
      tag: 'c0ffee',
      uri: 'registry.example/service',
      args: { VERSION: 'c0ffee', BASE_IMAGE: 'mirror/node:24' },
    });
    expect(log.text()).not.toContain('secret');
    expect(describeContents(result).join('\n')).toContain('2.0 KiB /app/a');
  });

  test('of a commit that has one builds nothing (K20)', async () => {
    const images = new FakeImages();
    images.push('sha256:old', 'initial');
    images.push('sha256:1', 'c0ffee');
    const { requests, builder } = fakeBuilder(images, 'sha256:2');
    const result = await publishImage(inputs, { images, builder, log: recordingLog() });
    expect(result).toMatchObject({ digest: 'sha256:1', built: false });
    expect(requests).toEqual([]);
    expect(images.logins).toBe(0);
    expect(images.tagged.get('initial')).toBe('sha256:old');
  });

  test('makes up for an "initial" that an interrupted run left out', async () => {
    const images = new FakeImages();
    images.push('sha256:1', 'c0ffee');
    await publishImage(inputs, { images, ...fakeBuilder(images, 'sha256:2'), log: recordingLog() });
    expect(images.tagged.get('initial')).toBe('sha256:1');
  });

  test('while somebody else is faster ends with theirs (K20)', async () => {
    const images = new FakeImages();
    const slow = fakeBuilder(images, 'sha256:slow', () => images.push('sha256:fast', 'c0ffee'));
    const result = await publishImage(inputs, { images, ...slow, log: recordingLog() });
    expect(result).toMatchObject({ digest: 'sha256:fast', built: false });
  });

  test('whose push is refused for another reason fails', async () => {
    const images = new FakeImages();
    const builder = (error: Error) => async (): Promise<ImageBuilder> => ({
      name: 'broken',
      buildAndPush: async () => {
        throw error;
      },
    });
    const log = recordingLog();
    const taken = new TagTakenError('tag invalid');
    await expect(publishImage(inputs, { images, builder: builder(taken), log })).rejects.toBe(taken);
    images.push('sha256:1', 'other');
    const broken = new Error('disk full');
    await expect(publishImage(inputs, { images, builder: builder(broken), log })).rejects.toBe(broken);
    expect(images.tagged.has('initial')).toBe(false);
  });
});
