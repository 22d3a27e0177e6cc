import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { escapeText, inlineCode } from '../../actions/lib/markdown/escape.ts';
import { showMarkdown } from '../show-markdown.ts';

const show = (...lines: string[]): string => showMarkdown(lines.join('\n'), false);

const noColour = process.env['NO_COLOR'];

describe('showMarkdown', () => {
  // Somebody may have set it for this run.
  beforeEach(() => void delete process.env['NO_COLOR']);
  afterEach(() => void (noColour !== undefined && (process.env['NO_COLOR'] = noColour)));

  test('leaves out hidden markers', () => {
    expect(show('<!-- plan: test -->', '### Plan for `test`: 1 to change', '', 'Text.')).toBe(
      'Plan for test: 1 to change\n\nText.',
    );
  });

  test('marks a folded part, shows what is in it, and closes it without a trace', () => {
    expect(show('<details><summary><b>3 changes</b></summary>', '', 'Inside.', '', '</details>', 'After.')).toBe(
      '▸ 3 changes\n\nInside.\n\nAfter.',
    );
  });

  test('indents a diff and leaves its text as it is', () => {
    const diff = ['+ "a": "**b**"', '- <!-- no marker -->', '! `c`', '  same &#42;'];
    expect(show('```diff', ...diff, '```', '**After**')).toBe(
      ['    + "a": "**b**"', '    - <!-- no marker -->', '    ! `c`', '      same &#42;', 'After'].join('\n').trim(),
    );
  });

  test('ends a block only with its own fence', () => {
    expect(show('````diff', '+ ```', '```', '````', 'After')).toBe('+ ```\n    ```\nAfter');
  });

  test('colours a diff by its signs, where there are colours', () => {
    const coloured = showMarkdown('```diff\n+ new\n- old\n! replaced\n  same\n```', true).split('\n');
    expect(coloured).toEqual([
      '\u001B[32m+ new\u001B[39m',
      '    \u001B[31m- old\u001B[39m',
      '    \u001B[33m! replaced\u001B[39m',
      '      same',
    ]);
    expect(show('```diff', '+ new', '```')).not.toContain('\u001B');
  });

  test('shows a replacement in a colour of its own, and remarks in grey', () => {
    expect(showMarkdown('x\n```diff\n-/+ a\n    # 3 more lines\n```', true).split('\n').slice(1)).toEqual([
      '    \u001B[35m-/+ a\u001B[39m',
      '    \u001B[90m    # 3 more lines\u001B[39m',
    ]);
  });

  test('has no colours where NO_COLOR is set to something', () => {
    process.env['NO_COLOR'] = '1';
    expect(showMarkdown('### Plan\n```diff\n+ new\n```', true)).toBe('Plan\n    + new');
    process.env['NO_COLOR'] = '';
    expect(showMarkdown('### Plan', true)).toBe('\u001B[1mPlan\u001B[22m');
  });

  test('sets a table in columns', () => {
    expect(
      show('| Change | Count |', '| :-- | --: |', '| `-` to destroy | 3 |', '| `a\\|b` | **12** |', '', 'After'),
    ).toBe(['Change        Count', '  - to destroy  3', '  a|b           12', '', 'After'].join('\n'));
  });

  test('shows lists, boxes and the lines of an alert', () => {
    expect(show('- [ ] Plan again', '- `a`', '> [!NOTE]', '> One', '>', '> Two')).toBe(
      '[ ] Plan again\n• a\n│ NOTE\n│ One\n│\n│ Two',
    );
  });

  test('shows what the escaper has written as it was meant', () => {
    expect(show('a\\_b &#124; &#60;i&#62; **bold** `code` [link](https://example.com/x)')).toBe(
      'a_b | <i> bold code link',
    );
    expect(show(escapeText('*_`<b>\\~|[x](y)'))).toBe('*_`<b>\\~|[x](y)');
    expect(show(`a ${inlineCode('**`x`** <b> \\_')} b`)).toBe('a **`x`** <b> \\_ b');
    expect(show('> [!WARNING]', '> **1 is destroyed**')).toBe('│ WARNING\n│ 1 is destroyed');
  });

  test('keeps no more than one empty line', () => {
    expect(show('a', '', '', '', 'b', '')).toBe('a\n\nb');
  });
});
