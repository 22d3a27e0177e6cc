import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { World } from '../../sandbox/runner/test/world.ts';
import { People } from '../people.ts';

const CI = `name: CI
on:
  pull_request:
    types: [opened, labeled]
  merge_group:
  schedule: [{ cron: "0 5 * * *" }]
permissions: { deployments: write }
jobs:
  check:
    runs-on: ubuntu-latest
    environment: test
    steps:
      - run: echo "checked \${{ github.event.label.name }}"; sleep 0.3
      - run: echo "### Checked" >> "$GITHUB_STEP_SUMMARY"
      - run: '[[ "$GITHUB_REF" != */pr-3-* ]]'
        shell: bash
`;

describe('people', () => {
  let world: World;
  let people: People;
  const { signal } = new AbortController();

  beforeAll(async () => {
    world = await World.start({});
    await world.write('clone/.github/workflows/ci.yml', CI);
    await world.clone.publish('main', 'Begin');
    const { apiUrl: githubApiUrl, serverUrl: githubUrl, tokens } = world.github;
    people = new People({
      ...{ githubApiUrl, githubUrl, owner: 'acme', repo: 'small' },
      ...{ userToken: tokens.user, runsDir: join(world.folder, 'runs') },
    });
  }, 30_000);
  afterAll(() => world.end(), 30_000);

  test('comment, label, and find the runs, logs, summaries and deployments that follow', async () => {
    const number = await world.pull('good');
    const opened = await people.waitForRunOf({ workflow: 'ci.yml', event: 'pull_request' }, signal);
    expect(opened).toMatchObject({ name: 'CI', conclusion: 'success', attempt: 1 });
    await people.label(number, 'urgent');
    const labeled = await people.waitForRunOf({ after: opened.id }, signal);
    expect(await people.jobLog(labeled.id, 'check')).toContain('checked urgent');
    expect(await people.summary(labeled.id)).toBe('### Checked\n');
    await expect(people.jobLog(labeled.id, 'none')).rejects.toThrow('has no job "none", but "check".');
    await people.unlabel(number, 'urgent');
    const id = await people.comment(number, 'one');
    await people.editComment(id, 'two');
    expect(await people.comments(number)).toMatchObject([{ id, body: 'two', author: 'acme' }]);
    await people.rerun(labeled.id);
    expect(await people.waitForRunOf({ sha: labeled.sha, attempt: 2 }, signal)).toMatchObject({ id: labeled.id });
    expect(await people.lastRunId()).toBe(labeled.id);
    expect(await people.deployments('test')).toMatchObject([
      { task: 'deploy', author: 'github-actions[bot]', states: ['success', 'in_progress'] },
      { states: ['inactive', 'success', 'in_progress'] },
      { states: ['inactive', 'success', 'in_progress'] },
    ]);
    await people.closePull(number);
    expect(await people.issues('acme', 'all')).toEqual([]);
  }, 60_000);

  test('use the merge queue and the clock', async () => {
    const good = await world.pull('queued');
    const bad = await world.pull('bad');
    const left = await people.mergeQueue([good, bad], signal);
    expect(left.map(({ pull, state }) => [pull, state])).toEqual([
      [good, 'merged'],
      [bad, 'removed'],
    ]);
    expect(left[1]?.reason).toMatch(/^CI \(run \d+\) ended with failure$/);
    const [run = 0] = await people.schedule('ci.yml');
    expect(await people.waitForRunOf({ event: 'schedule' }, signal)).toMatchObject({ id: run, conclusion: 'success' });
    await expect(people.schedule('none.yml')).rejects.toThrow('404');
  }, 60_000);
});
