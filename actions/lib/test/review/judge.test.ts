import { describe, expect, test } from '@jest/globals';
import { judge, unallowed, type ReviewedPull } from '../../review/judge.ts';
import { planDigest } from '../../terraform/digest.ts';
import { allowLabel } from '../../terraform/guard.ts';
import type { ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan, type PlanSummary } from '../../terraform/plan-summary.ts';
import { planOf, resourceOf } from '../fixtures/plans.ts';

const plan = (...changes: readonly ResourceChangeJson[]): PlanSummary => summarisePlan(planOf(...changes), 'test');
const update = (name: string, to: number, from = 1): ResourceChangeJson =>
  resourceOf(name, { before: { n: from }, after: { n: to } });

/** A merged pull request in which these changes were reviewed. */
function pull(
  number: number,
  summary: PlanSummary,
  more: Partial<ReviewedPull> & { keep?: boolean } = {},
): ReviewedPull {
  const { keep = true, ...rest } = more;
  const record = {
    environment: 'test',
    state: 'planned' as const,
    head: 'a'.repeat(40),
    run: 1,
    planned: '2026-11-25T12:00:00.000Z',
    digest: planDigest(summary),
    ...(keep ? { summary } : {}),
  };
  return { number, labels: [], record, ...rest };
}

const again = (summary: PlanSummary, pulls: readonly ReviewedPull[], resumes = false) =>
  judge(summary, { pulls, resumes });

describe('what may be applied', () => {
  test('is what was reviewed', () => {
    expect(again(plan(update('a', 2)), [pull(7, plan(update('a', 2)))])).toEqual({
      kind: 'reviewed',
      by: [7],
      resumes: false,
    });
  });

  test('is what was reviewed in one of several: the others have no part in it, or their plan held theirs already', () => {
    const pulls = [pull(7, plan(update('a', 2))), pull(8, plan(update('a', 2), update('b', 2)))];
    expect(again(plan(update('a', 2), update('b', 2)), pulls)).toMatchObject({ kind: 'reviewed', by: [8] });
  });

  test('is exactly all that was reviewed together, when a run in between was cancelled (K1)', () => {
    const pulls = [pull(7, plan(update('a', 2))), pull(8, plan(update('b', 2)))];
    expect(again(plan(update('a', 2), update('b', 2)), pulls)).toEqual({
      kind: 'reviewed',
      by: [7, 8],
      resumes: false,
    });
  });

  test('is nothing when nothing changes, whoever has reviewed it', () => {
    expect(again(plan(), [])).toEqual({ kind: 'nothing' });
  });

  test('is what was reviewed even if that plan was too long to keep: its digest is enough', () => {
    expect(again(plan(update('a', 2)), [pull(7, plan(update('a', 2)), { keep: false })])).toMatchObject({
      kind: 'reviewed',
    });
  });
});

describe('what may not', () => {
  test.each([
    ['does something else', plan(update('a', 3))],
    ['does more', plan(update('a', 2), update('b', 2))],
    ['does less', plan(update('a', 2))],
    ['starts from somewhere else', plan(update('a', 2, 0), update('c', 2))],
  ])('%s', (_, summary) => {
    expect(again(summary, [pull(7, plan(update('a', 2), update('c', 2)))]).kind).toBe('different');
  });

  test('differs attribute by attribute from what was reviewed together', () => {
    const pulls = [pull(7, plan(update('a', 2))), pull(8, plan(update('b', 2)))];
    expect(again(plan(update('a', 3), update('b', 2)), pulls)).toMatchObject({
      kind: 'different',
      differences: [{ address: 'thing.a', kind: 'differs' }],
    });
  });

  test('was reviewed by nobody, or not as it was merged', () => {
    const without: ReviewedPull = { number: 7, labels: [], problem: 'no plan of "test" was made for it' };
    expect(again(plan(update('a', 2)), [without])).toEqual({ kind: 'different', problems: [`#7: ${without.problem}`] });
    expect(again(plan(update('a', 2)), [])).toEqual({ kind: 'different', problems: [] });
  });

  test('is compared by digest alone when one of the plans is not kept', () => {
    const pulls = [pull(7, plan(update('a', 2)), { keep: false }), pull(8, plan(update('b', 2)))];
    const verdict = again(plan(update('a', 2), update('b', 2)), pulls);
    expect(verdict).toEqual({ kind: 'different', problems: [], reviewedDigest: planDigest(plan(update('b', 2))) });
  });
});

