import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Permissions } from '../records.ts';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

const world = new World();
beforeAll(() => world.begin({ 'a.txt': 'a\n' }));
afterAll(() => world.end());

const REFUSED = { status: 403, message: expect.stringContaining('Resource not accessible by integration') };

describe('the token of a workflow', () => {
  const allowed = async (permissions: Permissions, readOnly = false): Promise<Record<string, boolean>> => {
    const rest = world.octokit(world.github.createActionsToken({ permissions, readOnly }));
    const [pull, issue] = [1, 2];
    const { data } = await world.octokit().issues.createComment({ ...here, issue_number: pull, body: 'a' });
    const { sha } = (await world.octokit().repos.getBranch({ ...here, branch: 'main' })).data.commit;
    const ways: Record<string, () => Promise<unknown>> = {
      read: () => rest.repos.getBranch({ ...here, branch: 'main' }),
      write: () => rest.git.createRef({ ...here, ref: `refs/heads/b-${Math.random()}`, sha }),
      commentPull: () => rest.issues.createComment({ ...here, issue_number: pull, body: 'x' }),
      editComment: () => rest.issues.updateComment({ ...here, comment_id: data.id, body: 'y' }),
      commentIssue: () => rest.issues.createComment({ ...here, issue_number: issue, body: 'x' }),
      openIssue: () => rest.issues.create({ ...here, title: 'x' }),
      editPull: () => rest.pulls.update({ ...here, pull_number: pull, title: 'x' }),
      deploy: () => rest.repos.createDeployment({ ...here, ref: 'main', required_contexts: [] }),
      readDeployments: () => rest.repos.listDeployments(here),
      readRuns: () => rest.actions.listWorkflowRunsForRepo(here),
    };
    const results = Object.entries(ways).map(async ([name, way]) => {
      const refused = await way().then(
        () => false,
        (error: unknown) => {
          expect(error).toMatchObject(REFUSED);
          return true;
        },
      );
      return [name, !refused] as const;
    });
    return Object.fromEntries((await Promise.all(results)).filter(([, may]) => may));
  };

  beforeAll(async () => {
    await world.open('first', { 'b.txt': 'b' });
    await world.octokit().issues.create({ ...here, title: 'An issue' });
  });

  test.each<[Permissions, readonly string[]]>([
    [{}, []],
    [{ contents: 'read' }, ['read']],
    [{ contents: 'write' }, ['read', 'write']],
    [{ 'pull-requests': 'write' }, ['commentPull', 'editComment', 'editPull']],
    [{ issues: 'write' }, ['commentPull', 'editComment', 'commentIssue', 'openIssue']],
    [{ issues: 'read', actions: 'read', deployments: 'read' }, ['readDeployments', 'readRuns']],
    [{ deployments: 'write' }, ['deploy', 'readDeployments']],
  ])('with %j may %j', async (permissions, may) => {
    expect(Object.keys(await allowed(permissions)).toSorted()).toEqual(may.toSorted());
  });

  test('of a fork only reads, whatever its workflow asks for', async () => {
    expect(Object.keys(await allowed({ contents: 'write', issues: 'write' }, true))).toEqual(['read']);
  });

  test('that is refused learns which permission was missing, and ends with its run', async () => {
    const token = world.github.createActionsToken({ permissions: { contents: 'read' } });
    const rest = world.octokit(token);
    await expect(rest.issues.createComment({ ...here, issue_number: 1, body: 'x' })).rejects.toMatchObject({
      response: { headers: { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' } },
    });
    await expect(world.git(['push', world.pushUrl(token), 'main:other'])).rejects.toThrow(/403/);
    world.github.revokeToken(token);
    await expect(rest.repos.get(here)).rejects.toMatchObject({ status: 401 });
  });
});

describe('a fork', () => {
  let mallory: ReturnType<World['octokit']>;
  let url: string;

  beforeAll(async () => {
    const { body } = await world.control('POST', 'forks', { login: 'mallory' });
    const [token, clone] = [String(body['token']), String(body['clone_url'])];
    mallory = world.octokit(token);
    url = clone.replace('http://', `http://x-access-token:${token}@`);
    world.heard();
  });

  const push = async (branch: string, files: Record<string, string>): Promise<string> => {
    await world.git(['fetch', '--quiet', url, 'main']);
    await world.git(['switch', '--quiet', '--create', branch, 'FETCH_HEAD']);
    const sha = await world.commit(`Work on ${branch}`, files);
    await world.git(['push', '--quiet', url, branch]);
    return sha;
  };

  test('is pushed to by its owner only, and its branches are no part of the repository', async () => {
    const sha = await push('evil', { 'c.txt': 'c\n' });
    expect(world.heard()).toEqual([]);
    expect(await world.git(['ls-remote', url])).toMatch(new RegExp(`^${sha}\trefs/heads/evil$`, 'm'));
    expect(await world.git(['ls-remote', 'origin'])).not.toContain('evil');
    await expect(world.git(['push', url.replace('mallory/', 'octo/'), 'evil'])).rejects.toThrow(/403/);
    await expect(world.git(['push', world.pushUrl().replace('octo/shop', 'mallory/shop'), 'evil'])).rejects.toThrow(
      /403/,
    );
  });

  test('has pull requests, whose head is the fork, and that can be merged', async () => {
    const sha = await push('good', { 'd.txt': 'd\n' });
    const { data } = await mallory.pulls.create({ ...here, title: 'Good', head: 'mallory:good', base: 'main' });
    expect(data).toMatchObject({
      mergeable: true,
      author_association: 'NONE',
      head: { sha, label: 'mallory:good', repo: { full_name: 'mallory/shop', fork: true } },
      base: { repo: { full_name: 'octo/shop', fork: false } },
    });
    expect(world.events.at(-1)).toMatchObject({
      actor: 'mallory',
      payload: {
        pull_request: { head: { repo: { full_name: 'mallory/shop' } } },
        repository: { full_name: 'octo/shop' },
      },
    });
    expect(world.heard()).toEqual([`pull_request opened refs/pull/${data.number}/merge`]);
    const moved = await world.commit('More', { 'd.txt': 'dd\n' });
    await world.git(['push', '--quiet', url, 'good']);
    expect(world.heard()).toEqual([`pull_request synchronize refs/pull/${data.number}/merge`]);
    expect((await mallory.pulls.list({ ...here, head: 'mallory:good' })).data).toMatchObject([
      { head: { sha: moved } },
    ]);
    expect((await mallory.pulls.list({ ...here, head: 'octo:good' })).data).toEqual([]);
    await expect(mallory.pulls.merge({ ...here, pull_number: data.number })).rejects.toMatchObject({ status: 403 });
    await world.octokit().pulls.merge({ ...here, pull_number: data.number });
    await world.git(['fetch', '--quiet', 'origin']);
    expect(await world.git(['log', '-1', '--format=%s', 'origin/main'])).toBe(
      `Merge pull request #${data.number} from mallory/good`,
    );
  });

  test('gives its owner no rights but to open, and to comment', async () => {
    const refused = { status: 403, message: expect.stringContaining('Must have push access to repository') };
    const { data: issue } = await mallory.issues.create({ ...here, title: 'Hi', labels: ['x'], assignees: ['octo'] });
    expect(issue).toMatchObject({ labels: [], assignees: [] });
    const { data: comment } = await mallory.issues.createComment({ ...here, issue_number: 1, body: 'mine' });
    await mallory.issues.updateComment({ ...here, comment_id: comment.id, body: 'mine again' });
    const { data: other } = await world.octokit().issues.createComment({ ...here, issue_number: 1, body: 'not' });
    const edit = mallory.issues.updateComment({ ...here, comment_id: other.id, body: 'mine' });
    await expect(edit).rejects.toMatchObject(refused);
    const label = mallory.issues.addLabels({ ...here, issue_number: 1, labels: ['x'] });
    await expect(label).rejects.toMatchObject(refused);
    const levels = ['octo', 'mallory'].map(
      async (username) => (await mallory.repos.getCollaboratorPermissionLevel({ ...here, username })).data.permission,
    );
    expect(await Promise.all(levels)).toEqual(['admin', 'read']);
  });

  test.each([
    [{ login: 'mallory' }, 'mallory has a fork already.'],
    [{ login: 'octo' }, 'octo owns the repository.'],
    [{ login: 'a/b' }, '"a/b" is no login of a person.'],
    [{}, '"login" is missing.'],
  ])('of %j is refused', async (body, message) => {
    expect(await world.control('POST', 'forks', body)).toMatchObject({ status: 422, body: { message } });
  });
});
