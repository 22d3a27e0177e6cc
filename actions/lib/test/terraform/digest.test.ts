import { describe, expect, test } from '@jest/globals';
import { comparePlans } from '../../terraform/compare.ts';
import { planDigest } from '../../terraform/digest.ts';
import type { ChangeJson, PlanJson, ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { changeOf, planFixture, planOf, resourceOf } from '../fixtures/plans.ts';

const digest = (...changes: readonly ResourceChangeJson[]): string =>
  planDigest(summarisePlan(planOf(...changes), 'test'));
const tagged = (change: Partial<ChangeJson>): string => digest(resourceOf('a', change));

describe('the digest of a plan', () => {
  test('is 64 hexadecimal digits, the same for the same plan', () => {
    const first = planDigest(summarisePlan(planFixture('every-action'), 'test'));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(planDigest(summarisePlan(planFixture('every-action'), 'test'))).toBe(first);
  });

  test('is of the meaning: the order of resources, of keys and of JSON texts does not count (K6)', () => {
    const a = resourceOf('a', {
      before: { policy: '{"x":1,"y":[1,2]}', n: { p: 1, q: 2 } },
      after: { policy: '{"x":2,"y":[2]}', n: null },
    });
    const again = resourceOf('a', {
      after: { n: null, policy: '{"y":[2],"x":2}' },
      before: { n: { q: 2, p: 1 }, policy: '{"y":[1,2],"x":1}' },
    });
    const b = resourceOf('b', { before: { n: 1 }, after: { n: 2 } });
    expect(digest(a, b)).toBe(digest(b, again));
  });

  test('does not know of drift, reasons and versions', () => {
    const change = resourceOf('a', { before: { n: 1 }, after: { n: 2 } });
    const plan: PlanJson = {
      ...planOf({ ...change, action_reason: 'replace_by_request' }),
      terraform_version: '2.0.0',
      relevant_attributes: [{ resource: 'thing.b', attribute: ['n'] }],
      resource_drift: [resourceOf('b', { before: { n: 1 }, after: { n: 3 } })],
    };
    const summary = summarisePlan(plan, 'test');
    expect(summary.drift).toHaveLength(1);
    expect(planDigest(summary)).toBe(digest(change));
  });

  test.each<[string, Partial<ChangeJson>]>([
    ['another value', { before: { n: 1 }, after: { n: 3 } }],
    ['another value before: the world has changed', { before: { n: 0 }, after: { n: 2 } }],
    ['another attribute', { before: { m: 1 }, after: { m: 2 } }],
    ['one more attribute', { before: { n: 1, m: 1 }, after: { n: 2, m: 2 } }],
    ['a text instead of a number', { before: { n: 1 }, after: { n: '2' } }],
    ['a value that is not known', { before: { n: 1 }, after: {}, after_unknown: { n: true } }],
    ['a replacement', { actions: ['delete', 'create'], before: { n: 1 }, after: { n: 2 } }],
    ['a list in another order', { before: { n: 1 }, after: { n: 2, l: [1, 2] } }],
  ])('is another one for %s', (_, change) => {
    expect(tagged(change)).not.toBe(tagged({ before: { n: 1 }, after: { n: 2 } }));
    expect(tagged({ before: null, after: { l: [2, 1] } })).not.toBe(tagged({ before: null, after: { l: [1, 2] } }));
  });

  test('is another one in another environment, and for another output', () => {
    const change = resourceOf('a', { before: { n: 1 }, after: { n: 2 } });
    expect(planDigest(summarisePlan(planOf(change), 'production'))).not.toBe(digest(change));
    const outputs = { url: changeOf({ actions: ['create'], after: 'https://a' }) };
    expect(planDigest(summarisePlan({ ...planOf(change), output_changes: outputs }, 'test'))).not.toBe(digest(change));
  });

  test('says nothing of a secret, except whether it changes: a weak one could be searched for', () => {
    const secret = (before: string, after: string): string =>
      tagged({
        before: { n: 1, pin: before },
        after: { n: 2, pin: after },
        before_sensitive: { pin: true },
        after_sensitive: { pin: true },
      });
    expect(secret('1111', '2222')).toBe(secret('3333', '4444'));
    expect(secret('1111', '2222')).not.toBe(secret('1111', '1111'));
    const unmarked = (password: string): string => tagged({ before: { password: 'old' }, after: { password } });
    expect(unmarked('hunter2')).toBe(unmarked('hunter3'));
  });
});

describe('two plans side by side', () => {
  const summary = (...changes: readonly ResourceChangeJson[]) => summarisePlan(planOf(...changes), 'test');
  const a = resourceOf('a', { before: { n: 1 }, after: { n: 2 } });
  const b = resourceOf('b', { before: { n: 1 }, after: { n: 2 } });

  test('differ in nothing when their digests are the same', () => {
    expect(comparePlans(summary(a, b), summary(b, a))).toEqual([]);
  });

  test('differ in what only one does, and in what they do differently', () => {
    const other = resourceOf('a', { before: { n: 1 }, after: { n: 3 } });
    const c = resourceOf('c', { actions: ['create'], after: { n: 1 } });
    expect(comparePlans(summary(a, b), summary(other, c))).toMatchObject([
      { address: 'thing.a', kind: 'differs', reviewed: { address: 'thing.a' }, now: { address: 'thing.a' } },
      { address: 'thing.b', kind: 'only-reviewed', reviewed: { address: 'thing.b' } },
      { address: 'thing.c', kind: 'only-now', now: { address: 'thing.c' } },
    ]);
  });

  test('differ in outputs, too', () => {
    const outputs = { url: changeOf({ actions: ['create'], after: 'https://a' }) };
    const withOutput = summarisePlan({ ...planOf(a), output_changes: outputs }, 'test');
    expect(comparePlans(summary(a), withOutput)).toMatchObject([{ address: 'output.url', kind: 'only-now' }]);
  });
});
