import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

const WORKFLOW = 'on:\n  schedule:\n    - cron: "0 5 * * *"\njobs: {}\n';
const world = new World();
let rest: ReturnType<World['octokit']>;
let bot: ReturnType<World['octokit']>;
beforeAll(async () => {
  await world.begin({
    'a.txt': 'a\n',
    '.github/workflows/drift.yml': WORKFLOW,
    '.github/workflows/push.yml': 'on: push\njobs: {}\n',
  });
  rest = world.octokit();
  bot = world.octokit(world.github.tokens.actions);
  await world.control('POST', 'users', { login: 'ben' });
});
afterAll(() => world.end());

describe('issues', () => {
  test('are assigned to those who may be; others are refused at first and dropped later, as GitHub does', async () => {
    const { data: issue } = await bot.issues.create({ ...here, title: 'Failed', assignees: ['octo'] });
    expect(issue).toMatchObject({ assignee: { login: 'octo' }, assignees: [{ login: 'octo' }] });
    await expect(bot.issues.create({ ...here, title: 'x', assignees: ['nobody'] })).rejects.toMatchObject({
      status: 422,
    });
    const target = { ...here, issue_number: issue.number };
    const { data: more } = await bot.issues.addAssignees({ ...target, assignees: ['ben', 'nobody', 'octo'] });
    expect(more.assignees?.map(({ login }) => login)).toEqual(['octo', 'ben']);
    expect((await rest.issues.listForRepo({ ...here, assignee: 'ben' })).data).toMatchObject([
      { number: issue.number },
    ]);
    const free = (await rest.issues.listForRepo({ ...here, assignee: 'none' })).data.map(({ number }) => number);
    expect(free).not.toContain(issue.number);
    await bot.issues.removeAssignees({ ...target, assignees: ['octo'] });
    await bot.issues.update({ ...target, assignees: [] });
    expect((await rest.issues.get(target)).data.assignees).toEqual([]);
    await rest.issues.checkUserCanBeAssigned({ ...here, assignee: 'ben' });
    const stranger = rest.issues.checkUserCanBeAssigned({ ...here, assignee: 'nobody' });
    await expect(stranger).rejects.toMatchObject({ status: 404 });
  });

  test('say who closed them, until they are open again', async () => {
    const { data: issue } = await bot.issues.create({ ...here, title: 'Drift' });
    const target = { ...here, issue_number: issue.number };
    expect((await bot.issues.update({ ...target, state: 'closed' })).data.closed_by).toMatchObject({
      login: 'github-actions[bot]',
    });
    expect((await rest.issues.update({ ...target, state: 'open' })).data).toMatchObject({ closed_by: null });
    const refused = rest.issues.listForRepo({ ...here, mentioned: 'ben' });
    await expect(refused).rejects.toMatchObject({ status: 501, message: expect.stringContaining('by mentioned') });
  });

  test('have labels with colour, made once', async () => {
    const label = { ...here, name: 'Allow-Destroy/1', color: 'd73a4a', description: 'It may go' };
    await bot.issues.createLabel(label);
    await expect(bot.issues.createLabel(label)).rejects.toMatchObject({ status: 422 });
    const { data } = await rest.issues.getLabel({ ...here, name: 'allow-destroy/1' });
    expect(data).toMatchObject({ name: 'Allow-Destroy/1', color: 'd73a4a', description: 'It may go' });
    await expect(rest.issues.getLabel({ ...here, name: 'none' })).rejects.toMatchObject({ status: 404 });
    expect((await rest.issues.listLabelsForRepo(here)).data).toMatchObject([{ name: 'Allow-Destroy/1' }]);
  });
});

describe('comments', () => {
  test('by people start workflows of the default branch, with what was there before; by workflows they do not', async () => {
    const number = await world.open('talk', { 't.txt': 't' });
    world.heard();
    const target = { ...here, issue_number: number };
    const { data: plan } = await bot.issues.createComment({ ...target, body: '- [ ] Plan again' });
    await bot.issues.updateComment({ ...here, comment_id: plan.id, body: '- [ ] Plan again.' });
    expect(world.heard()).toEqual([]);
    await rest.issues.updateComment({ ...here, comment_id: plan.id, body: '- [x] Plan again.' });
    const sha = (await rest.repos.getBranch({ ...here, branch: 'main' })).data.commit.sha;
    expect(world.events).toMatchObject([
      {
        ...{ name: 'issue_comment', ref: 'refs/heads/main', sha, actor: 'octo' },
        payload: {
          action: 'edited',
          changes: { body: { from: '- [ ] Plan again.' } },
          comment: { body: '- [x] Plan again.', user: { login: 'github-actions[bot]' } },
          issue: { number, pull_request: { merged_at: null } },
          sender: { login: 'octo' },
        },
      },
    ]);
    world.heard();
    await rest.issues.updateComment({ ...here, comment_id: plan.id, body: '- [x] Plan again.' });
    expect(world.heard()).toEqual([]);
    const { data: mine } = await rest.issues.createComment({ ...target, body: 'mine' });
    await rest.issues.deleteComment({ ...here, comment_id: mine.id });
    expect(world.heard()).toEqual(['created', 'deleted'].map((action) => `issue_comment ${action} refs/heads/main`));
  });
});

