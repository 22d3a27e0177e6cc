import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../actions/lib/review/marker.ts';
import { allowLabel } from '../../../actions/lib/terraform/guard.ts';
import { runAction, type StepEnd } from './actions.ts';
import { World } from './world.ts';

/** From a merge to what is applied, by the actions themselves and without the workflows around them. */
describe('merges, and what is applied of them', () => {
  let world: World;
  let count = 0;

  beforeAll(async () => {
    world = await World.create({ workflows: false });
    await world.push('main', 'Begin');
    const review = await runAction(world, 'terraform-review');
    const digest = /Digest of what would be applied: `([0-9a-f]{64})`/.exec(review.summary)?.[1] ?? '';
    const applied = await runAction(world, 'terraform-apply', { inputs: { digest } });
    if (!applied.ok) throw new Error(applied.log);
  }, 120_000);

  afterAll(() => world.close(), 60_000);

  /** A pull request with these variables, planned. */
  async function planned(variables: string): Promise<StepEnd & { readonly pull: number; readonly branch: string }> {
    count += 1;
    const branch = `change-${count}`;
    await world.branch(branch, variables);
    const pull = await world.open(branch);
    return { ...(await plan(pull)), pull, branch };
  }

  async function plan(pull: number): Promise<StepEnd> {
    await world.checkOutMerge(pull);
    return runAction(world, 'terraform-plan', { pull });
  }

  /** What main's run does: review what is merged, and apply it if that says so. */
  async function main(): Promise<{ readonly review: StepEnd; readonly apply?: StepEnd }> {
    await world.checkOutMain();
    const review = await runAction(world, 'terraform-review');
    if (review.outputs['apply'] !== 'true') return { review };
    const { digest = '', 'allow-destroy': allowed = '', 'pull-requests': pulls = '' } = review.outputs;
    const inputs = { digest, 'allow-destroy': allowed, 'pull-requests': pulls };
    return { review, apply: await runAction(world, 'terraform-apply', { inputs }) };
  }

  async function fault(service: string, action: string, times: number): Promise<void> {
    const body = JSON.stringify({ service, action, status: 400, code: 'AccessDeniedException', times });
    await fetch(`${world.sandbox.awsUrl}/_sandbox/faults`, { method: 'POST', body });
  }

  test.each(['merge', 'squash', 'rebase'] as const)(
    'what was reviewed is applied after a %s, and the environment is as far as that commit',
    async (method) => {
      const { pull } = await planned(`parameters = { greeting = "${method}" }`);
      await world.merge(pull, method);
      const { review, apply } = await main();
      expect(review).toMatchObject({ ok: true, outputs: { apply: 'true', 'pull-requests': String(pull) } });
      expect(apply).toMatchObject({ ok: true, outputs: { changed: 'true' } });
      expect((await world.comment(pull, 'terraform-apply')).body).toMatch(/Applied.*`test`/);
      const { data } = await world.github.rest.repos.listDeployments({ ...world.repository, task: 'terraform-apply' });
      expect(data[0]).toMatchObject({ environment: 'test', sha: await world.clone.git('rev-parse', 'HEAD') });
    },
    120_000,
  );

  test('a stale plan: the world has changed since, so it stops and says what differs; approved, it is applied', async () => {
    const { pull } = await planned('parameters = { greeting = "fresh" }');
    const { awsUrl: endpoint, region } = world.sandbox;
    const ssm = new SSMClient({
      endpoint,
      region,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    });
    await ssm.send(
      new PutParameterCommand({ Name: '/scenario/greeting', Value: 'by hand', Type: 'String', Overwrite: true }),
    );
    await world.merge(pull);
    const { review } = await main();
    expect(review.ok).toBe(false);
    for (const text of [review.summary, (await world.comment(pull, 'terraform-stop')).body]) {
      expect(text).toContain('Not applied · `test` · not what was reviewed');
      expect(text).toContain('aws_ssm_parameter.this["greeting"]');
      expect(text).toContain('by hand');
    }
    const [issue] = await world.issues();
    expect(issue).toMatchObject({
      title: expect.stringContaining('Not applied to test'),
      assignees: [world.sandbox.owner],
    });
    const digest = /-f digest=([0-9a-f]{64})/.exec(issue?.body ?? '')?.[1] ?? '';
    const wrong = await runAction(world, 'terraform-review', {
      inputs: { digest: digest.replace(/^./, (first) => (first === '0' ? '1' : '0')) },
    });
    expect(wrong.ok).toBe(false);
    const approved = await runAction(world, 'terraform-review', { inputs: { digest } });
    expect(approved).toMatchObject({ ok: true, outputs: { apply: 'true', digest } });
    expect(await runAction(world, 'terraform-apply', { inputs: { digest } })).toMatchObject({ ok: true });
    expect(await world.issues()).toEqual([]);
  }, 180_000);

  test('a branch that was pushed to after its plan was made is not what was reviewed', async () => {
    const { pull, branch } = await planned('parameters = { greeting = "reviewed" }');
    await world.clone.git('switch', '--quiet', branch);
    await world.change(branch, 'parameters = { greeting = "pushed after the review" }');
    await world.merge(pull);
    const { review } = await main();
    expect(review.ok).toBe(false);
    expect(review.summary).toMatch(/its plan is of commit [0-9a-f]{7}, and [0-9a-f]{7} was merged/);
    // Taken back by another pull request, which carries both: nothing is left to apply, and the issue is closed.
    const { pull: back } = await planned('parameters = { greeting = "fresh" }');
    await world.merge(back);
    expect((await main()).review).toMatchObject({ ok: true, outputs: { apply: 'false' } });
    expect(await world.issues()).toEqual([]);
  }, 180_000);

  test('a protected resource: refused in the plan, allowed by the label of exactly that plan, until another commit', async () => {
    const made = await planned('parameters = { greeting = "fresh" }\nlog_groups = ["audit"]');
    await world.merge(made.pull);
    expect((await main()).apply).toMatchObject({ ok: true });

    const { pull, ok, log, branch } = await planned('parameters = { greeting = "fresh" }');
    expect(ok).toBe(false);
    expect(log).toContain('The plan would destroy what is protected: aws_cloudwatch_log_group.this["audit"].');
    const digest = parseRecord((await world.comment(pull, 'terraform-plan')).body)?.digest ?? '';
    const label = (name: string): Promise<unknown> =>
      world.github.rest.issues.addLabels({ ...world.repository, issue_number: pull, labels: [name] });
    await label('allow-destroy/0123456789abcdef');
    expect(await plan(pull)).toMatchObject({ ok: false });
    await label(allowLabel(digest));
    expect(await plan(pull)).toMatchObject({ ok: true });

    await world.clone.git('switch', '--quiet', branch);
    await world.change(branch, 'parameters = { greeting = "fresh", more = "x" }');
    expect(await plan(pull)).toMatchObject({ ok: false });
    // Merged all the same, by who may: main stops, too.
    await world.merge(pull);
    const stopped = await main();
    expect(stopped.review.ok).toBe(false);
    expect(stopped.apply).toBeUndefined();
    const now = parseRecord((await world.comment(pull, 'terraform-plan')).body)?.digest ?? '';
    expect((await world.comment(pull, 'terraform-stop')).body).toContain(allowLabel(now));
    await label(allowLabel(now));
    const { review, apply } = await main();
    expect(review).toMatchObject({ ok: true, outputs: { 'allow-destroy': 'true' } });
    expect(apply).toMatchObject({ ok: true });
  }, 240_000);

  test('an apply that fails half-way: told, followed up, said in every plan, and resumed by the next run', async () => {
    const { pull } = await planned('parameters = { greeting = "fresh", more = "y", half = "1", other = "2" }');
    await world.merge(pull);
    await world.checkOutMain();
    const review = await runAction(world, 'terraform-review');
    const inputs = { digest: review.outputs['digest'] ?? '', 'pull-requests': String(pull) };
    // Of the three writes one goes through.
    await fault('ssm', 'PutParameter', 2);
    const failed = await runAction(world, 'terraform-apply', { inputs });
    await fetch(`${world.sandbox.awsUrl}/_sandbox/faults`, { method: 'DELETE' });
    expect(failed.ok).toBe(false);
    const told = (await world.comment(pull, 'terraform-apply')).body;
    expect(told).toMatch(/1 done, 2 failed, 0 not begun/);
    expect(told).toContain('AccessDeniedException');
    expect(await world.issues()).toMatchObject([{ title: 'Apply to test failed', assignees: [world.sandbox.owner] }]);

    const { pull: next } = await planned('parameters = { greeting = "next", more = "y", half = "1", other = "2" }');
    expect((await world.comment(next, 'terraform-plan')).body).toContain('The last apply to `test`');

    const { review: again, apply } = await main();
    expect(again).toMatchObject({ ok: true, outputs: { apply: 'true', 'pull-requests': String(pull) } });
    expect(again.log).toContain('what an apply that failed has left undone');
    expect(apply).toMatchObject({ ok: true });
    expect((await world.comment(pull, 'terraform-apply')).body).toMatch(/Applied.*`test`/);
    expect(await world.issues()).toEqual([]);

    // The other pull request was planned on the half: it is outdated now, with a box; planned again, it can be merged.
    const outdated = (await world.comment(next, 'terraform-plan')).body;
    expect(parseRecord(outdated)).toMatchObject({ state: 'outdated' });
    expect(outdated).toContain('- [ ] Plan again');
    expect(await plan(next)).toMatchObject({ ok: true });
    await world.merge(next);
    expect((await main()).apply).toMatchObject({ ok: true });
  }, 240_000);

  test('a direct push, a revert and a run repeated after newer ones', async () => {
    const { pull } = await planned('parameters = { greeting = "to be reverted" }');
    await world.merge(pull);
    const merged = await world.checkOutMain();
    expect((await main()).apply).toMatchObject({ ok: true });
    // Run again, as with the button: nothing is left to do, and nothing is done.
    expect((await main()).review).toMatchObject({ ok: true, outputs: { apply: 'false' } });
    await world.clone.git('switch', '--quiet', '--force-create', 'direct', 'FETCH_HEAD');
    await world.clone.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
    await world.clone.git('push', '--quiet', 'origin', 'HEAD:main');
    const reverted = await main();
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
