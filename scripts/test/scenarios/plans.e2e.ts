import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../actions/lib/review/marker.ts';
import { Reviews, type PlannedPull } from './reviews.ts';
import { World } from './world.ts';

/** The actions themselves on one small root, without the workflows around them. */
describe('plans of what is in AWS', () => {
  let world: World;
  let reviews: Reviews;

  beforeAll(async () => {
    world = await World.create({ workflows: false });
    reviews = new Reviews(world);
    await reviews.begin();
  }, 300_000);

  afterAll(() => world.close(), 60_000);

  /** A pull request with these variables, planned, and the comment that came of it. */
  async function planned(variables: string): Promise<PlannedPull & { readonly body: string }> {
    const ended = await reviews.planned(variables);
    return { ...ended, body: (await world.comments(ended.pull))[0]?.body ?? '' };
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
  }, 180_000);

  test('a replacement is called out, with the attribute that forces it', async () => {
    const { ok, body } = await planned('parameters = { greeting = "hello" }\nsuffix = "-new"');
    expect(ok).toBe(true);
    expect(body).toContain('1 to replace');
    expect(body).toMatch(/will be \*\*replaced\*\*, because `name` changes/);
  }, 180_000);

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
  }, 300_000);

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
    180_000,
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
  }, 180_000);
});
