import { describe, expect, test } from '@jest/globals';
import { renderApplied, renderApplyFailure, renderFollowUp } from '../../markdown/apply.ts';
import { COMMENT } from '../../markdown/plan.ts';
import type { ApplyOutcome } from '../../review/outcome.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

const big = '大'.repeat(1_000_000);
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
const good: ApplyOutcome = { ...outcome, failed: [], pending: [], errors: [] };

describe('an apply that is done', () => {
  const text = renderApplied(good, CONTEXT, COMMENT);

  test('is a headline, the outputs and what was done', () => {
    expect(text.startsWith('### Applied · `test` · 1 change(s) in 12 s\n\nIt carries #7, #8.')).toBe(true);
    expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual(['url = "https://a"']);
    expect(text).toContain('<details><summary>Done · 1 added</summary>\n\n- `thing.a` (added)\n\n</details>');
    expect(text.split('\n').at(-1)).toContain(`Commit \`0123456\` · by octocat · 12 s · [run](${CONTEXT.runUrl})`);
  });

  test('says that the API was deployed again', () => {
    expect(renderApplied({ ...good, redeployed: true }, CONTEXT, COMMENT)).toContain('deployed a second time');
    expect(text).not.toContain('deployed a second time');
  });

  test('took minutes, not hundreds of seconds', () => {
    expect(renderApplied({ ...good, seconds: 185 }, CONTEXT, COMMENT)).toContain('in 3 min 5 s');
  });

  test('fits into a comment, whatever its outputs are', () => {
    const outputs = Array.from({ length: 2_000 }, (_, index) => ({ name: `o${index}`, text: big }));
    const long = renderApplied({ ...good, outputs }, CONTEXT, COMMENT);
    expect(long.length).toBeLessThanOrEqual(COMMENT.total);
    expect(long).toContain('Not shown, because they do not fit here: 2000 output(s).');
  });
});

describe('an apply that failed', () => {
  const text = renderApplyFailure(outcome, CONTEXT, COMMENT);

  test('says what was done and what not, and each error with its resource', () => {
    expect(text).toContain('### Apply failed · `test` · 1 done, 1 failed, 1 not begun');
    expect(text).toContain('`thing.b` (to change) failed:');
    expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual(['First ```', 'Second']);
    expect(text).toMatch(
      /Not begun · 1 to replace[^]*`thing\.c` \(to replace\)[^]*Done · 1 added[^]*`thing\.a` \(added\)/,
    );
  });

  test('says how to go on, and that every plan says so until then (K11)', () => {
    expect(text).toContain('the next run goes on from here');
    expect(text).toContain(`Then run all jobs of the [run](${CONTEXT.runUrl}) again`);
    expect(text).toContain('Until then every plan of `test` says that this apply has failed.');
  });

  test('is an issue that names the pull requests, and says when it will be closed', () => {
    const { title, body } = renderFollowUp(outcome, CONTEXT, COMMENT);
    expect(title).toBe('Apply to test failed');
    expect(body).toContain('It carries #7, #8.');
    expect(body).toContain('closed by the first one that succeeds');
  });

  test('fits into a comment, whatever has failed', () => {
    const failed = Array.from({ length: 2_000 }, (_, index) => ({
      address: `thing.r${index}`,
      action: 'create' as const,
      error: big,
    }));
    const many = { ...outcome, failed, done: failed, errors: [big, '😀'.repeat(500_000)] };
    for (const long of [renderApplyFailure(many, CONTEXT, COMMENT), renderFollowUp(many, CONTEXT, COMMENT).body]) {
      expect(long.length).toBeLessThanOrEqual(COMMENT.total);
      expect(long.isWellFormed()).toBe(true);
      expect(long).toContain('`thing.r0` (to add) failed');
      expect(long).toMatch(/do(es)? not fit here: \d+ error\(s\)/);
      expect(long.split('<details>').length).toBe(long.split('</details>').length);
    }
  });

  test('a name or an error cannot become anything else', () => {
    const evil = '`</code></details>\n# heading @octocat ```';
    const named = { address: evil, action: 'create' as const };
    const all = { ...outcome, done: [named], pending: [named], failed: [{ ...named, error: evil }], errors: [evil] };
    const rendered = renderApplyFailure(all, CONTEXT, COMMENT);
    expect(nodesOf(rendered, 'heading')).toHaveLength(1);
    expect(nodesOf(rendered, 'code').map(({ value }) => value)).toEqual([evil, evil]);
    expect(new Set(nodesOf(rendered, 'html').map(({ value }) => value?.replace(/<summary>.*<\/summary>/, '')))).toEqual(
      new Set(['<details>', '</details>', '<sub>', '</sub>']),
    );
  });
});
