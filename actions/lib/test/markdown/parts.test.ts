import { describe, expect, test } from '@jest/globals';
import { codeBlock, escapeText, inlineCode, visible } from '../../markdown/escape.ts';
import { lockedText, renderLocked } from '../../markdown/locked.ts';
import { renderAlert, renderFooter } from '../../markdown/parts.ts';
import { COMMENT, renderPlan, renderPlanFailure } from '../../markdown/plan.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planFixture, planOf, resourceOf } from '../fixtures/plans.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

const plan = summarisePlan(planFixture('every-action'), 'test');

describe('what has to be read first', () => {
  test('stands below the headline, in the order given, each line of it in its box', () => {
    const notes = [
      { kind: 'warning' as const, text: 'The last apply failed.' },
      { kind: 'note' as const, text: 'One.\nTwo.' },
    ];
    const lines = renderPlan(plan, { ...CONTEXT, notes }, COMMENT).split('\n');
    expect(lines.slice(1, 8)).toEqual([
      '',
      '> [!WARNING]',
      '> The last apply failed.',
      '',
      '> [!NOTE]',
      '> One.',
      '> Two.',
    ]);
  });

  test('is one red box, not two', () => {
    const notes = [{ kind: 'caution' as const, text: 'Protected resources would be destroyed.' }];
    const text = renderPlan(plan, { ...CONTEXT, notes }, COMMENT);
    expect(text.match(/\[!CAUTION\]/g)).toHaveLength(1);
    expect(text).toContain('\n4 resource(s) will be **destroyed or replaced**. Read these first.\n');
  });

  test('is shown with a failed plan as well', () => {
    const notes = [{ kind: 'warning' as const, text: 'The last apply failed.' }];
    expect(renderPlanFailure('test', ['x'], { ...CONTEXT, notes }, COMMENT)).toContain('> The last apply failed.');
  });

  test('is a box also without text', () => expect(renderAlert({ kind: 'note', text: '' })).toBe('> [!NOTE]\n> '));
});

