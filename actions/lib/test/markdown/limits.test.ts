import { describe, expect, test } from '@jest/globals';
import { renderApplied, renderApplyFailure, renderFollowUp } from '../../markdown/apply.ts';
import { COMMENT, renderPlan, renderPlanFailure, STEP_SUMMARY, WHOLE } from '../../markdown/plan.ts';
import type { ApplyOutcome } from '../../review/outcome.ts';
import type { PlanJson, ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planOf, resourceOf } from '../fixtures/plans.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

const GITHUB_COMMENT = 65_536;
/** Room for the marker's line. */
const OURS = 65_000;
const MEBIBYTE = 2 ** 20;

const many = (count: number, change: (index: number) => Partial<ResourceChangeJson>): PlanJson =>
  planOf(
    ...Array.from({ length: count }, (_, index) =>
      resourceOf(`r${index}`, { before: { size: 1 }, after: { size: 2 } }, change(index)),
    ),
  );

const big = '大'.repeat(1_000_000);
const emoji = '😀'.repeat(500_000);
const outputs: PlanJson['output_changes'] = Object.fromEntries(
  Array.from({ length: 2_000 }, (_, index) => [
    `o${index}`,
    { actions: ['create'], before: null, after: emoji.slice(0, 500) },
  ]),
);

const huge: readonly (readonly [string, PlanJson])[] = [
  ['10,000 changes', many(10_000, (index) => ({ module_address: `module.m${index % 50}` }))],
  ['10,000 modules', many(10_000, (index) => ({ module_address: `module.m${index}` }))],
  ['10,000 destroys', many(10_000, () => ({ change: { actions: ['delete'], before: { size: 1 }, after: null } }))],
  ['an attribute of 1 MB of wide characters', planOf(resourceOf('a', { before: { text: 'x' }, after: { text: big } }))],
  [
    'an attribute of 1 MB of surrogate pairs',
    planOf(resourceOf('a', { before: { text: emoji }, after: { text: big } })),
  ],
  [
    'a name of 1 MB',
    planOf(
      resourceOf('a', { before: {}, after: { [big]: 1 } }),
      resourceOf('b', { before: { x: 1 }, after: { x: 2 } }),
    ),
  ],
  [
    '10,000 attributes of one resource',
    planOf(
      resourceOf('a', {
        before: {},
        after: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, emoji.slice(0, 100)])),
      }),
    ),
  ],
  ['2,000 outputs', { ...planOf(), output_changes: outputs }],
  [
    '10,000 drifted resources',
    {
      ...planOf(),
      resource_drift: many(10_000, () => ({})).resource_changes ?? [],
      relevant_attributes: Array.from({ length: 10_000 }, (_, index) => ({
        resource: `thing.r${index}`,
        attribute: ['size'],
      })),
    },
  ],
];

describe.each(huge)('%s', (_, plan) => {
  const summary = summarisePlan(plan, 'test');
  const comment = renderPlan(summary, CONTEXT, COMMENT);

  test('fit into a comment, as GitHub counts', () => {
    expect(comment.length).toBeLessThanOrEqual(OURS);
    expect(OURS).toBeLessThan(GITHUB_COMMENT);
    expect(comment.isWellFormed()).toBe(true);
  });

  test('fit into a step summary', () => {
    const step = renderPlan(summary, CONTEXT, STEP_SUMMARY);
    expect(Buffer.byteLength(step)).toBeLessThan(MEBIBYTE);
    expect(step.isWellFormed()).toBe(true);
  });

  test('are told to be cut where they are, and where the rest is', () => {
    expect(comment).toMatch(/more characters\)|more lines|part\(s\) of this plan do not fit here/);
    expect(comment).toContain(CONTEXT.runUrl);
    expect(comment.startsWith('### Terraform plan · `test` · ')).toBe(true);
    expect(comment.split('\n').at(-1)).toContain('<sub>Commit');
  });

  test('leave no block open', () => {
    expect(nodesOf(comment, 'heading')).toHaveLength(1);
    expect(comment.split('<details>').length).toBe(comment.split('</details>').length);
    expect(nodesOf(comment, 'html').at(-1)?.value).toBe('</sub>');
  });
});

