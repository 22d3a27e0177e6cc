import { afterEach, describe, expect, test } from '@jest/globals';
import { octokitCommits } from '../../github/commits.ts';
import { octokitReleases } from '../../github/deployments.ts';
import { serve, stopServing } from '../fakes/github-server.ts';

afterEach(stopServing);

const repository = { owner: 'owner', repo: 'repo' };
const author = 'github-actions[bot]';

describe('releases', () => {
  interface Made {
    readonly id: number;
    readonly states: readonly string[];
    readonly by?: string;
  }
  /** @param made newest first */
  const lastOf = async (...made: readonly Made[]) => {
    const { github, requests } = await serve((request) => {
      const id = Number(/deployments\/(\d+)\/statuses/.exec(request)?.[1]);
      const { states = [], by = author } = made.find((deployment) => deployment.id === id) ?? {};
      if (!Number.isNaN(id)) return { body: states.map((state) => ({ state, creator: { login: by } })) };
      return {
        body: made.map(({ id: own, by: login = author }) => ({
          id: own,
          sha: `sha-${own}`,
          creator: { login },
          created_at: 'then',
        })),
      };
    });
    return { last: await octokitReleases(github, repository, 'https://run').last('test', author), requests };
  };

  test('are found by the newest that went through, also when another deployment has made it inactive', async () => {
    const { last, requests } = await lastOf(
      { id: 3, states: ['failure', 'in_progress'] },
      { id: 2, states: ['inactive', 'success', 'in_progress'] },
      { id: 1, states: ['success'] },
    );
    expect(last).toEqual({ sha: 'sha-2', at: 'then' });
    expect(requests[0]).toContain('environment=test&task=release');
  });

  test('by anybody else do not count', async () => {
    expect((await lastOf({ id: 1, states: ['success'], by: 'mallory' })).last).toBeUndefined();
  });

  test('are told to GitHub when they begin and end', async () => {
    const bodies: unknown[] = [];
    const { github } = await serve((request, body) => {
      bodies.push(JSON.parse(body));
      return {
        status: 201,
        body: request.includes('statuses') ? {} : { id: 7 },
      };
    });
    const releases = octokitReleases(github, repository, 'https://run');
    expect(await releases.start({ environment: 'production', sha: 'c0ffee' })).toBe(7);
    await releases.finish(7, 'error', 'x'.repeat(200));
    expect(bodies).toEqual([
      expect.objectContaining({
        ref: 'c0ffee',
        task: 'release',
        environment: 'production',
        auto_merge: false,
        required_contexts: [],
        production_environment: true,
      }),
      { state: 'in_progress', description: 'Releasing', log_url: 'https://run' },
      { state: 'error', description: 'x'.repeat(140), log_url: 'https://run' },
    ]);
  });
});

describe('commits', () => {
  test('are found by their beginning, and those that are not there are none', async () => {
    const { github } = await serve((request) =>
      request.includes('c0ffee')
        ? { body: { sha: 'c0ffee0' } }
        : { status: request.includes('beef') ? 422 : 404, body: {} },
    );
    const commits = octokitCommits(github, repository);
    expect(await commits.resolve('c0ffee')).toBe('c0ffee0');
    expect(await commits.resolve('beef')).toBeUndefined();
    expect(await commits.resolve('dead')).toBeUndefined();
  });

  test('are compared', async () => {
    const { github, requests } = await serve((request) =>
      request.includes('gone') ? { status: 404, body: {} } : { body: { status: 'ahead' } },
    );
    const commits = octokitCommits(github, repository);
    expect(await commits.compare('old', 'new')).toBe('ahead');
    expect(requests[0]).toContain('/compare/old...new');
    expect(await commits.compare('gone', 'new')).toBeUndefined();
  });
});
