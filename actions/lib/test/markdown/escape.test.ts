import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { codeBlock, cut, escapeText, inlineCode, tableCode } from '../../markdown/escape.ts';
import { nodesOf, parseMarkdown } from './parse.ts';

/** Text that is made of what Markdown could stumble over. */
const nasty = fc
  .array(
    fc.constantFrom(
      '`',
      '``',
      '```',
      '~~~',
      '\n',
      '|',
      '\\',
      '<b>',
      '</details>',
      '<!--',
      '-->',
      '*',
      '_',
      '#',
      '@',
      ' ',
      'x',
      '[a](b)',
      '&',
      '"',
    ),
    {
      maxLength: 20,
    },
  )
  .map((parts) => parts.join(''));

describe('a code block', () => {
  test.each(['```', '````\n```', '~~~', 'a\n```\n# heading\n```', '</details>', '<!-- marker -->'])(
    'cannot be closed by its content: %j',
    (content) => {
      const text = `${codeBlock('diff', content)}\n\nafter`;
      const codes = nodesOf(text, 'code');
      expect(codes.map(({ value }) => value)).toEqual([content]);
      expect(nodesOf(text, 'heading')).toEqual([]);
      expect(nodesOf(text, 'html')).toEqual([]);
    },
  );

  test('holds any text as it is', () => {
    fc.assert(
      fc.property(nasty, (content) => {
        const [code, ...others] = nodesOf(`before\n\n${codeBlock('diff', content)}\n\nafter`, 'code');
        expect(code?.value).toBe(content);
        expect(others).toEqual([]);
      }),
    );
  });
});

describe('inline code', () => {
  test.each(['plain', 'a`b', '`', '``', 'a``b`c', '`start', 'end`', '<b>', '@octocat', '*x*'])(
    'shows %j as it is',
    (text) => {
      expect(nodesOf(`before ${inlineCode(text)} after`, 'inlineCode').map(({ value }) => value)).toEqual([text]);
    },
  );

  test('is one line', () => {
    expect(inlineCode('a\n\n# b')).toBe('`a # b`');
  });

  test('does not end a table cell', () => {
    const table = `| a | b |\n|---|---|\n| ${tableCode('x | y `z`')} | 2 |`;
    expect(nodesOf(table, 'tableCell')).toHaveLength(4);
  });
});

describe('text', () => {
  test.each([
    '# heading',
    '**bold** _x_ ~~y~~',
    '<img src=x onerror=alert(1)>',
    '<!-- terraform-plan environment=test -->',
    '[link](https://example.com)',
    '![image](https://example.com/x.png)',
    '`code`',
    '- [ ] task',
    '1. item\n2. item',
    '> quote',
    '&lt;b&gt;',
    'a\n\nb',
    '| a | b |\n|---|---|',
    '$x$',
  ])('%j is only text', (text) => {
    const kinds = new Set(parseMarkdown(`by ${escapeText(text)} now`).map(({ type }) => type));
    expect(
      [...kinds].filter((kind) => !['root', 'paragraph', 'text', 'sentence', 'word', 'whitespace'].includes(kind)),
    ).toEqual([]);
  });

  test.each(['@octocat', '@org/team', '#1', 'owner/repo#1', 'GH-1', 'gh-1'])(
    '%s mentions and links nobody: GitHub finds those after the Markdown',
    (text) => {
      // What GitHub looks for, where a reader sees no difference.
      expect(escapeText(text).replaceAll('\\', '')).not.toMatch(/@\w|#\d|GH-\d/i);
      expect(escapeText(text).replaceAll(/[\\\u200B]/g, '')).toBe(text);
    },
  );

  test('shows signs of HTML as they are', () => {
    expect(escapeText('<b> & "x"')).toBe('&#60;b&#62; &#38; &#34;x&#34;');
  });
});

describe('cutting a text', () => {
  test('never cuts a character in two', () => {
    expect(cut('a😀', 2)).toBe('a');
    expect(cut('a😀', 3)).toBe('a😀');
    expect(cut('😀', 0)).toBe('');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
        const result = cut(text, length);
        expect(text.startsWith(result)).toBe(true);
        expect(result.length).toBeLessThanOrEqual(length);
        expect(result.isWellFormed()).toBe(true);
      }),
    );
  });

  test('leaves a short one', () => {
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abc', Infinity)).toBe('abc');
  });
});
