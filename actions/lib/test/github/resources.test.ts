import { afterEach, describe, expect, test } from '@jest/globals';
import { octokitDeployments } from '../../github/deployments.ts';
import { queuedPull } from '../../github/event.ts';
import { octokitComments } from '../../github/octokit.ts';
import { octokitPulls } from '../../github/pulls.ts';
import { octokitWorkflowRuns } from '../../github/workflow-runs.ts';
import { serve, stopServing } from '../fakes/github-server.ts';

afterEach(stopServing);

const repository = { owner: 'owner', repo: 'repo' };
const author = 'github-actions[bot]';
const sha = (letter: string): string => letter.repeat(40);

describe('how far an environment is', () => {
  interface Made {
    readonly id: number;
    readonly sha: string;
    readonly states: readonly string[];
    readonly by?: string;
    readonly payload?: unknown;
  }
  /** @param made newest first, as GitHub lists them; the states of each newest first, too */
  const stateOf = async (...made: readonly Made[]) => {
    const { github, requests } = await serve((request) => {
      const id = Number(/deployments\/(\d+)\/statuses/.exec(request)?.[1]);
      if (!Number.isNaN(id)) {
        const { states = [], by = author } = made.find((deployment) => deployment.id === id) ?? {};
        return { body: states.map((state) => ({ state, creator: { login: by }, log_url: `https://run/${id}` })) };
      }
      return {
        body: made.map(({ id: own, sha: commit, by = author, payload = {} }) => ({
          ...{ id: own, sha: commit, creator: { login: by }, created_at: '2026-11-25T12:00:00Z', payload },
        })),
      };
    });
    const state = await octokitDeployments(github, repository, { author, runUrl: 'https://run' }).state('test');
    return { state, requests };
  };
  const at = '2026-11-25T12:00:00Z';

  test('is the last one that went through, also when a later one has made it inactive', async () => {
    const { state, requests } = await stateOf(
      { id: 3, sha: sha('c'), states: ['success', 'in_progress'] },
      { id: 2, sha: sha('b'), states: ['inactive', 'success', 'in_progress'] },
    );
    expect(state).toEqual({ applied: { sha: sha('c'), at } });
    expect(requests[0]).toContain('environment=test&task=terraform-apply');
  });

  test('is what failed since then, or has not said how it ended', async () => {
    const applied = { id: 1, sha: sha('a'), states: ['inactive', 'success'] };
    const failed = { id: 2, sha: sha('b'), states: ['failure', 'in_progress'], payload: { redeploy: ['x'] } };
    const killed = { id: 3, sha: sha('c'), states: ['in_progress'], payload: '{"redeploy":["y"]}' };
    expect((await stateOf(failed, applied)).state).toEqual({
      applied: { sha: sha('a'), at },
      unfinished: { sha: sha('b'), at, state: 'failed', runUrl: 'https://run/2', redeploy: ['x'] },
    });
    stopServing();
    expect((await stateOf(killed, failed, applied)).state.unfinished).toEqual({
      ...{ sha: sha('c'), at, state: 'running', runUrl: 'https://run/3', redeploy: ['y', 'x'] },
    });
  });

  test('is nothing before the first one, and nobody else can say it', async () => {
    expect((await stateOf()).state).toEqual({});
    stopServing();
    expect((await stateOf({ id: 1, sha: sha('a'), states: ['success'], by: 'mallory' })).state).toEqual({});
  });

  test('is told with its digest and its run', async () => {
    const sent: unknown[] = [];
    const { github, requests } = await serve((_, body) => {
      sent.push(JSON.parse(body));
      return { status: 201, body: { id: 5, sha: sha('a') } };
    });
    const deployments = octokitDeployments(github, repository, { author, runUrl: 'https://run' });
    const id = await deployments.start({ environment: 'production', sha: sha('a'), digest: 'd', redeploy: [] });
    await deployments.finish(id, { ok: false, description: 'x'.repeat(200) });
    expect(requests.map((request) => request.replace('/repos/owner/repo', ''))).toEqual([
      'POST /deployments',
      'POST /deployments/5/statuses',
      'POST /deployments/5/statuses',
    ]);
    expect(sent).toMatchObject([
      {
        ref: sha('a'),
        task: 'terraform-apply',
        environment: 'production',
        payload: { digest: 'd' },
        auto_merge: false,
      },
      { state: 'in_progress', log_url: 'https://run' },
      { state: 'failure', description: 'x'.repeat(140) },
    ]);
  });
});

