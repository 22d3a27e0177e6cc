import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiKeyOf } from '../demo/service.ts';
import { runLoop, type LoopResult, type Stage } from '../demo/loop.ts';
import { judge } from '../demo/verdict.ts';
import { down, up } from '../sandbox/client.ts';
import type { SandboxInfo } from '../sandbox/state.ts';

/** The same loop as `make demo`, with its promises as tests. */
describe('the loop, from pull request to production', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let result: LoopResult;

  const quiet: Stage = { step: (_title, body) => body(), show: () => undefined, tell: () => undefined };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await up(dir, 'mine', { account: 'empty' });
    result = await runLoop(sandbox, join(dir, 'clone'), quiet, new AbortController().signal, { checks: false });
  }, 15 * 60_000);

  afterAll(async () => {
    await down(dir);
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  test('keeps every promise of the demo', () => {
    expect(judge(result).filter(({ ok }) => !ok)).toEqual([]);
    expect(judge(result).length).toBeGreaterThanOrEqual(17);
  });

  test('deploys from main the very object that the pull request planned', async () => {
    const log = (await runTexts(sandbox)).map(({ text }) => text).join('\n');
    const named = (state: string): Set<string> =>
      new Set(
        [...log.matchAll(new RegExp(`replace-strings: [\\d.]+ KiB, ([0-9a-f]{12}), ${state}`, 'g'))].map(
          ([, sha = '']) => sha,
        ),
      );
    // Main uploaded the first state and the two merged changes; plans and reviews packaged the same, and uploaded nothing.
    const uploaded = [...named('uploaded')];
    expect(uploaded).toHaveLength(3);
    expect(named('packaged')).toEqual(new Set(uploaded));
    expect(result.planComments[0]?.body).toContain(`lambdas/replace-strings/${uploaded[1]}`);
  });

  test('shows the API keys in no log, summary, file of a run, comment or commit', async () => {
    const keys = [
      ...Object.values(result.api.keys),
      await apiKeyOf(sandbox, '/rest-api-test/service/api-key-a'),
      await apiKeyOf(sandbox, '/rest-api-test/service/api-key-b'),
    ];
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key.length).toBeGreaterThanOrEqual(20);
    const comments = [...result.planComments, ...result.badPlanComments, ...result.editedComments];
    const texts = [
      ...(await runTexts(sandbox)),
      ...comments.map(({ id, body }) => ({ file: `comment ${id}`, text: body })),
    ];
    expect(texts.length).toBeGreaterThan(15);
    for (const { file, text } of texts) {
      const found = keys.filter((key) => text.includes(key)).length;
      expect({ file, found }).toEqual({ file, found: 0 });
    }
  });

  test('gives the GITHUB_TOKEN of the runs to no log', async () => {
    for (const { file, text } of await runTexts(sandbox)) {
      expect({ file, leaked: text.includes(sandbox.userToken) || /gh[su]_[A-Za-z0-9]{20,}/.test(text) }).toEqual({
        file,
        leaked: false,
      });
    }
  });
});

/** Every text that the runs left: logs, summaries, artifacts. */
async function runTexts({ runsDir }: SandboxInfo): Promise<{ file: string; text: string }[]> {
  const entries = await readdir(runsDir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(txt|md)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.toSorted().map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}
