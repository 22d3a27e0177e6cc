import { describe, expect, test } from '@jest/globals';
import type { ImageScan } from '../../lib/image/repository.ts';
import { FakeImages } from '../../lib/test/fakes/images.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { run, type Deps } from '../src/run.ts';

const COMMIT = 'c'.repeat(40);
const DIGEST = `sha256:${'1'.repeat(64)}`;

function prepare(scans: ImageScan[]) {
  const images = new FakeImages();
  images.scans = scans;
  const log = recordingLog();
  const summaries: string[] = [];
  const slept: number[] = [];
  const deps: Deps = {
    images,
    builder: () =>
      Promise.resolve({
        name: 'a fake',
        buildAndPush: ({ tag }) => {
          images.push(DIGEST, tag);
          return Promise.resolve(undefined);
        },
      }),
    log,
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  };
  const publish = () =>
    run({ version: COMMIT, root: '/', dockerfile: 'service/Dockerfile', platform: 'linux/amd64' }, deps);
  return { publish, images, log, summaries, slept };
}

const done = (counts: Record<string, number> = {}): ImageScan => ({ kind: 'done', counts });

describe('the summary', () => {
  test('says what it is, how large, and that it was built', async () => {
    const { publish, summaries, log, slept } = prepare([done()]);
    expect(await publish()).toMatchObject({ digest: DIGEST, uri: `registry.example/service@${DIGEST}`, built: true });
    expect(summaries[0]).toContain(`| \`${COMMIT}\` | 1.0 KiB | \`sha256:111111111111\` | built | nothing found |`);
    expect(summaries[0]).toContain(`\`registry.example/service@${DIGEST}\``);
    expect(log.text()).toContain('Scan: nothing found');
    expect(slept).toEqual([]);
  });

  test('says if it was there already (K20)', async () => {
    const { publish, images, summaries } = prepare([done({ LOW: 2, HIGH: 1 })]);
    images.push(DIGEST, COMMIT);
    expect(await publish()).toMatchObject({ built: false });
    expect(summaries[0]).toContain('| there already | 1 high, 2 low |');
  });
});

describe('the scan', () => {
  test('is waited for a little', async () => {
    const { publish, summaries, slept } = prepare([{ kind: 'pending' }, { kind: 'pending' }, done({ MEDIUM: 3 })]);
    await publish();
    expect(summaries[0]).toContain('3 medium');
    expect(slept).toEqual([5000, 5000]);
  });

  test('that takes longer is said to be not ready, and nothing is red', async () => {
    const { publish, summaries, slept } = prepare([{ kind: 'pending' }]);
    await publish();
    expect(summaries[0]).toContain('| not ready yet |');
    expect(slept).toHaveLength(5);
  });

  test('that begins after the push is waited for, and one that never does is not', async () => {
    const begins = prepare([{ kind: 'unscanned' }, { kind: 'pending' }, done()]);
    await begins.publish();
    expect(begins.slept).toEqual([2000, 5000]);
    expect(begins.summaries[0]).toContain('nothing found');
    const never = prepare([{ kind: 'unscanned' }]);
    await never.publish();
    await never.publish();
    expect(never.slept).toEqual([2000]);
    expect(never.summaries[1]).toContain('not begun, or nothing is scanned here');
  });

  test('with critical findings is a warning', async () => {
    const { publish, log } = prepare([done({ CRITICAL: 1, HIGH: 4 })]);
    await publish();
    expect(log.lines.filter(({ level }) => level === 'warning')).toEqual([
      { level: 'warning', text: `The image of ${COMMIT} has critical vulnerabilities: 1 critical, 4 high.` },
    ]);
  });

  test('that cannot be made says why', async () => {
    const { publish, summaries } = prepare([{ kind: 'none', why: 'UnsupportedImageError: <b>' }]);
    await publish();
    expect(summaries[0]).toContain('none (UnsupportedImageError\\: &#60;b&#62;)');
  });

  test('that may not be read is a warning, and the image counts', async () => {
    const { publish, images, summaries, log } = prepare([]);
    images.scan = () => Promise.reject(new Error('not authorized'));
    expect(await publish()).toMatchObject({ digest: DIGEST });
    expect(summaries[0]).toContain('could not be read');
    expect(log.text()).toContain('The scan of the image could not be read: not authorized');
  });
});
