import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../actions/lib/review/marker.ts';
import { tfvars, World, type EndedRun } from './world.ts';

/** Where the workflow around the actions matters: what starts it, in which order, with which token, and what becomes of runs that end early. */
describe('the workflows', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create({ root: 'built-in' });
  }, 120_000);

  afterAll(() => world.close(), 60_000);

  /** Opens a pull request with these variables, and waits for its plan. */
  async function planned(branch: string, text: string): Promise<{ readonly pull: number; readonly run: EndedRun }> {
    await world.branch(branch, text);
    let pull = 0;
    const run = await world.runOf(async () => {
      pull = await world.open(branch);
    });
    if (run.conclusion !== 'success') throw new Error(`${run.name} ended with ${run.conclusion}:\n${run.log}`);
    return { pull, run };
  }

  const state = async (pull: number): Promise<string | undefined> =>
    parseRecord((await world.comment(pull, 'terraform-plan')).body)?.state;
  const applied = async (pull: number): Promise<string> => (await world.comment(pull, 'terraform-apply')).body;

  test('a push that nobody has reviewed is stopped, and applied once its digest is approved', async () => {
    const run = await world.runOf(() => world.push('main', 'Begin'));
    expect(run).toMatchObject({ name: 'Main', conclusion: 'failure' });
    const [issue] = await world.issues();
    expect(issue?.title).toContain('Not applied to test');
    const digest = /-f digest=([0-9a-f]{64})/.exec(issue?.body ?? '')?.[1] ?? '';
    const approved = await world.runOf(() => world.dispatch('apply.yml', { environment: 'test', digest }));
    expect(approved).toMatchObject({ name: 'Apply', conclusion: 'success' });
    expect(await world.issues()).toEqual([]);
  }, 240_000);

  test('a pull request: one comment, outdated while a newer commit is planned, and what was reviewed is applied', async () => {
    const { pull } = await planned('plain', tfvars({ greeting: 'one' }));
    const first = await world.comment(pull, 'terraform-plan');
    expect(first.body).toContain('0 to add, 1 to change, 0 to destroy');
    const run = await world.runOf(() => world.change('plain', tfvars({ greeting: 'two' })));
    expect(run.log).toContain('The plan of "test" in #');
    const second = await world.comment(pull, 'terraform-plan');
    expect(second.id).toBe(first.id);
    expect(parseRecord(second.body)).toMatchObject({
      state: 'planned',
      head: await world.clone.git('rev-parse', 'HEAD'),
    });
    expect(second.body).toContain('"two"');
    expect(await world.runOf(() => world.merge(pull))).toMatchObject({ name: 'Main', conclusion: 'success' });
    expect(await applied(pull)).toMatch(/Applied.*`test`/);
  }, 240_000);

  test('a pull request that changes nothing in Terraform is not planned, and its merge changes nothing', async () => {
    await world.clone.git('fetch', '--quiet', 'origin');
    await world.clone.git('switch', '--quiet', '--create', 'docs', 'origin/main');
    await writeFile(join(world.clone.folder, 'NOTES.md'), '# Notes\n');
    await world.push('docs', 'Notes');
    let pull = 0;
    const run = await world.runOf(async () => {
      pull = await world.open('docs');
    });
    expect(run.conclusion).toBe('success');
    expect(run.summary).toContain('No environment is changed, so none is planned: `test`.');
    expect(await world.comments(pull)).toEqual([]);
    const merged = await world.runOf(() => world.merge(pull));
    expect(merged.conclusion).toBe('success');
    expect(merged.summary).toContain('No changes');
    expect(await world.comments(pull)).toEqual([]);
  }, 240_000);

  test('two merges at once wait in line, and each is what was reviewed', async () => {
    const { pull: one } = await planned('one', tfvars({ greeting: 'three' }));
    const { pull: two } = await planned('two', tfvars({ greeting: 'two', groups: ['a'] }));
    const runs = await world.runsOf(async () => {
      await world.merge(one);
      await world.merge(two);
    }, 2);
    expect(runs.map(({ name, conclusion }) => `${name} ${conclusion}`)).toEqual(['Main success', 'Main success']);
    for (const [index, pull] of [one, two].entries()) {
      expect(runs[index]?.log).toContain(`This is what was reviewed in #${pull}`);
      expect(await applied(pull)).toMatch(/Applied.*`test`/);
    }
  }, 400_000);

  test('of three merges the middle run is cancelled: the next one makes up for it, and names both (K1)', async () => {
    const now = { greeting: 'three', groups: ['a'] };
    const { pull: first } = await planned('first', tfvars({ ...now, greeting: 'four' }));
    const { pull: middle } = await planned('middle', tfvars({ ...now, groups: ['a', 'b'] }));
    const { pull: last } = await planned('last', tfvars({ ...now, password: 'second-planted-secret' }));
    const runs = await world.runsOf(async () => {
      await world.merge(first);
      const run_id = await world.runOfCommit(await world.merge(middle));
      await world.merge(last);
      await world.github.rest.actions.cancelWorkflowRun({ ...world.repository, run_id });
    }, 3);
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'cancelled', 'success']);
    expect(runs[2]?.log).toContain(`This is what was reviewed in #${middle} and #${last}`);
    for (const pull of [first, middle, last]) expect(await applied(pull)).toMatch(/Applied.*`test`/);
    expect(runs.map(({ log, summary }) => `${log}${summary}`).join('\n')).not.toContain('second-planted-secret');
  }, 400_000);

  test('an apply outdates the plans of other pull requests; a tick in the comment plans one again', async () => {
    const now = { greeting: 'four', groups: ['a', 'b'], password: 'second-planted-secret' };
    const { pull: other } = await planned('other', tfvars({ ...now, password: 'third-planted-secret' }));
    const { pull } = await planned('applied', tfvars({ ...now, greeting: 'five' }));
    await world.runOf(() => world.merge(pull));
    expect(await state(other)).toBe('outdated');
    const { id, body } = await world.comment(other, 'terraform-plan');
    expect(body).toContain('- [ ] Plan again');
    const ticked = { ...world.repository, comment_id: id, body: body.replace('- [ ] Plan again', '- [x] Plan again') };
    const runs = await world.runsOf(() => world.github.rest.issues.updateComment(ticked), 2);
    expect(runs.map(({ name, conclusion }) => `${name} ${conclusion}`).toSorted()).toEqual([
      'Plan again success',
      'Pull request success',
    ]);
    expect(await state(other)).toBe('planned');
    expect((await world.comment(other, 'terraform-plan')).id).toBe(id);
  }, 400_000);

  test('a fork gets the checks, no credentials and no plan, and cannot write', async () => {
    const fork = await world.control('forks', { login: 'mallory' });
    const [token, url] = [String(fork['token']), String(fork['clone_url'])];
    await world.branch('from-a-fork', tfvars({ greeting: 'mallory' }));
    const remote = url.replace('://', `://x-access-token:${token}@`);
    await world.clone.git('push', '--quiet', remote, 'HEAD:refs/heads/evil');
    const mallory = getOctokit(token, { baseUrl: world.sandbox.githubApiUrl });
    let pull = 0;
    const run = await world.runOf(async () => {
      const { data } = await mallory.rest.pulls.create({
        ...world.repository,
        head: 'mallory:evil',
        base: 'main',
        title: 'From a fork',
      });
      pull = data.number;
    });
    expect(run.conclusion).toBe('success');
    expect(run.log).not.toMatch(/Run Main \.\/actions\/(terraform-plan|plan-comments)/);
    expect(run.summary).toContain('gets no credentials, so it was not planned');
    expect(await world.comments(pull)).toEqual([]);
  }, 240_000);

  test('a merge queue compares before the merge: a stale plan leaves the queue, and nothing of it is merged or applied', async () => {
    const now = { greeting: 'five', groups: ['a', 'b'], password: 'second-planted-secret' };
    const { pull: good } = await planned('queued', tfvars({ ...now, greeting: 'six' }));
    const runs = await world.runsOf(() => world.control('merge-queue', { pull: good }), 2);
    expect(runs.map(({ event, conclusion }) => `${event} ${conclusion}`)).toEqual([
      'merge_group success',
      'push success',
    ]);
    expect(await applied(good)).toMatch(/Applied.*`test`/);

    const { pull: stale } = await planned('stale', tfvars({ ...now, greeting: 'seven' }));
    await world.changeByHand('greeting', 'by hand');
    const refused = await world.runOf(() => world.control('merge-queue', { pull: stale }));
    expect(refused).toMatchObject({ event: 'merge_group', conclusion: 'failure' });
    expect((await world.comment(stale, 'terraform-stop')).body).toContain(
      'Not merged · `test` · not what was reviewed',
    );
    const { data } = await world.github.rest.pulls.get({ ...world.repository, pull_number: stale });
    expect(data.merged).toBe(false);
  }, 400_000);
});
