import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../actions/lib/review/marker.ts';
import { allowLabel } from '../../../actions/lib/terraform/guard.ts';
import { runAction } from './actions.ts';
import { Reviews } from './reviews.ts';
import { World } from './world.ts';

/** From a merge to what is applied where it is about AWS: what it refuses, what is protected, what somebody else has changed. */
describe('what is applied in AWS', () => {
  let world: World;
  let reviews: Reviews;

  beforeAll(async () => {
    world = await World.create({ workflows: false });
    reviews = new Reviews(world);
    await reviews.begin();
  }, 300_000);

  afterAll(() => world.close(), 60_000);

  async function fault(service: string, action: string, times: number): Promise<void> {
    const body = JSON.stringify({ service, action, status: 400, code: 'AccessDeniedException', times });
    await fetch(`${world.sandbox.awsUrl}/_sandbox/faults`, { method: 'POST', body });
  }

  test('a stale plan: the world has changed since, so it stops and says what differs; approved, it is applied', async () => {
    const { pull } = await reviews.planned('parameters = { greeting = "fresh" }');
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
    const { review } = await reviews.main();
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

  test('a protected resource: refused in the plan, allowed by the label of exactly that plan, until another commit', async () => {
    const made = await reviews.planned('parameters = { greeting = "fresh" }\nlog_groups = ["audit"]');
    await world.merge(made.pull);
    expect((await reviews.main()).apply).toMatchObject({ ok: true });

    const { pull, ok, log, branch } = await reviews.planned('parameters = { greeting = "fresh" }');
    expect(ok).toBe(false);
    expect(log).toContain('The plan would destroy what is protected: aws_cloudwatch_log_group.this["audit"].');
    const digest = parseRecord((await world.comment(pull, 'terraform-plan')).body)?.digest ?? '';
    const label = (name: string): Promise<unknown> =>
      world.github.rest.issues.addLabels({ ...world.repository, issue_number: pull, labels: [name] });
    await label('allow-destroy/0123456789abcdef');
    expect(await reviews.plan(pull)).toMatchObject({ ok: false });
    await label(allowLabel(digest));
    expect(await reviews.plan(pull)).toMatchObject({ ok: true });

    await world.clone.git('switch', '--quiet', branch);
    await world.change(branch, 'parameters = { greeting = "fresh", more = "x" }');
    expect(await reviews.plan(pull)).toMatchObject({ ok: false });
    // Merged all the same, by who may: main stops, too.
    await world.merge(pull);
    const stopped = await reviews.main();
    expect(stopped.review.ok).toBe(false);
    expect(stopped.apply).toBeUndefined();
    const now = parseRecord((await world.comment(pull, 'terraform-plan')).body)?.digest ?? '';
    expect((await world.comment(pull, 'terraform-stop')).body).toContain(allowLabel(now));
    await label(allowLabel(now));
    const { review, apply } = await reviews.main();
    expect(review).toMatchObject({ ok: true, outputs: { 'allow-destroy': 'true' } });
    expect(apply).toMatchObject({ ok: true });
  }, 240_000);

  test('an apply that fails half-way: told, followed up, said in every plan, and resumed by the next run', async () => {
    const { pull } = await reviews.planned('parameters = { greeting = "fresh", more = "y", half = "1", other = "2" }');
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

    const { pull: next } = await reviews.planned(
      'parameters = { greeting = "next", more = "y", half = "1", other = "2" }',
    );
    expect((await world.comment(next, 'terraform-plan')).body).toContain('The last apply to `test`');

    const { review: again, apply } = await reviews.main();
    expect(again).toMatchObject({ ok: true, outputs: { apply: 'true', 'pull-requests': String(pull) } });
    expect(again.log).toContain('what an apply that failed has left undone');
    expect(apply).toMatchObject({ ok: true });
    expect((await world.comment(pull, 'terraform-apply')).body).toMatch(/Applied.*`test`/);
    expect(await world.issues()).toEqual([]);

    // The other pull request was planned on the half: it is outdated now, with a box; planned again, it can be merged.
    const outdated = (await world.comment(next, 'terraform-plan')).body;
    expect(parseRecord(outdated)).toMatchObject({ state: 'outdated' });
    expect(outdated).toContain('- [ ] Plan again');
    expect(await reviews.plan(next)).toMatchObject({ ok: true });
    await world.merge(next);
    expect((await reviews.main()).apply).toMatchObject({ ok: true });
  }, 240_000);
});
