import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contract } from '../contract.ts';
import { here, World } from './world.ts';

// One for all: each test uses branches and numbers of its own.
const world = new World();
beforeAll(() => world.begin());
afterAll(() => world.end());

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(world.github.apiUrl + path, init);

describe('what the actions token does', () => {
  test('starts no workflow', async () => {
    const bot = world.octokit(world.github.tokens.actions);
    const { commit } = (await bot.repos.getBranch({ ...here, branch: 'main' })).data;
    await world.open('mine', { 'a.txt': 'a' });
    world.heard();
    await world.commit('Again', { 'a.txt': 'b' });
    await world.git(['push', '--quiet', world.pushUrl(world.github.tokens.actions), 'HEAD:mine']);
    expect((await bot.pulls.get({ ...here, pull_number: 1 })).data.commits).toBe(2);
    await bot.git.createRef({ ...here, ref: 'refs/heads/pin', sha: commit.sha });
    await bot.repos.createOrUpdateFileContents({ ...here, branch: 'pin', path: 'p', message: 'p', content: 'cA==' });
    await bot.pulls.create({ ...here, head: 'pin', base: 'main', title: 'Pin' });
    await bot.issues.addLabels({ ...here, issue_number: 2, labels: ['x'] });
    await bot.pulls.merge({ ...here, pull_number: 2 });
    expect(world.heard()).toEqual([]);
  });

  test('is limited: no /user, and nothing at all is changed by a read-only one', async () => {
    const bot = world.octokit(world.github.tokens.actions);
    await expect(bot.users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
    const token = world.github.createActionsToken({ readOnly: true });
    const fork = world.octokit(token);
    expect((await fork.repos.get(here)).data.full_name).toBe('octo/shop');
    await expect(fork.issues.create({ ...here, title: 'x' })).rejects.toThrow(/Resource not accessible by integration/);
    await expect(world.git(['push', world.pushUrl(token), 'main:other'])).rejects.toThrow(/403/);
  });
});

describe('who may do what', () => {
  test('a bad token is refused, also by git; reading needs none; people are told apart', async () => {
    const response = await get('/repos/octo/shop', { headers: { authorization: 'Bearer nonsense' } });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { message: 'Bad credentials', status: '401' },
    ]);
    expect((await get('/repos/octo/shop')).status).toBe(200);
    expect((await get('/repos/octo/shop/issues', { method: 'POST', body: '{"title":"x"}' })).status).toBe(401);
    expect(await world.git(['ls-remote', world.github.cloneUrl])).toContain('refs/heads/main');
    await expect(world.git(['push', world.pushUrl('nonsense'), 'main:other'])).rejects.toThrow(/Authentication failed/);
    const ben = world.octokit(world.github.createUserToken('ben'));
    expect((await ben.users.getAuthenticated()).data).toMatchObject({ login: 'ben', type: 'User' });
    expect((await ben.issues.create({ ...here, title: 'x' })).data).toMatchObject({
      author_association: 'COLLABORATOR',
    });
  });

  test('pull request refs cannot be pushed', async () => {
    await expect(world.git(['push', 'origin', 'main:refs/pull/9/head'])).rejects.toThrow(/hidden ref/);
  });
});

describe('requests that GitHub would refuse', () => {
  test.each([
    ['GET', '/repos/octo/shop/pulls/99', undefined, 404, 'Not Found'],
    ['GET', '/repos/octo/other', undefined, 404, 'Not Found'],
    ['GET', '/repos/octo/shop/pulls/abc', undefined, 422, '/pull_number must be integer'],
    [
      'GET',
      '/repos/octo/shop/pulls?state=weird',
      undefined,
      422,
      '/state must be equal to one of the allowed values: open, closed, all',
    ],
    ['POST', '/repos/octo/shop/pulls', '{"title":"x"}', 422, "must have required property 'head'"],
    ['POST', '/repos/octo/shop/issues', '{"title"', 400, 'Problems parsing JSON'],
    [
      'GET',
      '/repos/octo/shop/pulls/1/reviews',
      undefined,
      501,
      'GET /repos/octo/shop/pulls/1/reviews is an endpoint that the sandbox does not have',
    ],
    ['DELETE', '/nonsense', undefined, 501, 'DELETE /nonsense is an endpoint that neither GitHub nor the sandbox has'],
  ])('%s %s %s: %i %s', async (method, path, body, status, message) => {
    const headers = { authorization: `token ${world.github.tokens.user}` };
    const response = await get(path, { method, headers, ...(body === undefined ? {} : { body }) });
    const answer: unknown = await response.json();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect(answer).toEqual(expect.objectContaining({ status: String(status), documentation_url: expect.any(String) }));
    expect(answer).toHaveProperty('message', expect.stringContaining(message));
  });
});