test('how many parts are missing is counted', () => {
  const plan = many(10_000, () => ({ change: { actions: ['delete'], before: null, after: null } }));
  const comment = renderPlan(summarisePlan(plan, 'test'), CONTEXT, COMMENT);
  const shown = comment.match(/will be \*\*destroyed\*\*/g)?.length ?? 0;
  expect(shown).toBeGreaterThan(500);
  expect(comment).toContain(
    `> ${10_000 - shown} part(s) of this plan do not fit here. All of it is in the [run](${CONTEXT.runUrl})`,
  );
});

test('what fits in the end is shown although something before it does not', () => {
  const plan = planOf(
    resourceOf('a', { before: {}, after: { [big]: 1 } }, { module_address: 'module.big' }),
    resourceOf('b', { before: { x: 1 }, after: { x: 2 } }),
  );
  expect(renderPlan(summarisePlan(plan, 'test'), CONTEXT, COMMENT)).toContain('! thing.b');
});

test('the whole is whole', () => {
  const plan = planOf(resourceOf('a', { before: { text: 'x' }, after: { text: big } }));
  const whole = renderPlan(summarisePlan(plan, 'test'), CONTEXT, WHOLE);
  expect(whole).toContain(big);
  expect(whole).not.toContain('do not fit');
});

test('an error of 1 MB is shown by its beginning', () => {
  const text = renderPlanFailure('test', [`The beginning ${big}`, 'Second'], CONTEXT, COMMENT);
  expect(text.length).toBeLessThanOrEqual(OURS);
  expect(text).toContain('The beginning');
  expect(text).toContain('more characters');
  expect(text).toContain('Second');
});

describe('the outcome of an apply', () => {
  const outcome: ApplyOutcome = {
    environment: 'test',
    done: [{ address: 'thing.a', action: 'create' }],
    failed: [{ address: 'thing.b', action: 'update', error: 'First ```' }],
    pending: [{ address: 'thing.c', action: 'replace' }],
    errors: ['Second'],
    seconds: 12.3,
    outputs: [{ name: 'url', text: '"https://a"' }],
    carried: [7, 8],
  };

  test('is a line and the outputs when it is done', () => {
    const text = renderApplied({ ...outcome, failed: [], pending: [], errors: [] }, CONTEXT, COMMENT);
    expect(text).toContain('### Applied · `test` · 1 change(s) in 12 s');
    expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual(['url = "https://a"']);
    expect(renderApplied({ ...outcome, redeployed: true }, CONTEXT, COMMENT)).toContain('deployed a second time');
  });

  test('says what was done and what not, each error with its resource, and that the next run goes on', () => {
    const text = renderApplyFailure(outcome, CONTEXT, COMMENT);
    expect(text).toContain('### Apply failed · `test` · 1 done, 1 failed, 1 not begun');
    expect(text).toContain('the next run goes on from here');
    expect(text).toContain('`thing.b` (update) failed:');
    expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual(['First ```', 'Second']);
    expect(text).toMatch(/Not begun · 1[^]*`thing\.c` \(replace\)[^]*Done · 1[^]*`thing\.a` \(create\)/);
  });

  test('is an issue that names the pull requests', () => {
    const { title, body } = renderFollowUp(outcome, CONTEXT, COMMENT);
    expect(title).toBe('Apply to test failed');
    expect(body.startsWith('It carries #7, #8.\n\n### Apply failed')).toBe(true);
  });

  test('fits into a comment, whatever has failed', () => {
    const failed = Array.from({ length: 2_000 }, (_, index) => ({
      address: `thing.r${index}`,
      action: 'create' as const,
      error: big,
    }));
    const text = renderApplyFailure({ ...outcome, failed, done: failed, errors: [big, emoji] }, CONTEXT, COMMENT);
    expect(text.length).toBeLessThanOrEqual(COMMENT.total);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('thing.r0');
    expect(text).toContain('The rest is in the log of the run.');
    expect(text.split('<details>').length).toBe(text.split('</details>').length);
  });
});
