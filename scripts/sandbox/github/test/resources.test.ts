import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

const PROMOTE = `name: Promote
on:
  workflow_dispatch:
    inputs:
      lambda: { required: true, type: string }
      strategy: { type: choice, options: [canary, all-at-once], default: canary }
      force: { type: boolean }
jobs: {}
`;
const world = new World();
let rest: ReturnType<World['octokit']>;
let bot: ReturnType<World['octokit']>;
let main: string;
beforeAll(async () => {
  await world.begin({
    'README.md': 'Shop\n',
    '.github/workflows/promote.yml': PROMOTE,
    '.github/workflows/main.yml': 'name: Main\non: push\njobs: {}\n',
  });
  rest = world.octokit();
  bot = world.octokit(world.github.tokens.actions);
  main = await world.git(['rev-parse', 'HEAD']);
});
afterAll(() => world.end());

describe('comments', () => {
  test('are paged: 250 of them arrive in order', async () => {
    const { data: issue } = await rest.issues.create({ ...here, title: 'Long talk' });
    const target = { ...here, issue_number: issue.number };
    for (let number = 1; number <= 250; number += 1) {
      await rest.issues.createComment({ ...target, body: `comment ${number}` });
    }
    const all = await world.client().paginate(rest.issues.listComments, { ...target, per_page: 100 });
    expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 250 }, (_, index) => `comment ${index + 1}`));
    const { data, headers } = await rest.issues.listComments({ ...target, per_page: 100, page: 3 });
    expect(data).toHaveLength(50);
    expect(headers.link).toMatch(/page=2>; rel="prev", <[^>]+page=1>; rel="first"$/);
    expect((await rest.issues.listComments({ ...target, per_page: 1000 })).data).toHaveLength(100);
  }, 30_000);

  test('hold 65,536 characters, counted as characters, and not one more', async () => {
    const { data: issue } = await rest.issues.create({ ...here, title: 'Limits', labels: ['drift'] });
    const target = { ...here, issue_number: issue.number };
    const longest = '🏦'.repeat(65_536);
    const { data } = await rest.issues.createComment({ ...target, body: longest });
    expect(data.body).toBe(longest);
    await expect(rest.issues.createComment({ ...target, body: `${longest}!` })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('body is too long (maximum is 65536 characters)'),
    });
    expect((await rest.issues.listForRepo({ ...here, labels: 'drift' })).data).toMatchObject([
      { title: 'Limits', comments: 1 },
    ]);
  });

  test('say who wrote them, and can be edited and deleted', async () => {
    const { data: issue } = await rest.issues.create({ ...here, title: 'Who' });
    const target = { ...here, issue_number: issue.number };
    const { data: person } = await rest.issues.createComment({ ...target, body: 'by a person' });
    const { data: robot } = await bot.issues.createComment({ ...target, body: 'by a workflow' });
    expect(person).toMatchObject({ user: { login: 'octo', type: 'User' }, performed_via_github_app: null });
    expect(robot).toMatchObject({
      user: { login: 'github-actions[bot]', type: 'Bot' },
      performed_via_github_app: { slug: 'github-actions' },
    });
    await bot.issues.updateComment({ ...here, comment_id: robot.id, body: 'again' });
    await rest.issues.deleteComment({ ...here, comment_id: person.id });
    expect((await rest.issues.listComments(target)).data.map(({ body }) => body)).toEqual(['again']);
    await expect(rest.issues.getComment({ ...here, comment_id: person.id })).rejects.toMatchObject({ status: 404 });
    await rest.issues.update({ ...target, state: 'closed', state_reason: 'not_planned' });
    expect((await rest.issues.get(target)).data).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
  });
});