describe('pull requests', () => {
  test('are paged: 120 of them, in the order that is asked for', async () => {
    const number = await world.open('many', { 'm.txt': 'm' });
    const { issues } = world.github.store.state;
    const one = issues.find((issue) => issue.number === number);
    if (one === undefined) throw new Error('There is no such pull request.');
    // Straight into the store: each by the API takes a dozen processes of git.
    for (let index = 0; index < 120; index += 1) {
      issues.push({ ...one, id: 100_000 + index, number: 1_000 + index, title: `Many ${index}` });
    }
    const client = world.client();
    for (const direction of ['asc', 'desc'] as const) {
      const query = { ...here, state: 'open' as const, sort: 'created' as const, direction, per_page: 50 };
      const all = await client.paginate(rest.pulls.list, query);
      const many = all.map(({ title }) => title).filter((title) => title.startsWith('Many'));
      const wanted = Array.from({ length: 120 }, (_, index) => `Many ${index}`);
      expect(many).toEqual(direction === 'asc' ? wanted : wanted.toReversed());
    }
    const { headers } = await rest.pulls.list({ ...here, per_page: 50, page: 2 });
    expect(headers.link).toMatch(/page=1>; rel="prev", .*page=3>; rel="next"/);
    issues.splice(issues.length - 120);
  });

  test('are found by each of their commits, while open and once merged in any way', async () => {
    const of = async (commit_sha: string): Promise<number[]> =>
      (await rest.repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha })).data.map(({ number }) => number);
    for (const merge_method of ['merge', 'squash', 'rebase'] as const) {
      await world.git(['switch', '--quiet', 'main']);
      await world.git(['pull', '--quiet']);
      const number = await world.open(`by-${merge_method}`, { [`${merge_method}.txt`]: 'one' });
      const first = await world.git(['rev-parse', 'HEAD']);
      const second = await world.commit('Second', { [`${merge_method}.txt`]: 'two' });
      await world.git(['push', '--quiet', 'origin', `by-${merge_method}`]);
      expect([await of(first), await of(second)]).toEqual([[number], [number]]);
      expect((await rest.pulls.listCommits({ ...here, pull_number: number })).data.map(({ sha }) => sha)).toEqual([
        first,
        second,
      ]);
      const { data: merged } = await rest.pulls.merge({ ...here, pull_number: number, merge_method });
      expect(await of(merged.sha)).toEqual([number]);
      // A commit that never came to the default branch is no longer found.
      expect(await of(first)).toEqual(merge_method === 'merge' ? [number] : []);
    }
  });

  test('and any two commits are compared from where they parted', async () => {
    await world.git(['switch', '--quiet', 'main']);
    await world.git(['pull', '--quiet']);
    const parted = await world.git(['rev-parse', 'HEAD']);
    await world.branch('side/line', { 'side.txt': 'side\n' });
    await world.git(['switch', '--quiet', 'main']);
    await world.commit('Main goes on', { 'on.txt': 'on\n' });
    await world.git(['push', '--quiet', 'origin', 'main']);
    const compare = async (basehead: string): Promise<object> =>
      (await rest.repos.compareCommitsWithBasehead({ ...here, basehead })).data;
    expect(await compare('main...side/line')).toMatchObject({
      ...{ status: 'diverged', ahead_by: 1, behind_by: 1, total_commits: 1 },
      merge_base_commit: { sha: parted },
      commits: [{ commit: { message: 'Work on side/line' } }],
      files: [{ filename: 'side.txt', status: 'added' }],
    });
    expect(await compare(`${parted}...main`)).toMatchObject({ status: 'ahead', behind_by: 0 });
    expect(await compare(`main...${parted}`)).toMatchObject({ status: 'behind', files: [], commits: [] });
    expect(await compare('main...main')).toMatchObject({ status: 'identical' });
    await expect(compare('main...nowhere')).rejects.toMatchObject({ status: 404 });
  });
});

describe('the clock', () => {
  test('starts the one workflow that is asked for, at the head of the default branch', async () => {
    const { status, body } = await world.control('POST', 'schedule', { workflow: 'drift.yml' });
    const sha = (await rest.repos.getBranch({ ...here, branch: 'main' })).data.commit.sha;
    expect([status, body]).toEqual([201, { workflow: 'drift.yml', sha, runs: [] }]);
    expect(world.events.at(-1)).toMatchObject({
      ...{ name: 'schedule', workflow: 'drift.yml', ref: 'refs/heads/main', sha, actor: 'Ada' },
      payload: { schedule: '0 5 * * *', repository: { default_branch: 'main' } },
    });
    expect(await world.control('POST', 'schedule', { workflow: 'push.yml' })).toMatchObject({ status: 422 });
    expect(await world.control('POST', 'schedule', { workflow: 'none.yml' })).toMatchObject({ status: 404 });
  });
});

test('the runs of one workflow are listed by commit, event and state', async () => {
  const { store } = world.github;
  const number = await world.open('runs', { 'r.txt': 'r' });
  const event = world.events.at(-1);
  if (event?.name !== 'pull_request') throw new Error('There was no event.');
  const make = (file: string): number =>
    store.createRun({ workflow: `.github/workflows/${file}`, name: file, event, title: 'x' }).id;
  const [first, second, other] = [make('push.yml'), make('push.yml'), make('drift.yml')];
  store.updateRun(first, { status: 'completed', conclusion: 'failure' });
  const head_sha = (await rest.pulls.get({ ...here, pull_number: number })).data.head.sha;
  const ids = async (query: object): Promise<number[]> => {
    const { data } = await rest.actions.listWorkflowRuns({ ...here, workflow_id: 'push.yml', ...query });
    return data.workflow_runs.map(({ id }) => id);
  };
  // By the commit of the pull request, and not by the test merge that they run on.
  expect(await ids({ head_sha, event: 'pull_request' })).toEqual([second, first]);
  expect(await ids({ head_sha, status: 'failure' })).toEqual([first]);
  expect(await ids({ head_sha: event.sha })).toEqual([]);
  expect(other).toBeGreaterThan(second);
});
