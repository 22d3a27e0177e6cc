import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runAction } from './actions.ts';
import { Reviews, type PlannedPull } from './reviews.ts';
import { World } from './world.ts';

/** What comes of a plan whatever the provider: its comment, and what stands in its way. */
describe('plans and their comments', () => {
  let world: World;
  let reviews: Reviews;

  beforeAll(async () => {
    world = await World.create({ workflows: false, root: 'built-in' });
    reviews = new Reviews(world);
    await reviews.begin();
  }, 300_000);

  afterAll(() => world.close(), 60_000);

  /** A pull request with these variables, planned, and the comment that came of it. */
  async function planned(variables: string): Promise<PlannedPull & { readonly body: string }> {
    const ended = await reviews.planned(variables);
    return { ...ended, body: (await world.comments(ended.pull))[0]?.body ?? '' };
  }

  test('no change says so', async () => {
    const { ok, body, outputs } = await planned('# A remark.\nparameters = { greeting = "hello" }');
    expect({ ok, changes: outputs['has-changes'] }).toEqual({ ok: true, changes: 'false' });
    expect(body).toContain('No changes');
  }, 180_000);

  test('2,000 resources fit: into the comment in part, and it says where the rest is; whole in the log', async () => {
    const { ok, body, log, summary } = await planned(
      `parameters = { greeting = "hello", ${Array.from({ length: 2_000 }, (_, i) => `many-${i} = "value of ${i}"`).join(', ')} }`,
    );
    expect(ok).toBe(true);
    expect(body).toContain('2000 to add');
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/do not fit here/);
    expect(Buffer.byteLength(summary)).toBeLessThan(2 ** 20);
    expect(log.match(/\+ terraform_data\.parameter\["many-/g)).toHaveLength(2_000);
  }, 300_000);

  test('a forged marker: the comment of another account is neither edited nor believed', async () => {
    const { body } = await planned('parameters = { greeting = "good day" }');
    await world.branch('forged', 'parameters = { greeting = "evil" }');
    const pull = await world.open('forged');
    const { data: forged } = await world.github.rest.issues.createComment({
      ...world.repository,
      issue_number: pull,
      body,
    });
    await world.checkOutMerge(pull);
    await runAction(world, 'terraform-plan', { pull });
    expect(await world.comments(pull)).toHaveLength(1);
    const { data: still } = await world.github.rest.issues.getComment({ ...world.repository, comment_id: forged.id });
    expect(still.body).toBe(body);
    // Merged without the plan of our own account: what the forged comment says does not count.
    const [own] = await world.comments(pull);
    await world.github.rest.issues.deleteComment({ ...world.repository, comment_id: own?.id ?? 0 });
    await world.merge(pull);
    await world.checkOutMain();
    const review = await runAction(world, 'terraform-review');
    expect(review.ok).toBe(false);
    expect(review.summary).toContain('no plan of');
    await world.branch('back', 'parameters = { greeting = "hello" }');
    await world.merge(await world.open('back'));
  }, 300_000);

  test('GitHub answering 502, 429 and slowly: the plan is made, and its comment is written once', async () => {
    const faults = [
      { path: '/comments', status: 502 },
      {
        path: '/comments',
        status: 429,
        headers: { 'retry-after': '1' },
        body: { message: 'You have exceeded a secondary rate limit' },
      },
      { path: '/issues/', delayMs: 2_000, times: 3 },
    ];
    for (const fault of faults) {
      await fetch(`${world.sandbox.githubUrl}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
    }
    const { ok, pull, body } = await planned('parameters = { greeting = "good day" }');
    expect(ok).toBe(true);
    expect(body).toContain('0 to add, 1 to change, 0 to destroy');
    expect(await world.comments(pull)).toHaveLength(1);
  }, 300_000);

  test('GitHub down for longer: the plan is in the summary, and the step says that the comment is not written', async () => {
    await fetch(`${world.sandbox.githubUrl}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ path: '/comments', status: 422, times: 10 }),
    });
    const { pull } = await reviews.opened('parameters = { greeting = "good day" }');
    const { ok, log, summary } = await reviews.plan(pull);
    await fetch(`${world.sandbox.githubUrl}/_sandbox/faults`, { method: 'DELETE' });
    expect(ok).toBe(true);
    expect(log).toContain('The plan could not be written as a comment');
    expect(summary).toContain('0 to add, 1 to change, 0 to destroy');
  }, 180_000);

  test('a state that somebody has locked: who, since when, and the command that frees it', async () => {
    const { s3, Bucket } = await world.stateBucket();
    const Key = 'test/terraform.tfstate.tflock';
    const lock = {
      ID: '1d3c2f1e-7a44-9d2e-0d1f-3d0a6f0f6c11',
      Operation: 'OperationTypeApply',
      Info: '',
      Who: 'grace@laptop',
      Version: '1.11.4',
      Created: '2026-11-25T12:00:00.123456Z',
      Path: `${Bucket}/test/terraform.tfstate`,
    };
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(lock) }));
    await world.checkOutMain();
    const env = { TF_LOCK_TIMEOUT: '1s' };
    const apply = await runAction(world, 'terraform-apply', { inputs: { digest: '0'.repeat(64) }, env });
    expect(apply.ok).toBe(false);
    expect(apply.log).toMatch(/The state of "test" is locked by grace@laptop since 2026-11-25 12:00:00/);
    expect(apply.log).toContain(`make terraform/force-unlock ENV=test ARGS=${lock.ID}`);
    // A plan takes no lock, and is not kept waiting.
    expect(await planned('parameters = { greeting = "good day" }')).toMatchObject({ ok: true });
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }, 300_000);

  test('with 250 comments on the pull request its own is still the one that is edited (K7)', async () => {
    const { pull } = await planned('parameters = { greeting = "good day" }');
    for (let count = 0; count < 250; count += 1) {
      await world.github.rest.issues.createComment({
        ...world.repository,
        issue_number: pull,
        body: `Comment ${count}`,
      });
    }
    await world.checkOutMerge(pull);
    expect(await runAction(world, 'terraform-plan', { pull })).toMatchObject({ ok: true });
    expect((await world.comments(pull)).length).toBe(1);
  }, 300_000);
});
