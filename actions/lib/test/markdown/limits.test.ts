import { describe, expect, test } from '@jest/globals';
import { COMMENT, renderPlan, renderPlanFailure, STEP_SUMMARY, WHOLE } from '../../markdown/plan.ts';
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
    expect(comment).toMatch(/more characters\)|more lines|not fit here/);
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
    `> [!CAUTION]\n> Not shown, because they do not fit here: ${10_000 - shown} resource(s) to destroy. All of it is in the [run](${CONTEXT.runUrl})`,
  );
});

test('what fits in the end is shown although something before it does not', () => {
  const plan = planOf(
    resourceOf('a', { before: {}, after: { [big]: 1 } }, { module_address: 'module.big' }),
    resourceOf('b', { before: { x: 1 }, after: { x: 2 } }),
  );
  const text = renderPlan(summarisePlan(plan, 'test'), CONTEXT, COMMENT);
  expect(text).toContain('! thing.b\n-   x = 1\n+   x = 2');
  expect(text).toContain('> [!NOTE]\n> Only named, because the rest of them does not fit here: 1 change(s).');
  expect(text).toContain('1 to change · only named</summary>\n\n```diff\n! thing.a\n```');
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

test('what is destroyed is named before anything else is shown, and everything is named before details are', () => {
  const long = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'x'.repeat(300)]));
  const plan = planOf(
    ...Array.from({ length: 20 }, (_, index) =>
      resourceOf(`new${index}`, { actions: ['create'], after: long }, { module_address: `module.m${index}` }),
    ),
    ...Array.from({ length: 20 }, (_, index) =>
      resourceOf(`gone${index}`, { actions: ['delete', 'create'], before: {}, after: long }),
    ),
  );
  const text = renderPlan(summarisePlan(plan, 'test'), CONTEXT, COMMENT);
  expect(text.match(/`thing\.gone\d+` will be \*\*replaced\*\*/g)).toHaveLength(20);
  expect(text.match(/<details><summary><code>module\.m\d+/g)).toHaveLength(20);
  expect(text).toMatch(
    /Only named, because the rest of them does not fit here: \d+ resource\(s\) to replace, 20 change\(s\)/,
  );
  expect(text.length).toBeGreaterThan(COMMENT.total / 2);
});
