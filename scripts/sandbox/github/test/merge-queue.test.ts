import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { GitHubEvent, RunRecord } from '../records.ts';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

let world: World;
let runs: RunRecord[];

/** A runner that makes one run of every group, and leaves its end to the test. */
function runner(event: GitHubEvent): Promise<readonly number[]> {
  world.events.push(event);
  if (event.name !== 'merge_group') return Promise.resolve([]);
  const run = world.github.store.createRun({ workflow: '.github/workflows/ci.yml', name: 'CI', event, title: 'x' });
  runs.push(run);
  return Promise.resolve([run.id]);
}

beforeEach(async () => {
  world = new World();
  runs = [];
  await world.begin({ 'a.txt': 'one\n' }, { onEvent: runner });
});
afterEach(() => world.end());

const end = (run: RunRecord | undefined, conclusion: 'success' | 'failure'): unknown =>
  world.github.store.updateRun(run?.id ?? 0, { status: 'completed', conclusion });

async function entries(): Promise<Record<string, unknown>[]> {
  const { body } = await world.control('GET', 'merge-queue');
  const list: Record<string, unknown>[] = Array.isArray(body['entries']) ? body['entries'] : [];
  return list;
}

async function until(states: readonly string[]): Promise<Record<string, unknown>[]> {
  const last = Date.now() + 5_000;
  for (;;) {
    const now = await entries();
    if (now.map(({ state }) => state).join() === states.join()) return now;
    if (Date.now() > last) throw new Error(`The queue is ${JSON.stringify(now)}.`);
    await delay(10);
  }
}

async function groups(count: number): Promise<void> {
  const last = Date.now() + 5_000;
  while (runs.length < count && Date.now() < last) await delay(10);
}

async function opened(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await world.open(name, { [`${name}.txt`]: name });
    await world.git(['switch', '--quiet', 'main']);
  }
  world.events.length = 0;
}

const main = async (): Promise<string> =>
  (await world.octokit().repos.getBranch({ ...here, branch: 'main' })).data.commit.sha;

describe('the merge queue', () => {
  test('checks what main would be, and then moves main to that very commit', async () => {
    await opened('one');
    const before = await main();
    expect(await world.control('POST', 'merge-queue', { pull: 1 })).toMatchObject({ status: 202 });
    await groups(1);
    const [entry] = await until(['checking']);
    const head = String(entry?.['head_sha']);
    const ref = `refs/heads/gh-readonly-queue/main/pr-1-${before}`;
    expect(world.events.at(-1)).toMatchObject({
      ...{ name: 'merge_group', ref, sha: head, actor: 'github-merge-queue[bot]' },
      payload: {
        action: 'checks_requested',
        merge_group: { head_sha: head, head_ref: ref, base_sha: before, base_ref: 'refs/heads/main' },
      },
    });
    expect(world.heard()).toEqual([`push ${ref}`, `merge_group checks_requested ${ref}`]);
    const found = await world.octokit().git.listMatchingRefs({ ...here, ref: 'heads/gh-readonly-queue/main/' });
    expect(found.data).toMatchObject([{ ref, object: { sha: head } }]);
    expect(await main()).toBe(before);

    end(runs[0], 'success');
    await until(['merged']);
    expect(await main()).toBe(head);
    expect(world.events[0]).toMatchObject({ name: 'push', sha: head, payload: { before, after: head, forced: false } });
    expect(world.heard()).toEqual(['push refs/heads/main', 'pull_request closed refs/heads/main', `push ${ref}`]);
    expect((await world.octokit().pulls.get({ ...here, pull_number: 1 })).data).toMatchObject({
      merged: true,
      merge_commit_sha: head,
      merged_by: { login: 'github-merge-queue[bot]' },
    });
    const { data } = await world.octokit().repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha: head });
    expect(data.map(({ number }) => number)).toEqual([1]);
  });

  test('puts each on top of the one before; one that fails leaves, and those behind it are made anew', async () => {
    await opened('one', 'two', 'three');
    const before = await main();
    await world.control('POST', 'merge-queue', { pulls: [1, 2, 3], method: 'squash' });
    await groups(3);
    const all = await until(['checking', 'checking', 'checking']);
    expect(all.map((entry) => entry['base_sha'])).toEqual([before, all[0]?.['head_sha'], all[1]?.['head_sha']]);
    end(runs[0], 'success');
    await until(['merged', 'checking', 'checking']);
    // What was below it is main now: checked once is enough.
    expect(runs).toHaveLength(3);
    end(runs[1], 'failure');
    await groups(4);
    const after = await until(['merged', 'removed', 'checking']);
    expect(after[1]?.['reason']).toBe(`CI (run ${runs[1]?.id}) ended with failure`);
    expect(after[2]?.['base_sha']).toBe(await main());
    end(runs[3], 'success');
    await until(['merged', 'removed', 'merged']);
    expect((await world.octokit().pulls.list(here)).data.map(({ number }) => number)).toEqual([2]);
    const { data: commits } = await world.octokit().repos.listCommits(here);
    expect(commits.map(({ commit }) => commit.message.split('\n')[0])).toEqual([
      'Change three (#3)',
      'Change one (#1)',
      'First',
    ]);
    const left = await world.octokit().git.listMatchingRefs({ ...here, ref: 'heads/gh-readonly-queue/' });
    expect(left.data).toEqual([]);
  });

  test('starts anew when somebody pushes to main meanwhile, and removes what conflicts', async () => {
    await opened('one');
    await world.control('POST', 'merge-queue', { pull: 1 });
    await groups(1);
    await world.commit('Meanwhile', { 'one.txt': 'other\n' });
    await world.git(['push', '--quiet', 'origin', 'main']);
    end(runs[0], 'success');
    const [entry] = await until(['removed']);
    expect(entry?.['reason']).toBe('Pull Request is not mergeable');
    expect(runs).toHaveLength(1);
  });

  test.each([
    [{ pull: 9 }, 404, 'There is no pull request 9.'],
    [{}, 422, 'The queue takes { "pull": 7 } or { "pulls": [7, 8] }, and a "method" if it is not merge.'],
  ])('refuses %j', async (body, status, message) => {
    expect(await world.control('POST', 'merge-queue', body)).toMatchObject({ status, body: { message } });
  });
});