describe('after an apply that failed half-way', () => {
  const reviewed = pull(
    7,
    plan(
      update('a', 2),
      resourceOf('role', { actions: ['create'], after: { name: 'x' }, after_unknown: { arn: true } }),
      resourceOf('job', { actions: ['create'], after: { n: 1 }, after_unknown: { role: true } }),
    ),
  );
  const rest = resourceOf('job', { actions: ['create'], after: { n: 1, role: 'arn:role' } });

  test('what is left goes on, with what was not known then', () => {
    expect(again(plan(rest), [reviewed], true)).toEqual({ kind: 'reviewed', by: [7], resumes: true });
  });

  test('what was left half made is replaced', () => {
    const tainted = resourceOf(
      'job',
      {
        actions: ['delete', 'create'],
        before: { n: 1, id: 'i-1' },
        after: { n: 1 },
        after_unknown: { id: true, role: true },
      },
      { action_reason: 'replace_because_tainted' },
    );
    const made = pull(
      7,
      plan(resourceOf('job', { actions: ['create'], after: { n: 1 }, after_unknown: { id: true, role: true } })),
    );
    expect(again(plan(tainted), [made], true)).toMatchObject({ kind: 'reviewed', resumes: true });
    const wanted = { ...tainted, action_reason: 'replace_by_request' };
    expect(again(plan(wanted), [made], true)).toMatchObject({ kind: 'different' });
  });

  test.each([
    ['another value', plan(resourceOf('job', { actions: ['create'], after: { n: 2, role: 'arn:role' } }))],
    ['another attribute', plan(resourceOf('job', { actions: ['create'], after: { n: 1, role: 'r', more: 1 } }))],
    ['another resource', plan(rest, update('b', 2))],
    ['a destroy of what was to be created', plan(resourceOf('job', { actions: ['delete'], before: { n: 1 } }))],
  ])('%s does not', (_, summary) => {
    expect(again(summary, [reviewed], true)).toMatchObject({ kind: 'different' });
  });

  test('only then: without one, doing less is not what was reviewed', () => {
    expect(again(plan(rest), [reviewed])).toMatchObject({ kind: 'different' });
  });
});

describe('what is protected', () => {
  const bucket = resourceOf(
    'b',
    { actions: ['delete'], before: { bucket: 'data' } },
    { address: 'aws_s3_bucket.data', type: 'aws_s3_bucket' },
  );
  const summary = plan(bucket, update('a', 2));
  const label = allowLabel(planDigest(summary));

  test('needs a label that names the digest', () => {
    expect(label).toMatch(/^allow-destroy\/[0-9a-f]{16}$/);
    expect(unallowed(summary, [pull(7, summary)])).toMatchObject([{ address: 'aws_s3_bucket.data' }]);
    expect(unallowed(summary, [pull(7, summary, { labels: [label] })])).toEqual([]);
    expect(
      unallowed(summary, [pull(7, summary, { labels: ['allow-destroy', 'allow-destroy/0123456789abcdef'] })]),
    ).toHaveLength(1);
  });

  test('is allowed by the pull request that destroys it, not by another one', () => {
    const one = pull(7, plan(bucket));
    const other = pull(8, plan(update('a', 2)));
    const labelled = (of: ReviewedPull): ReviewedPull => ({ ...of, labels: [allowLabel(of.record?.digest ?? '')] });
    expect(unallowed(summary, [labelled(one), other])).toEqual([]);
    expect(unallowed(summary, [one, labelled(other)])).toHaveLength(1);
  });
});
