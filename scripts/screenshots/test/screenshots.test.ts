import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../tools.ts';
import { screenshotCases } from '../cases.ts';
import { findChromium } from '../chromium.ts';
import { renderBody, renderPage } from '../page.ts';

const folder = join(ROOT, 'docs/comments');
const cases = screenshotCases();
const names = cases.map(({ name }) => name);

describe('the pictures in docs/comments', () => {
  test('are those of the cases, and none is heavy', () => {
    const pictures = readdirSync(folder).filter((file) => file.endsWith('.png'));
    expect(pictures.toSorted()).toEqual(names.map((name) => `${name}.png`).toSorted());
    for (const picture of pictures) expect(statSync(join(folder, picture)).size).toBeLessThan(200 * 1024);
  });

  test('are all shown in the README, with a text for who cannot see them', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const name of names) expect(readme).toMatch(new RegExp(`!\\[.{20,}\\]\\(${name}\\.png\\)`));
    expect(readme.match(/!\[/g)).toHaveLength(names.length);
  });

  test.each(cases)('$name is rendered', (shown) => {
    const html = renderPage(shown);
    expect(html).toContain('<h3>');
    expect(html).toContain('dataset.height');
    // Neither an alert nor a fence nor a box is left as Markdown.
    expect(html).not.toMatch(/\[!\w+\]|```|- \[[ x]\]/);
  });

  test('open what they say they open', () => {
    for (const { opened = [], markdown } of cases)
      expect(renderBody(markdown, opened).match(/<details open>/g) ?? []).toHaveLength(opened.length);
  });
});

describe('Markdown as GitHub renders it', () => {
  test('has alerts', () => {
    const html = renderBody('> [!CAUTION]\n> **Read** this.\n>\n> And this.');
    expect(html).toMatch(
      /^<div class="alert caution"><p class="title">.*Caution<\/p><p><strong>Read<\/strong> this\.<\/p>/,
    );
    expect(html).toContain('<p>And this.</p>');
    expect(renderBody('> [!STRANGE]\n> x')).toContain('<blockquote>');
  });

  test('colours a diff by the first character, and shows it as it is', () => {
    expect(renderBody('```diff\n+ <b>\n- b\n! c\n  d\n```')).toBe(
      '<pre><code><span class="added">+ &#60;b&#62;</span>\n<span class="removed">- b</span>\n<span class="changed">! c</span>\n  d</code></pre>',
    );
  });

  test('links pull requests, but not in code or where the escaper keeps it from it', () => {
    expect(renderBody('of #7')).toContain('of <a href="#7">#7</a>');
    expect(renderBody('`#7` #\u200B7 &#38;')).not.toContain('<a');
  });

  test('has boxes', () => {
    expect(renderBody('- [ ] Plan again')).toContain('<li class="task"><input type="checkbox"> Plan again</li>');
    expect(renderBody('- [x] Done')).toContain('<input type="checkbox" checked>');
  });
});

describe('Chromium', () => {
  test('is found under any of its names', () => {
    expect(findChromium((name) => (name === 'google-chrome' ? '/bin/google-chrome' : undefined))).toBe(
      '/bin/google-chrome',
    );
  });

  test('that is missing is a sentence with what to install', () => {
    expect(() => findChromium(() => undefined)).toThrow(
      expect.objectContaining({ name: 'UserError', hint: expect.stringContaining('apt-get install chromium') }),
    );
  });
});
