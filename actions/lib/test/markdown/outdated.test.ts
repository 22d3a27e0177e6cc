import { describe, expect, test } from '@jest/globals';
import { PLAN_AGAIN_BOX, renderOutdated } from '../../markdown/outdated.ts';
import { COMMENT, renderPlan } from '../../markdown/plan.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planFixture } from '../fixtures/plans.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

const plan = renderPlan(summarisePlan(planFixture('every-action'), 'test'), CONTEXT, COMMENT);
const room = 65_000;
const once = renderOutdated(plan, { reason: 'Commit `abc1234` has come since.', again: true, room });

describe('an outdated plan', () => {
  test('says so first, and why', () => {
    expect(once).toMatch(
      /^### Outdated · Terraform plan · `test` · 1 to import[^\n]*\n\n> \[!WARNING\]\n> \*\*This plan is outdated\.\*\* Commit `abc1234` has come since\.\n/,
    );
    expect(nodesOf(once, 'heading')).toHaveLength(1);
  });

  test('can be made again by a box, before anything that comes from a plan', () => {
    expect(once.indexOf(PLAN_AGAIN_BOX)).toBeLessThan(once.indexOf('<details>'));
    expect(renderOutdated(plan, { reason: 'x', again: false, room })).not.toContain(PLAN_AGAIN_BOX);
  });

  test('has the old plan folded', () => {
    const old = plan.slice(plan.indexOf('\n')).trim();
    expect(once.endsWith(`<details><summary>The outdated plan</summary>\n\n${old}\n\n</details>`)).toBe(true);
  });

  test('outdated again has the later reason, and nothing twice', () => {
    const options = { reason: 'Another one.', again: false, room };
    expect(renderOutdated(once, options)).toBe(renderOutdated(plan, options));
    expect(renderOutdated(once, { reason: 'Commit `abc1234` has come since.', again: true, room })).toBe(once);
  });

  test('that was too long leaves the old one out, and says where it is; also when outdated again', () => {
    const small = renderOutdated(plan, { reason: 'x', again: true, room: 1_000 });
    expect(small.length).toBeLessThan(1_000);
    expect(small).toContain('It is in the summary of its run.');
    expect(small.split('\n').at(-1)).toBe(plan.split('\n').at(-1));
    const twice = renderOutdated(small, { reason: 'x', again: true, room: 100_000 });
    expect(twice.match(/too long to keep/g)).toHaveLength(1);
    expect(twice.match(/<sub>/g)).toHaveLength(1);
  });

  test('fits beside the longest hidden plan unless told otherwise', () => {
    const long = `### Terraform plan\n\n${'x'.repeat(50_000)}\n\n<sub>Commit</sub>`;
    expect(renderOutdated(long, { reason: 'x', again: true }).length).toBeLessThan(35_000);
  });

  test('has a reason of one line', () => {
    expect(renderOutdated(plan, { reason: 'a\n\n# b', again: false, room })).toContain(
      '> **This plan is outdated.** a # b\n',
    );
  });
});