describe('warnings of Terraform', () => {
  const render = (warnings: readonly string[]): string => renderPlan(plan, { ...CONTEXT, warnings }, COMMENT);

  test('are folded, each once with its count, before the footer', () => {
    const text = render(['Deprecated\n`x`', 'Other', 'Deprecated\n`x`']);
    expect(text).toContain('<details><summary>Warnings of Terraform · 3</summary>');
    expect(
      nodesOf(text, 'code')
        .slice(-2)
        .map(({ value }) => value),
    ).toEqual(['2 times: Deprecated\n`x`', 'Other']);
  });

  test('are not all shown when there are many', () => {
    const text = render(Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(5_000)}`));
    expect(text).toContain('80 more in the log of the run.');
    expect(text).toContain('more characters)');
  });

  test('are not mentioned where there are none', () => expect(render([])).not.toContain('Warnings'));
});

describe('a plan at a glance', () => {
  const cells = (text: string): string[] =>
    text
      .replaceAll('\u00A0', ' ')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);

  test('has a row per kind of change, the dangerous ones first', () => {
    expect(cells(renderPlan(plan, CONTEXT, COMMENT))).toEqual([
      '| `-` to destroy | 3 | 3 × `terraform_data` |',
      '| `-/+` to replace | 1 | `terraform_data` |',
      '| `!` to forget | 1 | `terraform_data` |',
      '| `!` to change | 2 | 2 × `terraform_data` |',
      '| `!` to move | 1 | `terraform_data` |',
      '| `+` to import | 1 | `terraform_data` |',
      '| `+` to add | 1 | `terraform_data` |',
    ]);
  });

  test('names the most frequent types and counts the others', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      resourceOf(
        `r${index}`,
        { actions: ['create'], after: { x: 1 } },
        { type: index < 2 ? 'often' : `type|${index}` },
      ),
    );
    const [row = ''] = cells(renderPlan(summarisePlan(planOf(...many), 'test'), CONTEXT, COMMENT));
    expect(row).toContain('2 × `often`, `type\\|2`');
    expect(row.endsWith('2 more type(s) |')).toBe(true);
  });

  test('is left out for a single change', () => {
    const one = planOf(resourceOf('a', { before: { x: 1 }, after: { x: 2 } }));
    expect(renderPlan(summarisePlan(one, 'test'), CONTEXT, COMMENT)).not.toContain('| Change |');
  });
});

test('what is destroyed is known again by its name', () => {
  const before = { id: 'data-1', bucket: 'data', size: 3, password: 'planted-1' };
  const text = renderPlan(
    summarisePlan(planOf(resourceOf('a', { actions: ['delete'], before })), 'test'),
    CONTEXT,
    COMMENT,
  );
  expect(text).toContain('`thing.a` will be **destroyed**:\n\n```diff\n-   bucket = "data"\n-   id = "data-1"\n```');
});

test('the footer has the digest where it is given', () => {
  expect(renderFooter({ ...CONTEXT, digest: 'abcdef0123456789abcdef' })).toContain('digest `abcdef0123456789`');
  expect(renderFooter({ ...CONTEXT, runUrl: 'https://x/a)b <c>' })).toContain('[run](https://x/a%29b%20%3Cc%3E)');
});

describe('a locked state', () => {
  const lock = {
    id: 'a1b2-c3',
    who: 'me@host',
    operation: 'OperationTypeApply',
    created: '2026-11-25 12:00:00.123 +0000 UTC',
    path: 'bucket/test',
  };
  const text = renderLocked(lock, 'test');

  test('says by whom, since when, and how it is freed', () => {
    expect(text).toContain('**The state of `test` is locked** by `me@host` since 2026-11-25 12\\:00\\:00 \\+0000 UTC');
    expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual([
      'make terraform/force-unlock ENV=test ARGS=a1b2-c3',
    ]);
    expect(lockedText(lock, 'test')).toContain('make terraform/force-unlock ENV=test ARGS=a1b2-c3');
  });

  test('hands no second word to the shell', () => {
    const [code] = nodesOf(renderLocked({ ...lock, id: "x'; rm -rf / #" }, 'test'), 'code');
    expect(code?.value).toBe("make terraform/force-unlock ENV=test ARGS='xrm-rf/'");
  });

  test('is what a failed plan begins with', () => {
    const error = `Error acquiring the state lock\nLock Info:\n  ID:        a1b2-c3\n  Path:      bucket/test\n  Operation: OperationTypeApply\n  Who:       me@host\n  Created:   2026-11-25 12:00:00.123 +0000 UTC`;
    const failure = renderPlanFailure('test', [error], CONTEXT, COMMENT);
    expect(failure).toContain(text);
    expect(failure).toContain('<details><summary>What Terraform says</summary>');
  });
});

describe('characters that nobody sees', () => {
  const evil = 'a\u001B[2Jb\u202Ec\rd\u2028e';
  const shown = String.raw`a\u001b[2Jb\u202ec\u000dd\u2028e`;

  test('are written out in code and in text', () => {
    expect(visible(evil)).toBe(shown);
    expect(codeBlock('diff', `${evil}\r\nf\tg`)).toBe(`\`\`\`diff\n${shown}\nf\tg\n\`\`\``);
    expect(inlineCode('a\u202Eb')).toBe(String.raw`${'`'}a\u202eb${'`'}`);
    expect(escapeText('a\u202Eb')).toBe(String.raw`a\\u202eb`);
  });

  test('do not reach a plan', () => {
    const change = resourceOf('a', { before: { x: 'one\ntwo' }, after: { x: `one\n${evil}` } });
    const text = renderPlan(summarisePlan(planOf(change), 'test'), CONTEXT, COMMENT);
    expect(text).toContain(`+     ${shown}`);
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E\u2028]/);
  });
});
