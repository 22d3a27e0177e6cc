import { afterEach, describe, expect, test } from '@jest/globals';
import { octokitPinPulls } from '../../github/pin-pulls.ts';
import { octokitFile } from '../../github/repository-file.ts';
import { serve, stopServing, type Answer } from '../fakes/github-server.ts';

afterEach(stopServing);

const repository = { owner: 'octo', repo: 'repo' };
const options = { environment: 'test', path: 'pins.json', base: 'main', runId: 42 };
const BRANCH = 'promote/test-42';

const contents = (text: string): Answer => ({
  body: { type: 'file', encoding: 'base64', content: Buffer.from(text).toString('base64'), sha: 'blob' },
});
const pull = { number: 7, html_url: 'https://github.com/octo/repo/pull/7' };

describe('a pull request with a pin', () => {
  /** A repository in which everything goes well, but for what is given. */
  const world = (different: Readonly<Record<string, Answer>> = {}) => {
    const bodies: Record<string, unknown> = {};
    const usual: Record<string, Answer> = {
      'GET /repos/octo/repo/git/ref/heads%2Fmain': { body: { object: { sha: 'c0ffee' } } },
      'POST /repos/octo/repo/git/refs': { status: 201, body: {} },
      [`GET /repos/octo/repo/contents/pins.json?ref=${encodeURIComponent(BRANCH)}`]: contents('{}'),
      'PUT /repos/octo/repo/contents/pins.json': { body: { commit: { sha: 'new' } } },
      'GET /repos/octo/repo/pulls?head=octo%3Apromote%2Ftest-42&base=main&state=open&per_page=100': { body: [] },
      'POST /repos/octo/repo/pulls': { status: 201, body: pull },
      ...different,
    };
    return serve((request, body) => {
      if (body !== '') bodies[request] = JSON.parse(body);
      return usual[request] ?? { status: 404, body: { message: `Not Found: ${request}` } };
    }).then((served) => ({ ...served, bodies, pulls: octokitPinPulls(served.github, repository, options) }));
  };
  const request = { title: 'Promote ant 2', body: 'why', change: () => '{"ant":2}' };

  test('is a branch of its own from the newest commit, with the changed file', async () => {
    const { pulls, bodies } = await world();
    expect(await pulls.open(request)).toEqual({ number: 7, url: pull.html_url });
    expect(bodies['POST /repos/octo/repo/git/refs']).toEqual({ ref: `refs/heads/${BRANCH}`, sha: 'c0ffee' });
    expect(bodies['PUT /repos/octo/repo/contents/pins.json']).toEqual({
      branch: BRANCH,
      message: 'Promote ant 2',
      content: Buffer.from('{"ant":2}').toString('base64'),
      sha: 'blob',
    });
    expect(bodies['POST /repos/octo/repo/pulls']).toEqual({
      head: BRANCH,
      base: 'main',
      title: 'Promote ant 2',
      body: 'why',
    });
  });

  test('that an earlier attempt of the same run has made is found', async () => {
    const { pulls, requests } = await world({
      'POST /repos/octo/repo/git/refs': { status: 422, body: { message: 'Reference already exists' } },
      [`GET /repos/octo/repo/contents/pins.json?ref=${encodeURIComponent(BRANCH)}`]: contents('{"ant":2}'),
      'GET /repos/octo/repo/pulls?head=octo%3Apromote%2Ftest-42&base=main&state=open&per_page=100': { body: [pull] },
    });
    expect(await pulls.open(request)).toEqual({ number: 7, url: pull.html_url });
    expect(requests.filter((line) => line.startsWith('PUT') || line.endsWith('/pulls'))).toEqual([]);
  });

  test.each([
    [
      'POST /repos/octo/repo/pulls',
      { status: 403, body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' } },
      'GitHub does not let this workflow open a pull request; the pin is on the branch promote/test-42.',
    ],
    [
      'PUT /repos/octo/repo/contents/pins.json',
      { status: 409, body: { message: 'Repository rule violations found' } },
      'The branch promote/test-42 takes no commits by this workflow.',
    ],
  ])('that is refused (%s) is one clear sentence', async (line, answer, message) => {
    const { pulls } = await world({ [line]: answer });
    await expect(pulls.open(request)).rejects.toMatchObject({ name: 'UserError', message });
  });

  test('that may not be written at all keeps the error of GitHub', async () => {
    const { pulls } = await world({
      'POST /repos/octo/repo/git/refs': { status: 403, body: { message: 'Resource not accessible by integration' } },
    });
    await expect(pulls.open(request)).rejects.toThrow('Resource not accessible by integration');
  });
});

test('the open ones of an environment are told with their pins; others, and those from forks, are not', async () => {
  const opened = (number: number, ref: string, from = 'octo/repo') => ({
    number,
    html_url: `https://github.com/octo/repo/pull/${number}`,
    head: { ref, repo: { full_name: from } },
  });
  const { github } = await serve((request) =>
    request.startsWith('GET /repos/octo/repo/pulls?base=main&state=open')
      ? {
          body: [
            opened(1, 'promote/test-41'),
            opened(2, 'promote/production-41'),
            opened(3, 'promote/test-9', 'mallory/repo'),
            opened(4, 'a-feature'),
          ],
        }
      : contents(`of ${decodeURIComponent(request)}`),
  );
  expect(await octokitPinPulls(github, repository, options).list()).toEqual([
    {
      number: 1,
      url: 'https://github.com/octo/repo/pull/1',
      text: 'of GET /repos/octo/repo/contents/pins.json?ref=promote/test-41',
    },
  ]);
});

test('a commit to a protected branch is known by the words of GitHub, and so is a conflict', async () => {
  const refusals: Answer[] = [
    {
      status: 409,
      body: {
        message: 'Could not update file: Changes must be made through a pull request.',
        documentation_url: 'https://docs.github.com/articles/about-protected-branches',
      },
    },
    { status: 409, body: { message: 'pins.json does not match blob' } },
    { status: 403, body: { message: 'Resource not accessible by integration' } },
  ];
  const { github } = await serve(() => refusals.shift() ?? {});
  const file = octokitFile(github, repository, 'pins.json', 'main');
  expect(await file.commit('{}', 'why', 'blob')).toBe('protected');
  expect(await file.commit('{}', 'why', 'blob')).toBe('conflict');
  await expect(file.commit('{}', 'why', 'blob')).rejects.toThrow('Resource not accessible');
});
