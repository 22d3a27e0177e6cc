/** Makes text from outside harmless between Markdown: no markup, no mention, no issue reference, no HTML, no marker of ours. */
export function escapeText(text: string): string {
  return (
    text
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[\\`*_{}[\]()#+!|~$:]/g, '\\$&')
      // GitHub links these after it has made HTML of the Markdown, so no backslash helps.
      .replaceAll(/[@#]|\bGH-(?=\d)/gi, '$&\u200B')
      .replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)
  );
}

/** Inline code that shows a text as it is, whatever backticks it holds. */
export function inlineCode(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A fenced block that its content cannot close. */
export function codeBlock(language: string, content: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${content}\n${fence}`;
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

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Text between HTML tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