describe('files', () => {
  const path = 'terraform/promotions/test.json';
  const content = (text: string): string => Buffer.from(text).toString('base64');

  test('are written as commits, against the version that was read', async () => {
    const put = { ...here, path, message: 'Pin' };
    const first = await rest.repos.createOrUpdateFileContents({ ...put, content: content('{"a":1}\n') });
    expect(first.status).toBe(201);
    const { data } = await rest.repos.getContent({ ...here, path });
    expect(data).toMatchObject({
      type: 'file',
      path,
      sha: first.data.content?.sha,
      content: `${content('{"a":1}\n')}\n`,
    });
    const sha = first.data.content?.sha ?? '';
    const second = await rest.repos.createOrUpdateFileContents({ ...put, content: content('{"a":2}\n'), sha });
    expect(second.status).toBe(200);
    await expect(rest.repos.createOrUpdateFileContents({ ...put, content: content('3'), sha })).rejects.toMatchObject({
      status: 409,
    });
    await expect(rest.repos.createOrUpdateFileContents({ ...put, content: content('3') })).rejects.toMatchObject({
      status: 422,
    });
    const { data: folder } = await rest.repos.getContent({ ...here, path: 'terraform' });
    expect(folder).toMatchObject([{ type: 'dir', name: 'promotions' }]);
    const { data: root } = await rest.repos.getContent({ ...here, path: '' });
    expect(root).toHaveLength(3);
    const raw = await rest.repos.getContent({ ...here, path, mediaType: { format: 'raw' } });
    expect(raw.data).toBe('{"a":2}\n');
    const { data: history } = await rest.repos.listCommits({ ...here, path });
    expect(history.map(({ author, commit }) => [author?.login, commit.message])).toEqual([
      ['octo', 'Pin'],
      ['octo', 'Pin'],
    ]);
  });
});

test('a branch is made and written to', async () => {
  await rest.git.createRef({ ...here, ref: 'refs/heads/topic/ünï#x', sha: main });
  await expect(rest.git.createRef({ ...here, ref: 'refs/heads/topic/ünï#x', sha: main })).rejects.toMatchObject({
    status: 422,
  });
  const put = { ...here, branch: 'topic/ünï#x', path: 'new é file.txt', message: 'New', content: 'bmV3' };
  const { data: written } = await rest.repos.createOrUpdateFileContents(put);
  const sha = written.commit.sha ?? '';
  expect((await rest.git.getRef({ ...here, ref: 'heads/topic/ünï#x' })).data.object.sha).toBe(sha);
  expect((await rest.repos.getCommit({ ...here, ref: 'topic/ünï#x' })).data).toMatchObject({
    sha,
    files: [{ filename: 'new é file.txt', status: 'added' }],
  });
  await expect(rest.repos.getBranch({ ...here, branch: 'topic/none' })).rejects.toMatchObject({ status: 404 });
});

test('a successful deployment retires the ones before it in its environment', async () => {
  const deploy = async (state: 'success' | 'failure'): Promise<number> => {
    const { data } = await bot.repos.createDeployment({
      ...here,
      ref: main,
      environment: 'test',
      required_contexts: [],
    });
    if (!('id' in data)) throw new Error(data.message);
    await bot.repos.createDeploymentStatus({
      ...here,
      deployment_id: data.id,
      state,
      description: state,
      target_url: 'https://example.com/run',
    });
    return data.id;
  };
  const [first, second, third] = [await deploy('success'), await deploy('success'), await deploy('failure')];
  const { data: listed } = await rest.repos.listDeployments({ ...here, environment: 'test', sha: main });
  expect(listed.map(({ id }) => id)).toEqual([third, second, first]);
  expect((await rest.repos.listDeployments({ ...here, environment: 'production' })).data).toEqual([]);
  const { data: newest } = await rest.repos.listDeploymentStatuses({ ...here, deployment_id: third });
  expect(newest).toMatchObject([{ log_url: 'https://example.com/run', creator: { login: 'github-actions[bot]' } }]);
  const states = async (deployment_id: number): Promise<string[]> =>
    (await rest.repos.listDeploymentStatuses({ ...here, deployment_id })).data.map(({ state }) => state);
  expect([await states(first), await states(second), await states(third)]).toEqual([
    ['inactive', 'success'],
    ['success'],
    ['failure'],
  ]);
});

