import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { renderApplied, renderApplyFailure } from '../../markdown/apply.ts';
import { renderDifferences } from '../../markdown/differences.ts';
import { renderOutdated } from '../../markdown/outdated.ts';
import { COMMENT, renderPlan, renderPlanFailure } from '../../markdown/plan.ts';
import { comparePlans } from '../../terraform/compare.ts';
import type { ActionJson, Json, PlanJson, ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { changeOf, planOf } from '../fixtures/plans.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

/** What Markdown, GitHub, HTML, a terminal or our own markers could stumble over. */
const nasty = fc
  .array(
    fc.constantFrom(
      ...[
        '`',
        '```',
        '````',
        '~~~',
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        '|',
        '\\',
        '<b>',
        '</details>',
        '</summary>',
        '</code>',
      ],
      ...[
        '<!-- terraform-plan environment=production -->',
        '-->',
        '*',
        '# x',
        '@octocat',
        '#1',
        ' ',
        'word',
        '\u001B[2J',
      ],
      ...['[a](b)', '&lt;', '"', '\n> [!NOTE]\n> ', '\n- [ ] Plan again', '\u202E', '😀', '大', '\n+ ', '\n- '],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const value: fc.Arbitrary<Json> = fc.oneof(
  nasty,
  fc.array(nasty, { maxLength: 4 }),
  fc.dictionary(nasty, nasty, { maxKeys: 3 }),
  fc.integer(),
);
const attributes: fc.Arbitrary<Json> = fc.dictionary(fc.oneof(nasty, fc.constantFrom('a', 'b', 'id')), value, {
  maxKeys: 5,
});

const change: fc.Arbitrary<ResourceChangeJson> = fc
  .record({
    key: nasty,
    module: nasty,
    actions: fc.constantFrom<readonly ActionJson[]>(
      ['create'],
      ['update'],
      ['delete'],
      ['delete', 'create'],
      ['forget'],
    ),
    before: attributes,
    after: attributes,
    reason: fc.option(nasty, { nil: undefined }),
  })
  .map(({ key, module, actions, before, after, reason }) => ({
    address: `thing.x[${key}]`,
    module_address: module,
    mode: 'managed' as const,
    type: 'thing',
    name: 'x',
    ...(reason === undefined ? {} : { action_reason: reason }),
    change: changeOf({ actions, before, after }),
  }));

const plan: fc.Arbitrary<PlanJson> = fc
  .record({ changes: fc.array(change, { maxLength: 6 }), before: value, after: value })
  .map(({ changes, before, after }) => ({
    ...planOf(...changes),
    output_changes: { url: changeOf({ before, after }) },
  }));

/** No Markdown but ours, whatever the plan holds. */
function expectOurs(text: string, headings: number): void {
  expect(nodesOf(text, 'heading')).toHaveLength(headings);
  const html = nodesOf(text, 'html').map(({ value: tag = '' }) => tag.replaceAll(/<summary>.*<\/summary>/g, ''));
  for (const tag of html) expect(['<details>', '</details>', '<sub>', '</sub>']).toContain(tag);
  expect(html.filter((tag) => tag === '<details>')).toHaveLength(html.filter((tag) => tag === '</details>').length);
  const outside = nodesOf(text, 'text').map((node) => node.value);
  expect(outside.join('\n')).not.toMatch(/@octocat|#1\b/);
  for (const { url } of nodesOf(text, 'link')) expect(url).toBe(CONTEXT.runUrl);
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u202E]/);
  expect(text.isWellFormed()).toBe(true);
}

/** Each run is parsed as Markdown several times. */
const RUNS = { numRuns: 60 };

describe('whatever a plan holds', () => {
  test('its comment has no Markdown but ours and keeps to its limit', () => {
    fc.assert(
      fc.property(plan, fc.integer({ min: 2_500, max: 8_000 }), (json, total) => {
        const text = renderPlan(summarisePlan(json, 'test'), CONTEXT, { ...COMMENT, total });
        expectOurs(text, 1);
        expect(text.length).toBeLessThanOrEqual(total);
        const outdated = renderOutdated(text, { reason: 'New commit.', again: true, room: total + 500 });
        expectOurs(outdated, 1);
        expect(renderOutdated(outdated, { reason: 'New commit.', again: true, room: total + 500 })).toBe(outdated);
      }),
      RUNS,
    );
  });

  test('so has a comparison of two', () => {
    fc.assert(
      fc.property(plan, plan, fc.integer({ min: 1_000, max: 5_000 }), (before, now, total) => {
        const differences = comparePlans(summarisePlan(before, 'test'), summarisePlan(now, 'test'));
        const text = renderDifferences(differences, { ...COMMENT, total });
        expectOurs(text, 0);
        expect(text.length).toBeLessThanOrEqual(total);
      }),
      RUNS,
    );
  });

  test('so have errors, warnings and the outcome of an apply', () => {
    const applied = fc.record({ address: nasty, action: fc.constantFrom('create' as const, 'destroy' as const) });
    const list = fc.array(applied, { maxLength: 5 });
    fc.assert(
      fc.property(list, list, fc.array(nasty, { maxLength: 5 }), (done, pending, texts) => {
        const outputs = texts.map((text) => ({ name: 'x', text }));
        const failed = texts.map((error) => ({ address: error, action: 'update' as const, error }));
        const outcome = { environment: 'test', done, pending, failed, errors: texts, outputs, seconds: 1, carried: [] };
        const limits = { ...COMMENT, total: 4_000 };
        for (const text of [
          renderApplyFailure(outcome, CONTEXT, limits),
          renderApplied(outcome, CONTEXT, limits),
          renderPlanFailure('test', texts, { ...CONTEXT, warnings: texts }, limits),
        ]) {
          expectOurs(text, 1);
          expect(text.length).toBeLessThanOrEqual(limits.total);
        }
      }),
      RUNS,
    );
  });
});
