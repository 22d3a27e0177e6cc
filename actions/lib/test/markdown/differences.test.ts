import { describe, expect, test } from '@jest/globals';
import { renderDifferences } from '../../markdown/differences.ts';
import { COMMENT, WHOLE } from '../../markdown/plan.ts';
import { comparePlans } from '../../terraform/compare.ts';
import type { PlanJson, ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planOf, resourceOf } from '../fixtures/plans.ts';
import { nodesOf } from './parse.ts';

const differencesOf = (reviewed: PlanJson, now: PlanJson) =>
  comparePlans(summarisePlan(reviewed, 'test'), summarisePlan(now, 'test'));
const compare = (reviewed: readonly ResourceChangeJson[], now: readonly ResourceChangeJson[]): string =>
  renderDifferences(differencesOf(planOf(...reviewed), planOf(...now)), COMMENT);
const update = (name: string, before: number, after: number): ResourceChangeJson =>
  resourceOf(name, { before: { size: before }, after: { size: after } });

describe('the difference between two plans', () => {
  test('is shown attribute by attribute, from where to where', () => {
    const text = compare([update('a', 1, 2)], [update('a', 5, 2)]);
    expect(text).toContain('**What differs**: 1 would be done in another way.');
    expect(text).toContain('`thing.a` would be done in another way\n\n```diff\n- size: 1 → 2\n+ size: 5 → 2\n```');
  });

  test('says what nobody has seen first, and destroys before that', () => {
    const destroyed = resourceOf('z', { actions: ['delete'], before: { id: 'x' } });
    const text = compare([update('a', 1, 2), update('b', 1, 2)], [update('b', 2, 3), update('c', 1, 2), destroyed]);
    expect(text).toContain(
      '2 would be done and not reviewed, 1 would be done in another way, 1 reviewed and would not be done.',
    );
    const order = ['z', 'c', 'b', 'a'].map((name) => text.indexOf(`\`thing.${name}\` `));
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(text).toContain(
      '`thing.z` (to destroy) would be done, and was not reviewed\n\n```diff\n+ id: "x" → (none)\n```',
    );
    expect(text).toContain('`thing.a` (to change) was reviewed, and would not be done\n\n```diff\n- size');
  });

  test('says when the same resource is replaced now, moved or imported', () => {
    const replaced = resourceOf('a', { actions: ['delete', 'create'], before: { size: 1 }, after: { size: 2 } });
    expect(compare([update('a', 1, 2)], [replaced])).toContain('```diff\n- to change\n+ to replace\n```');
    const moved = { ...update('a', 1, 2), previous_address: 'thing.old' };
    expect(compare([update('a', 1, 2)], [moved])).toContain('+ moved from thing.old');
  });

  test('compares outputs, unknown and hidden values by what they are', () => {
    const output = (after: string): PlanJson => ({
      ...planOf(resourceOf('a', { before: { password: 'planted-1', x: 1 }, after: { password: 'planted-2', x: 2 } })),
      output_changes: { url: { actions: ['update'], before: 'a', after } },
    });
    const text = renderDifferences(differencesOf(output('b'), output('c')), COMMENT);
    expect(text).toContain('`output.url` would be done in another way');
    expect(text).toContain('- url: "a" → "b"\n+ url: "a" → "c"');
    expect(text).not.toContain('planted');
  });

  test('of long values is shown where they differ', () => {
    const long = (end: string) =>
      resourceOf('a', { before: { text: 'x' }, after: { text: `${'y'.repeat(5_000)}${end}` } });
    const text = compare([long('one')], [long('two')]);
    expect(text).toContain('one"');
    expect(text).toContain('two"');
    expect(text.length).toBeLessThan(1_500);
  });

  test('that does not fit is counted', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => update(`r${index}`, 1, 2));
    const text = compare([], many);
    expect(text.length).toBeLessThanOrEqual(COMMENT.total);
    const shown = text.match(/would be done, and was not reviewed/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(300);
    expect(text).toContain(`${5_000 - shown} more resource(s) or output(s) differ, and do not fit here.`);
    expect(renderDifferences(differencesOf(planOf(), planOf(...many)), WHOLE)).not.toContain('not fit');
  });

  test('holds nothing but code from the plans', () => {
    const evil = '```\n# heading </details> @octocat';
    const change = resourceOf(
      'x',
      { before: { [evil]: 'a' }, after: { [evil]: evil } },
      { address: `thing.each[${JSON.stringify(evil)}]` },
    );
    const text = compare([], [change]);
    expect(nodesOf(text, 'heading')).toEqual([]);
    expect(nodesOf(text, 'html')).toEqual([]);
    expect(
      nodesOf(text, 'text')
        .map(({ value }) => value)
        .join(''),
    ).not.toContain('octocat');
  });

  test('of the same plan is nothing', () => expect(compare([update('a', 1, 2)], [update('a', 1, 2)])).toBe(''));
});