describe('pull requests', () => {
  const pull = (number: number, more: object = {}) => ({
    ...{ number, title: `Pull ${number}`, head: { sha: sha('e') }, labels: [{ name: 'l' }] },
    ...{ merged_at: '2026-11-25T12:00:00Z', base: { ref: 'main' }, ...more },
  });

  test('that brought a commit are the merged ones to the branch', async () => {
    const { github } = await serve(() => ({
      body: [pull(1), pull(2, { merged_at: null }), pull(3, { base: { ref: 'release' } })],
    }));
    expect(await octokitPulls(github, repository, 'main').mergedBy(sha('a'))).toEqual([
      { number: 1, title: 'Pull 1', head: sha('e'), labels: ['l'] },
    ]);
  });

  test('that are open are all, on every page (K7)', async () => {
    const { github, requests } = await serve((request, _, origin) => {
      const number = Number(/[?&]page=(\d)/.exec(request)?.[1] ?? 1);
      const next = number < 3 ? { link: `<${origin}/repos/owner/repo/pulls?page=${number + 1}>; rel="next"` } : {};
      return { headers: next, body: Array.from({ length: 100 }, (_item, index) => pull(number * 1000 + index)) };
    });
    expect(await octokitPulls(github, repository, 'main').open()).toHaveLength(300);
    expect(requests[0]).toContain('base=main&state=open');
  });

  test('that wait before one in the merge queue come before it', async () => {
    const main = sha('0');
    const ref = (number: number, on: string, at: string) => ({
      ref: `refs/heads/gh-readonly-queue/main/pr-${number}-${on}`,
      object: { sha: at },
    });
    const { github } = await serve((request) =>
      request.includes('matching-refs')
        ? { body: [ref(9, sha('8'), sha('9')), ref(7, main, sha('7')), ref(8, sha('7'), sha('8'))] }
        : { body: pull(Number(/pulls\/(\d+)/.exec(request)?.[1])) },
    );
    const queued = queuedPull({
      merge_group: { head_ref: `refs/heads/gh-readonly-queue/main/pr-9-${sha('8')}`, base_sha: sha('8') },
    });
    expect(queued).toEqual({ number: 9, base: sha('8') });
    const pulls = await octokitPulls(github, repository, 'main').queued(queued ?? { number: 0, base: '' });
    expect(pulls.map(({ number }) => number)).toEqual([7, 8, 9]);
    expect(queuedPull({})).toBeUndefined();
    expect(() => queuedPull({ merge_group: { head_ref: 'refs/heads/else', base_sha: main } })).toThrow(
      'names no pull request',
    );
  });
});

test('the newest run of a commit is found, and run again; one that is too old says what to do', async () => {
  let refused = false;
  const { github, requests } = await serve((request) => {
    if (request.startsWith('POST')) return { status: refused ? 403 : 201, body: {} };
    return { body: { total_count: 1, workflow_runs: [{ id: 4, status: 'completed', html_url: 'https://run/4' }] } };
  });
  const runs = octokitWorkflowRuns(github, repository, 'pull-request.yml');
  expect(await runs.latest(sha('a'))).toEqual({ id: 4, ended: true, url: 'https://run/4' });
  expect(requests[0]).toBe(
    `GET /repos/owner/repo/actions/workflows/pull-request.yml/runs?event=pull_request&head_sha=${sha('a')}&per_page=1`,
  );
  await runs.again(4);
  expect(requests[1]).toBe('POST /repos/owner/repo/actions/runs/4/rerun');
  refused = true;
  await expect(runs.again(4)).rejects.toMatchObject({ hint: 'Push a commit to the pull request, empty or not.' });
});

describe('when GitHub is not well', () => {
  test.each([
    ['is overloaded', { status: 502, body: { message: 'Bad gateway' } }],
    [
      'wants a pause',
      { status: 429, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' } },
    ],
  ])('it is asked again where it %s', async (_, trouble) => {
    let count = 0;
    const { github, requests } = await serve(() => ((count += 1) === 1 ? trouble : { body: [] }));
    expect(await octokitComments(github, repository, 1).list()).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  test('a pause of an hour is not waited for', async () => {
    const body = { message: 'You have exceeded a secondary rate limit' };
    const { github, requests, log } = await serve(() => ({ status: 429, headers: { 'retry-after': '3600' }, body }));
    await expect(octokitComments(github, repository, 1).list()).rejects.toThrow('secondary rate limit');
    expect(requests).toHaveLength(1);
    expect(log.text()).toMatch(/rate limit is reached at GET .*: given up\./);
  });
});
