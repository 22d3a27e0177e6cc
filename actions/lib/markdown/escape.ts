/**
 * Makes text from outside harmless between Markdown: no markup, no mention, no issue reference, no HTML, no marker of ours. It
 * becomes one line.
 */
export function escapeText(text: string): string {
  return (
    visible(text.replaceAll(/\s+/g, ' '))
      .replaceAll(/[\\`*_{}[\]()#+!|~$:]/g, '\\$&')
      // GitHub links these after it has made HTML of the Markdown, so no backslash helps.
      .replaceAll(/[@#]|\bGH-(?=\d)/gi, '$&\u200B')
      .replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)
  );
}

/** Inline code that shows a text as it is, whatever backticks it holds. */
export function inlineCode(text: string): string {
  const line = visible(text.replaceAll(/\s+/g, ' '));
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A fenced block that its content cannot close. */
export function codeBlock(language: string, content: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${visible(content.replaceAll('\r\n', '\n'))}\n${fence}`;
}

/** A table cell of inline code: a pipe would end the cell even inside code. */
export function tableCode(text: string): string {
  return inlineCode(text).replaceAll('|', '\\|');
}

/** The beginning of a text, of `length` code units at most, that does not end within a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd8_00 && last < 0xdc_00 ? length - 1 : length);
}

/** A text of `length` code units and a few words at most: what is missing is counted. */
export function shortened(text: string, length: number): string {
  const shown = cut(text, length);
  return shown === text ? text : `${shown}… (${text.length - shown.length} more characters)`;
}

/** Text between HTML tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}

/** Inline code where HTML stands, as in a `<summary>`: an empty line would end that, and Markdown begin. */
export function htmlCode(text: string): string {
  return `<code>${escapeHtml(visible(text.replaceAll(/\s+/g, ' ')))}</code>`;
}

/**
 * A text whose control characters are written out: a reader would not see them, but a terminal obeys them, a lone carriage return
 * begins a line, and marks of writing direction show one text for another (CVE-2021-42574). Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
