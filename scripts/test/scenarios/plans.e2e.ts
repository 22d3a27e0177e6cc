import { DeleteObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../actions/lib/review/marker.ts';
import { runAction, type StepEnd } from './actions.ts';
import { BOT, World } from './world.ts';

/** The actions themselves on one small root, without the workflows around them: a plan takes seconds. */
describe('plans, and what may come of them', () => {
  let world: World;
  let branches = 0;

  beforeAll(async () => {
    world = await World.create({ workflows: false });
    await world.push('main', 'Begin');
    const approved = await runAction(world, 'terraform-review', { inputs: { digest: '0'.repeat(64) } });
    const digest = /Digest of what would be applied: `([0-9a-f]{64})`/.exec(approved.summary)?.[1] ?? '';
    const applied = await runAction(world, 'terraform-apply', { inputs: { digest } });
    if (!applied.ok) throw new Error(applied.log);
  }, 120_000);

  afterAll(() => world.close(), 60_000);

  /** A pull request with these variables, planned. */
  async function planned(
    variables: string,
    env: Record<string, string> = {},
  ): Promise<StepEnd & { pull: number; body: string }> {
    branches += 1;
    const branch = `change-${branches}`;
    await world.branch(branch, variables);
    const pull = await world.open(branch);
    await world.checkOutMerge(pull);
    const ended = await runAction(world, 'terraform-plan', { pull, runId: branches, env });
    const comments = await world.comments(pull);
    return { ...ended, pull, body: comments[0]?.body ?? '' };
  }

  test('a plain change: counts, the attribute, who and which commits, the same in comment and summary', async () => {
    const { ok, body, summary, outputs } = await planned('parameters = { greeting = "good day" }');
    expect({ ok, headline: outputs['headline'] }).toEqual({
      ok: true,
      headline: '0 to add, 1 to change, 0 to destroy',
    });
    for (const text of [body, summary]) {
      expect(text).toContain('Terraform plan · `test` · 0 to add, 1 to change, 0 to destroy');
      expect(text).toMatch(/-\s+insecure_value = "hello"/);
      expect(text).toMatch(/\+\s+insecure_value = "good day"/);
      expect(text).toMatch(/Commit `[0-9a-f]{7}` merged with `[0-9a-f]{7}` · by acme/);
    }
    expect(parseRecord(body)).toMatchObject({ state: 'planned', digest: outputs['digest'] });
  }, 60_000);

  test('no change says so', async () => {
    const { ok, body, outputs } = await planned('# A remark.\nparameters = { greeting = "hello" }');
    expect({ ok, changes: outputs['has-changes'] }).toEqual({ ok: true, changes: 'false' });
    expect(body).toContain('No changes');
  }, 60_000);

  test('a replacement is called out, with the attribute that forces it', async () => {
    const { ok, body } = await planned('parameters = { greeting = "hello" }\nsuffix = "-new"');
    expect(ok).toBe(true);
    expect(body).toContain('1 to replace');
    expect(body).toMatch(/will be \*\*replaced\*\*, because `name` changes/);
  }, 60_000);

  test('a sensitive value that changes is nowhere, and changes the digest of nothing else', async () => {
    const one = await planned('parameters = { greeting = "hello" }\npassword = "second-planted-secret"');
    const other = await planned('parameters = { greeting = "hello" }\npassword = "third-planted-secret"');
    expect(one.body).toContain('aws_ssm_parameter.password');
    // Read from the tfvars file by Terraform only: no rendering, log or record holds it.
    for (const { log, summary, body, outputs } of [one, other]) {
      expect([log, summary, body, JSON.stringify([outputs, parseRecord(body)])].join('\n')).not.toContain(
        'planted-secret',
      );
    }
    expect(one.outputs['digest']).toBe(other.outputs['digest']);
  }, 120_000);

  test('2,000 resources fit: into the comment in part, and it says where the rest is; whole in the log', async () => {
    const { ok, body, log, summary } = await planned(
      `parameters = { greeting = "hello", ${Array.from({ length: 2_000 }, (_, i) => `many-${i} = "value of ${i}"`).join(', ')} }`,
    );
    expect(ok).toBe(true);
    expect(body).toContain('2000 to add');
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/do not fit here/);
    expect(Buffer.byteLength(summary)).toBeLessThan(2 ** 20);
    expect(log.match(/\+ aws_ssm_parameter\.this\["many-/g)).toHaveLength(2_000);
  }, 120_000);

  test.each<[string, string, RegExp]>([
    ['a plan error', 'parameters = { greeting = null }', /insecure_value|Missing|Invalid/],
    [
      'a validation error',
      'log_groups = "not a set of texts"',
      /Invalid value for input variable|set of string required/,
    ],
  ])(
    '%s is told in the comment, and the step fails',
    async (_, variables, said) => {
      const { ok, body, log } = await planned(variables);
      expect(ok).toBe(false);
      expect(body).toContain('Terraform plan · `test` · failed');
      expect(body).toMatch(said);
      expect(log).toContain('::error');
      expect(parseRecord(body)).toMatchObject({ state: 'failed' });
    },
    60_000,
  );

  test('a provider error is told in the comment, with its resource, and the step fails', async () => {
    const fault = {
      service: 'ssm',
      action: 'DescribeParameters',
      status: 400,
      code: 'AccessDeniedException',
      times: 2,
    };
    const faults = `${world.sandbox.awsUrl}/_sandbox/faults`;
    await fetch(faults, { method: 'POST', body: JSON.stringify(fault) });
    const { ok, body, log } = await planned('parameters = { greeting = "hello again" }');
    await fetch(faults, { method: 'DELETE' });
    expect(ok).toBe(false);
    expect(body).toContain('Terraform plan · `test` · failed');
    expect(body).toMatch(/AccessDeniedException/);
    expect(body).toMatch(/with aws_ssm_parameter\./);
    expect(log).toMatch(/^::error .*file=terraform\/main\.tf,line=\d+::/m);
  }, 60_000);

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
  }, 120_000);

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
  }, 120_000);

  test('GitHub down for longer: the plan is in the summary, and the step says that the comment is not written', async () => {
    await fetch(`${world.sandbox.githubUrl}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ path: '/comments', status: 422, times: 10 }),
    });
    branches += 1;
    await world.branch(`change-${branches}`, 'parameters = { greeting = "good day" }');
    const pull = await world.open(`change-${branches}`);
    await world.checkOutMerge(pull);
    const { ok, log, summary } = await runAction(world, 'terraform-plan', { pull });
    await fetch(`${world.sandbox.githubUrl}/_sandbox/faults`, { method: 'DELETE' });
    expect(ok).toBe(true);
    expect(log).toContain('The plan could not be written as a comment');
    expect(summary).toContain('0 to add, 1 to change, 0 to destroy');
  }, 60_000);

  test('a state that somebody has locked: who, since when, and the command that frees it', async () => {
    const { awsUrl: endpoint, region } = world.sandbox;
    const s3 = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    });
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const Bucket = Buckets.map(({ Name }) => Name ?? '').find((name) => name.includes('state'));
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
  }, 120_000);

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
    expect(BOT).toBe('github-actions[bot]');
  }, 120_000);
});
