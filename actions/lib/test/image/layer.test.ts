import { afterAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { collectEntries, makeLayer } from '../../image/layer.ts';
import { digestOf } from '../../image/manifest.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

function tree(): string {
  const root = folders.make();
  mkdirSync(join(root, 'dist/docs'), { recursive: true });
  writeFileSync(join(root, 'dist/server.mjs'), 'serve()');
  writeFileSync(join(root, 'dist/docs/index.html'), '<p>');
  writeFileSync(join(root, 'dist/tool'), '#!', { mode: 0o755 });
  return root;
}

const copy = { source: 'dist', target: '/app', intoFolder: true, uid: 0, gid: 0 };
const stage = { config: {}, folders: ['/app'], copies: [copy], lines: [] };

async function listing(bytes: Uint8Array): Promise<unknown[]> {
  const reading = extract();
  reading.end(gunzipSync(bytes));
  const found: unknown[] = [];
  for await (const entry of reading) {
    const { name, mode, uid, gid, mtime, type } = entry.header;
    found.push([type, name, mode.toString(8), `${uid}:${gid}`, mtime.getTime()]);
    entry.resume();
  }
  return found;
}

describe('the layer', () => {
  test('holds the folders and files, sorted, without times, owned by root', async () => {
    const layer = await makeLayer(await collectEntries(tree(), stage));
    expect(await listing(layer.bytes)).toEqual([
      ['directory', 'app/', '755', '0:0', 0],
      ['directory', 'app/docs/', '755', '0:0', 0],
      ['file', 'app/docs/index.html', '644', '0:0', 0],
      ['file', 'app/server.mjs', '644', '0:0', 0],
      ['file', 'app/tool', '755', '0:0', 0],
    ]);
    expect(layer.digest).toBe(digestOf(layer.bytes));
    expect(layer.diffId).toBe(digestOf(gunzipSync(layer.bytes)));
    expect(layer.files).toContainEqual({ path: '/app/server.mjs', bytes: 7 });
  });

  test('is the same bytes whenever and wherever it is made', async () => {
    const [one, two] = [tree(), tree()];
    utimesSync(join(two, 'dist/server.mjs'), 1, 1);
    chmodSync(join(two, 'dist/server.mjs'), 0o600);
    const layers = await Promise.all([one, two].map(async (root) => makeLayer(await collectEntries(root, stage))));
    expect(layers[0]?.digest).toBe(layers[1]?.digest);
    // What a change of the packing or of the compression changes, for every image: on purpose only.
    expect(layers[0]?.digest).toMatchInlineSnapshot(
      `"sha256:c5720e3f1ef1261d01c828ff31bf1730286e5b6e216989054817960e68a29c2f"`,
    );
  });

  test('gives a file the name that the Dockerfile gives it', async () => {
    const entries = await collectEntries(tree(), {
      ...stage,
      folders: [],
      copies: [
        { ...copy, source: 'dist/server.mjs', target: '/app/main.mjs', intoFolder: false },
        { ...copy, source: 'dist/server.mjs', target: '/app', uid: 7, gid: 8 },
      ],
    });
    expect(entries.map(({ path, uid, gid }) => [path, uid, gid])).toEqual([
      ['app/main.mjs', 0, 0],
      ['app/server.mjs', 7, 8],
    ]);
  });

  test('is refused when the build has not made a file, or has made a link', async () => {
    const root = tree();
    await expect(collectEntries(root, { ...stage, copies: [{ ...copy, source: 'out' }] })).rejects.toThrow(
      'The build has not made out, which the image needs.',
    );
    symlinkSync('server.mjs', join(root, 'dist/link.mjs'));
    await expect(collectEntries(root, stage)).rejects.toThrow('dist/link.mjs is neither a file nor a folder.');
  });
});
