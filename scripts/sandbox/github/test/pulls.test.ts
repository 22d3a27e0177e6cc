import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

let world: World;
beforeEach(async () => {
  world = new World();
  await world.begin({ 'a.txt': 'one\ntwo\nthree\n' });
});
afterEach(() => world.end());

describe('a pull request', () => {
  test('lives from branch to merge, and tells workflows of each step', async () => {
    const head = await world.branch('feature', { 'b.txt': 'new\n' });
    expect(world.heard()).toEqual(['push refs/heads/feature']);

    const { pulls } = world.octokit();
    const { data: opened } = await pulls.create({
      ...here,
      title: 'Add b',
      head: 'feature',
      base: 'main',
      body: 'Why',
    });
    expect(opened).toMatchObject({
      number: 1,
      state: 'open',
      mergeable: true,
      mergeable_state: 'clean',
      changed_files: 1,
    });
    expect(opened.head.sha).toBe(head);
    expect(world.events.at(-1)).toMatchObject({
      actor: 'octo',
      sha: opened.merge_commit_sha,
      payload: { number: 1, action: 'opened' },
    });
    expect(world.heard()).toEqual(['pull_request opened refs/pull/1/merge']);

    const { data: files } = await pulls.listFiles({ ...here, pull_number: 1 });
    expect(files).toMatchObject([
      { filename: 'b.txt', status: 'added', additions: 1, deletions: 0, patch: '@@ -0,0 +1 @@\n+new' },
    ]);

    const moved = await world.commit('More', { 'b.txt': 'newer\n', 'c.txt': 'c\n' });
    await world.git(['push', '--quiet', 'origin', 'feature']);
    expect(world.events.at(-1)?.payload).toMatchObject({ action: 'synchronize', before: head, after: moved });
    expect(world.heard()).toEqual(['push refs/heads/feature', 'pull_request synchronize refs/pull/1/merge']);

    await expect(pulls.merge({ ...here, pull_number: 1, sha: head })).rejects.toMatchObject({ status: 409 });
    const { data: merged } = await pulls.merge({ ...here, pull_number: 1, sha: moved });
    expect(world.events.at(-1)).toMatchObject({
      sha: merged.sha,
      payload: { pull_request: { merged: true, merged_by: { login: 'octo' } } },
    });
    expect(world.heard()).toEqual(['push refs/heads/main', 'pull_request closed refs/heads/main']);

    const { data: after } = await pulls.get({ ...here, pull_number: 1 });
    expect(after).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged.sha,
      changed_files: 2,
      commits: 2,
    });
    await world.git(['fetch', '--quiet', 'origin']);
    expect(await world.git(['log', '-1', '--format=%s|%P', 'origin/main'])).toMatch(
      /^Merge pull request #1 from octo\/feature\|\w+ \w+$/,
    );
    const { data: of } = await world
      .octokit()
      .repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha: merged.sha });
    expect(of.map(({ number }) => number)).toEqual([1]);
  });

  test('has a test merge that git can fetch, made anew when the base moves', async () => {
    await world.open('feature', { 'b.txt': 'b\n' });
    await world.git(['switch', '--quiet', 'main']);
    const main = await world.commit('Meanwhile', { 'a.txt': 'one\ntwo\nthree\nfour\n' });
    await world.git(['push', '--quiet', 'origin', 'main']);
    await world.git(['fetch', '--quiet', 'origin', 'refs/pull/1/merge', 'refs/pull/1/head']);
    expect(await world.git(['rev-parse', 'FETCH_HEAD^1'])).toBe(main);
    expect(await world.git(['show', 'FETCH_HEAD:a.txt'])).toContain('four');
    expect(await world.git(['show', 'FETCH_HEAD:b.txt'])).toBe('b');
  });

  test('that conflicts has no test merge, starts no workflow, and does not merge', async () => {
    await world.open('feature', { 'a.txt': 'ours\n' });
    await world.git(['switch', '--quiet', 'main']);
    await world.commit('Meanwhile', { 'a.txt': 'theirs\n' });
    await world.git(['push', '--quiet', 'origin', 'main']);
    const { pulls } = world.octokit();
    const { data } = await pulls.get({ ...here, pull_number: 1 });
    expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty', merge_commit_sha: null });
    expect(await world.git(['ls-remote', 'origin', 'refs/pull/1/*'])).not.toContain('merge');
    await expect(pulls.merge({ ...here, pull_number: 1 })).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining('not mergeable'),
    });
    world.heard();
    await world.git(['switch', '--quiet', 'feature']);
    await world.commit('Still', { 'b.txt': 'b\n' });
    await world.git(['push', '--quiet', 'origin', 'feature']);
    expect(world.heard()).toEqual(['push refs/heads/feature']);
  });

  test('is squashed into one commit, or rebased commit by commit', async () => {
    await world.open('squashed', { 's.txt': 's\n' });
    await world.commit('Second', { 's.txt': 't\n' });
    await world.git(['push', '--quiet', 'origin', 'squashed']);
    await world.git(['switch', '--quiet', 'main']);
    await world.open('rebased', { 'r.txt': 'r\n' });
    await world.commit('Second', { 'q.txt': 'q\n' });
    await world.git(['push', '--quiet', 'origin', 'rebased']);
    const { pulls, repos } = world.octokit();
    await pulls.merge({ ...here, pull_number: 1, merge_method: 'squash' });
    const { data: merged } = await pulls.merge({ ...here, pull_number: 2, merge_method: 'rebase' });
    const { data: commits } = await repos.listCommits(here);
    const first = commits.map(({ commit }) => commit.message.split('\n')[0]);
    expect(first).toEqual(['Second', 'Work on rebased', 'Change squashed (#1)', 'First']);
    expect(commits.every(({ parents }) => parents.length <= 1)).toBe(true);
    expect(commits[0]).toMatchObject({ sha: merged.sha, commit: { author: { name: 'Ada' } } });
    const older = commits[1]?.sha ?? '';
    expect((await repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha: older })).data).toMatchObject([
      { number: 2 },
    ]);
  });

  test('is merged by a push that brings its commits, and closed when its branch goes', async () => {
    await world.open('pushed', { 'p.txt': 'p\n' });
    await world.git(['push', '--quiet', 'origin', 'pushed:main']);
    await world.git(['switch', '--quiet', 'main']);
    await world.open('dropped', { 'd.txt': 'd\n' });
    await world.git(['push', '--quiet', 'origin', ':dropped']);
    const { data } = await world.octokit().pulls.list({ ...here, state: 'all' });
    expect(data.map(({ number, state, merged_at }) => [number, state, merged_at !== null])).toEqual([
      [2, 'closed', false],
      [1, 'closed', true],
    ]);
  });

  test('can be found, edited, closed, opened again and labelled', async () => {
    await world.open('feature', { 'b.txt': 'b\n' });
    world.heard();
    const { pulls, issues } = world.octokit();
    await pulls.update({ ...here, pull_number: 1, title: 'Better' });
    await pulls.update({ ...here, pull_number: 1, state: 'closed' });
    expect((await pulls.list({ ...here, head: 'octo:feature' })).data).toEqual([]);
    await pulls.update({ ...here, pull_number: 1, state: 'open' });
    expect((await pulls.list({ ...here, head: 'octo:feature', base: 'main' })).data).toMatchObject([
      { title: 'Better' },
    ]);
    await issues.addLabels({ ...here, issue_number: 1, labels: ['allow-destroy'] });
    await issues.removeLabel({ ...here, issue_number: 1, name: 'allow-destroy' });
    const said = ['edited', 'closed', 'reopened', 'labeled', 'unlabeled'];
    expect(world.heard()).toEqual(said.map((action) => `pull_request ${action} refs/pull/1/merge`));
    await expect(pulls.create({ ...here, title: 'Twice', head: 'feature', base: 'main' })).rejects.toMatchObject({
      status: 422,
    });
    await expect(pulls.create({ ...here, title: 'No', head: 'nowhere', base: 'main' })).rejects.toMatchObject({
      status: 422,
    });
  });
});
