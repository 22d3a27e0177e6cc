import { afterAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedPackage } from '../../lib/aws/deployed-packages.ts';
import type { LambdaPackage } from '../../lib/packaging/package.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { FakeStore } from '../../lib/test/fakes/package-store.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

function prepare() {
  const terraform = folders.make();
  const packages = ['ant', 'zebra'].map((id): LambdaPackage => {
    const file = join(terraform, `${id}.zip`);
    writeFileSync(file, `the zip of ${id}`);
    const hash = createHash('sha256').update(readFileSync(file)).digest();
    const sha256 = hash.toString('hex');
    return { id, file, key: `lambdas/${id}/${sha256}.zip`, sha256, sha256Base64: hash.toString('base64'), bytes: 2048 };
  });
  const [ant, zebra] = packages;
  if (ant === undefined || zebra === undefined) throw new Error('There are two.');
  const store = new FakeStore();
  const log = recordingLog();
  const summaries: string[] = [];
  let stores = 0;
  const deps: Deps = {
    packageLambdas: () => Promise.resolve(packages),
    store: () => {
      stores += 1;
      return Promise.resolve(store);
    },
    deployed: () => Promise.reject(new Error('Nobody has asked for it.')),
    log,
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
  };
  const inputs = { lambdas: '/lambdas', terraform, upload: true };
  return { inputs, deps, store, log, summaries, ant, zebra, stores: () => stores };
}

describe('publishing', () => {
  test('uploads every package under the name of its content, and writes the manifest', async () => {
    const { inputs, deps, store, log, summaries, ant, zebra } = prepare();
    const { manifest, packages } = await run(inputs, deps);
    expect(store.writes).toEqual([ant.key, zebra.key]);
    expect(packages).toEqual(
      [ant, zebra].map(({ id, key, sha256, bytes }) => ({ id, key, sha256, bytes, uploaded: true })),
    );
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toEqual({
      lambda_packages: {
        ant: { key: ant.key, sha256_base64: ant.sha256Base64, bytes: 2048 },
        zebra: { key: zebra.key, sha256_base64: zebra.sha256Base64, bytes: 2048 },
      },
    });
    expect(log.text()).toContain(`ant: 2.0 KiB, ${ant.sha256.slice(0, 12)}, uploaded`);
    expect(summaries[0]).toContain(`| \`ant\` | 2.0 KiB | \`${ant.sha256.slice(0, 12)}\` | uploaded |`);
  });

  test('again uploads nothing', async () => {
    const { inputs, deps, store, log } = prepare();
    const first = await run(inputs, deps);
    const text = readFileSync(first.manifest, 'utf8');
    const second = await run(inputs, deps);
    expect(store.writes).toHaveLength(2);
    expect(second.packages.map(({ uploaded }) => uploaded)).toEqual([false, false]);
    expect(log.text()).toContain('there already');
    expect(readFileSync(second.manifest, 'utf8')).toBe(text);
  });

  test('goes on where it was interrupted', async () => {
    const { inputs, deps, store, zebra, ant } = prepare();
    store.objects.set(ant.key, { checksum: ant.sha256Base64 });
    const { packages } = await run(inputs, deps);
    expect(store.writes).toEqual([zebra.key]);
    expect(packages.map(({ uploaded }) => uploaded)).toEqual([false, true]);
  });

  test('without upload asks for no store, and writes the manifest all the same', async () => {
    const { inputs, deps, store, stores, summaries, ant } = prepare();
    const { manifest, packages } = await run({ ...inputs, upload: false }, deps);
    expect(stores()).toBe(0);
    expect(store.writes).toEqual([]);
    expect(packages.every(({ uploaded }) => !uploaded)).toBe(true);
    expect(readFileSync(manifest, 'utf8')).toContain(ant.key);
    expect(summaries[0]).toContain('packaged only');
  });

  test.each([
    ['something else', 'b3RoZXI='],
    ['no checksum', undefined],
  ])('refuses an object that holds %s, and overwrites nothing', async (what, checksum) => {
    const { inputs, deps, store, zebra } = prepare();
    store.objects.set(zebra.key, { checksum });
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: `The object ${zebra.key} in the artifacts bucket holds ${what}.`,
      hint: 'Nothing was overwritten. Find out who wrote it, delete it, and run this again.',
    });
    expect(store.objects.get(zebra.key)).toEqual({ checksum });
  });

  test('is compared with what an environment runs now: new, the same, or another by how much', async () => {
    const { inputs, deps, summaries, ant, zebra } = prepare();
    const deployed = (...found: [string, DeployedPackage][]) => ({
      ...deps,
      deployed: () => Promise.resolve(new Map(found)),
    });
    const beside = { ...inputs, environment: 'test' } as const;
    await run(beside, deployed(['ant', { sha256Base64: ant.sha256Base64, bytes: 2048 }]));
    expect(summaries[0]).toContain('| lambda | size | sha256 | | beside `test` now |');
    expect(summaries[0]).toContain('| uploaded | the same |');
    expect(summaries[0]).toContain('| uploaded | new |');
    const other = 'b3RoZXI=';
    await run(
      beside,
      deployed(['ant', { sha256Base64: other, bytes: 1024 }], ['zebra', { sha256Base64: other, bytes: 3584 }]),
    );
    expect(summaries[1]).toContain(`\`${ant.sha256.slice(0, 12)}\` | there already | another, +1.0 KiB |`);
    expect(summaries[1]).toContain(`\`${zebra.sha256.slice(0, 12)}\` | there already | another, −1.5 KiB |`);
    await run(beside, deployed(['ant', { sha256Base64: other, bytes: 2048 }]));
    expect(summaries[2]).toContain('another, as large');
  });

  test('that cannot be compared is published all the same', async () => {
    const { inputs, deps, summaries, log } = prepare();
    const broken = { ...deps, deployed: () => Promise.reject(new Error('not authorized')) };
    expect((await run({ ...inputs, environment: 'test' }, broken)).packages).toHaveLength(2);
    expect(summaries[0]).not.toContain('beside');
    expect(log.text()).toContain('The packages could not be compared with those of "test": not authorized');
  });
});