describe('a dispatch', () => {
  const call = { ...here, workflow_id: 'promote.yml', ref: 'main' };
  test('reaches the runner with its inputs as text and the defaults filled in', async () => {
    world.heard();
    await rest.actions.createWorkflowDispatch({ ...call, inputs: { lambda: 'replace-strings' } });
    const sha = (await rest.repos.getBranch({ ...here, branch: 'main' })).data.commit.sha;
    expect(world.events).toMatchObject([
      {
        ...{ name: 'workflow_dispatch', workflow: 'promote.yml', ref: 'refs/heads/main', sha, actor: 'octo' },
        payload: { inputs: { lambda: 'replace-strings', strategy: 'canary', force: 'false' } },
      },
    ]);
  });

  test.each([
    [{}, "Required input 'lambda' not provided"],
    [{ lambda: 'x', colour: 'red' }, 'Unexpected inputs provided: ["colour"]'],
    [{ lambda: 'x', strategy: 'hope' }, "Provided value 'hope' for input 'strategy' not in the list of allowed values"],
    [{ lambda: 'x', force: 'maybe' }, "Provided value 'maybe' for input 'force' not in the list of allowed values"],
  ])('with inputs %j is refused: %s', async (inputs, message) => {
    await expect(rest.actions.createWorkflowDispatch({ ...call, inputs })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining(message),
    });
  });

  test('of an unknown workflow, ref or trigger is refused', async () => {
    const dispatch = (change: object): Promise<unknown> => rest.actions.createWorkflowDispatch({ ...call, ...change });
    await expect(dispatch({ workflow_id: 'none.yml' })).rejects.toMatchObject({ status: 404 });
    await expect(dispatch({ ref: 'nowhere' })).rejects.toMatchObject({ status: 422 });
    await expect(dispatch({ workflow_id: 'main.yml' })).rejects.toThrow(/does not have 'workflow_dispatch' trigger/);
  });
});

test('a run is shown as the runner reports it, cancelled and run again through the API', async () => {
  const { store } = world.github;
  world.heard();
  await rest.actions.createWorkflowDispatch({
    ...here,
    workflow_id: 'promote.yml',
    ref: 'main',
    inputs: { lambda: 'x' },
  });
  const [event] = world.events;
  if (event === undefined) throw new Error('no event');
  const run = store.createRun({
    workflow: '.github/workflows/promote.yml',
    name: 'Promote',
    event,
    title: 'Promote x',
  });
  const logFile = join(world.folder, 'job.log');
  writeFileSync(logFile, 'hello from the job\n');
  const job = store.addJob(run.id, { name: 'promote', logFile });
  store.updateRun(run.id, { status: 'in_progress' });
  store.updateJob(job.id, { status: 'in_progress' });

  const asked: string[] = [];
  store.onCancel(({ id }) => asked.push(`cancel ${id}`));
  store.onRerun(({ id, run_attempt }, again) => asked.push(`rerun ${id} ${run_attempt} ${again.name}`));
  await rest.actions.cancelWorkflowRun({ ...here, run_id: run.id });
  store.updateJob(job.id, { status: 'completed', conclusion: 'cancelled' });
  store.updateRun(run.id, { status: 'completed', conclusion: 'cancelled' });
  await expect(rest.actions.cancelWorkflowRun({ ...here, run_id: run.id })).rejects.toMatchObject({ status: 409 });
  const { data: jobs } = await rest.actions.listJobsForWorkflowRun({ ...here, run_id: run.id });
  expect(jobs).toMatchObject({ total_count: 1, jobs: [{ name: 'promote', conclusion: 'cancelled' }] });
  await rest.actions.reRunWorkflow({ ...here, run_id: run.id });
  expect(asked).toEqual([`cancel ${run.id}`, `rerun ${run.id} 2 workflow_dispatch`]);

  const { data: runs } = await rest.actions.listWorkflowRunsForRepo({
    ...here,
    event: 'workflow_dispatch',
    branch: 'main',
  });
  expect(runs).toMatchObject({
    total_count: 1,
    workflow_runs: [{ id: run.id, status: 'queued', run_attempt: 2, head_branch: 'main' }],
  });
  const succeeded = await rest.actions.listWorkflowRunsForRepo({ ...here, status: 'success' });
  expect(succeeded.data.total_count).toBe(0);
  const { data: log } = await rest.actions.downloadJobLogsForWorkflowRun({ ...here, job_id: job.id });
  expect(log).toBe('hello from the job\n');
});
