import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runAction } from './actions.ts';
import { Reviews } from './reviews.ts';
import { World } from './world.ts';

/** From a merge to what is applied, whatever the provider. */
describe('merges, and what is applied of them', () => {
  let world: World;
  let reviews: Reviews;

  beforeAll(async () => {
    world = await World.create({ workflows: false, root: 'built-in' });
    reviews = new Reviews(world);
    await reviews.begin();
  }, 300_000);

  afterAll(() => world.close(), 60_000);

  test('a branch that was pushed to after its plan was made is not what was reviewed', async () => {
    const { pull, branch } = await reviews.planned('parameters = { greeting = "reviewed" }');
    await world.clone.git('switch', '--quiet', branch);
    await world.change(branch, 'parameters = { greeting = "pushed after the review" }');
    await world.merge(pull);
    const { review } = await reviews.main();
    expect(review.ok).toBe(false);
    expect(review.summary).toMatch(/its plan is of commit [0-9a-f]{7}, and [0-9a-f]{7} was merged/);
    // Taken back by another pull request, which carries both: nothing is left to apply, and the issue is closed.
    const { pull: back } = await reviews.planned('parameters = { greeting = "hello" }');
    await world.merge(back);
    expect((await reviews.main()).review).toMatchObject({ ok: true, outputs: { apply: 'false' } });
    expect(await world.issues()).toEqual([]);
  }, 180_000);

  test.each(['merge', 'squash', 'rebase'] as const)(
    'what was reviewed is applied after a %s, and the environment is as far as that commit',
    async (method) => {
      const { pull } = await reviews.planned(`parameters = { greeting = "${method}" }`);
      await world.merge(pull, method);
      const { review, apply } = await reviews.main();
      expect(review).toMatchObject({ ok: true, outputs: { apply: 'true', 'pull-requests': String(pull) } });
      expect(apply).toMatchObject({ ok: true, outputs: { changed: 'true' } });
      expect((await world.comment(pull, 'terraform-apply')).body).toMatch(/Applied.*`test`/);
      const { data } = await world.github.rest.repos.listDeployments({ ...world.repository, task: 'terraform-apply' });
      expect(data[0]).toMatchObject({ environment: 'test', sha: await world.clone.git('rev-parse', 'HEAD') });
    },
    300_000,
  );

  test('a direct push, a revert and a run repeated after newer ones', async () => {
    const { pull } = await reviews.planned('parameters = { greeting = "to be reverted" }');
    await world.merge(pull);
    const merged = await world.checkOutMain();
    expect((await reviews.main()).apply).toMatchObject({ ok: true });
    // Run again, as with the button: nothing is left to do, and nothing is done.
    expect((await reviews.main()).review).toMatchObject({ ok: true, outputs: { apply: 'false' } });
    await world.clone.git('switch', '--quiet', '--force-create', 'direct', 'FETCH_HEAD');
    await world.clone.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
    await world.clone.git('push', '--quiet', 'origin', 'HEAD:main');
    const reverted = await reviews.main();
    expect(reverted.review.ok).toBe(false);
    expect(reverted.review.summary).toContain('No pull request has brought what would be applied.');
    const digest = /-f digest=([0-9a-f]{64})/.exec(reverted.review.summary)?.[1] ?? '';
    expect(await runAction(world, 'terraform-apply', { inputs: { digest } })).toMatchObject({ ok: true });
    // The run of the merge before, once more.
    await world.clone.git('checkout', '--quiet', '--detach', merged);
    const old = await runAction(world, 'terraform-review');
    expect(old).toMatchObject({ ok: true, outputs: { apply: 'false' } });
    expect(old.summary).toContain('it is newer than');
  }, 180_000);
});