describe('faults on demand', () => {
  const set = (fault: object): Promise<Response> =>
    fetch(`${world.github.serverUrl}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });

  test('hit as often as they were asked to, then pass', async () => {
    const limited = {
      path: '/issues/900/comments',
      method: 'GET',
      status: 403,
      times: 2,
      headers: { 'retry-after': '1', 'x-ratelimit-remaining': '0' },
    };
    expect((await set(limited)).status).toBe(201);
    const statuses: [number, string | null][] = [];
    for (let count = 0; count < 3; count += 1) {
      const response = await get('/repos/octo/shop/issues/900/comments?per_page=100');
      statuses.push([response.status, response.headers.get('x-ratelimit-remaining')]);
    }
    expect(statuses.slice(0, 2)).toEqual([
      [403, '0'],
      [403, '0'],
    ]);
    expect(statuses[2]).toEqual([404, expect.stringMatching(/^49\d\d$/)]);
  });

  test('meet one operation, as GitHub refuses: too many requests, a secondary limit, a gateway that is down', async () => {
    const operation = 'issues/create-comment';
    const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
    for (const fault of [
      { operation, status: 429, headers: { 'retry-after': '1' }, body: secondary },
      { operation, status: 403, headers: { 'retry-after': '60' }, body: secondary },
      { operation, status: 502, body: '<html>Bad gateway</html>' },
    ]) {
      expect((await set(fault)).status).toBe(201);
    }
    expect((await get('/repos/octo/shop/issues/900/comments')).status).toBe(404);
    const headers = { authorization: `token ${world.github.tokens.user}` };
    const post = (): Promise<Response> =>
      get('/repos/octo/shop/issues/900/comments', { method: 'POST', headers, body: '{"body":"x"}' });
    const answers = [await post(), await post(), await post(), await post()];
    expect(answers.map(({ status }) => status)).toEqual([429, 403, 502, 404]);
    expect(answers.map((answer) => answer.headers.get('retry-after'))).toEqual(['1', '60', null, null]);
  });

  test('can only slow down, reach git too, and are refused when malformed', async () => {
    await set({ path: '/repos/octo/shop$', delayMs: 120 });
    const start = performance.now();
    expect((await get('/repos/octo/shop')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(110);
    await set({ path: 'info/refs', status: 502, body: 'Bad gateway' });
    await expect(world.git(['fetch'])).rejects.toThrow(/502/);
    expect((await set({ status: 500 })).status).toBe(422);
  });
});

test('a restart keeps repository, pull requests, comments, tokens and numbers', async () => {
  const number = await world.open('feature', { 'f.txt': 'f' });
  await world.octokit().issues.createComment({ ...here, issue_number: number, body: 'kept' });
  const { tokens } = world.github;
  await world.github.close();
  await world.start();
  expect(world.github.tokens).toEqual(tokens);
  expect((await world.octokit().pulls.get({ ...here, pull_number: number })).data).toMatchObject({
    mergeable: true,
    comments: 1,
  });
  expect((await world.octokit().issues.create({ ...here, title: 'Next' })).data.number).toBe(number + 1);
  expect(await world.git(['ls-remote', world.github.cloneUrl, 'refs/heads/feature'])).not.toBe('');
});

test("an answer or an event unlike GitHub's is named, not sent", async () => {
  const operation = contract.find('GET', '/repos/octo/shop/issues/1');
  if (operation === undefined) throw new Error('not found');
  expect(contract.answer(operation, 200, { id: 'one' })).toContain('/id must be integer');
  expect(contract.answer(operation, 202, {})).toEqual(['GitHub does not answer issues/get with 202']);
  expect(contract.webhook('push', {})).toContain("The value must have required property 'head_commit'");
  // One field of our own state spoilt shows as an error of the sandbox.
  const { data } = await world.octokit().issues.create({ ...here, title: 'x' });
  const issue = world.github.store.state.issues.find(({ number }) => number === data.number);
  Object.assign(issue ?? {}, { closed_at: 'yesterday' });
  const response = await get(`/repos/octo/shop/issues/${data.number}`);
  expect(response.status).toBe(500);
  expect(await response.text()).toContain(
    `The sandbox's answer to issues/get is unlike GitHub's: /closed_at must match format`,
  );
});
