import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** GitHub's Markdown as a reader sees it, as far as a terminal can: folded parts are marked, diffs are coloured. */
export function showMarkdown(markdown: string, colour: boolean): string {
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const lines: string[] = [];
  let fence: string | undefined;
  for (const raw of markdown.split('\n')) {
    const opened = /^(`{3,})(\w*)$/.exec(raw);
    if (fence !== undefined) {
      if (raw === fence) fence = undefined;
      else lines.push(paintDiff(raw, paint));
    } else if (opened !== null) {
      fence = opened[1];
    } else {
      const text = showLine(raw, paint);
      if (text !== undefined) lines.push(text);
    }
  }
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function showLine(raw: string, paint: (style: Style, text: string) => string): string | undefined {
  if (/^<!--.*-->$/.test(raw) || raw === '</details>') return undefined;
  const summary = /^<details><summary>(.*)<\/summary>$/.exec(raw)?.[1];
  const plain = inline(summary ?? raw.replace(/^> \[!(\w+)\]$/, '> $1'));
  if (summary !== undefined) return paint('cyan', `▸ ${plain}`);
  if (plain.startsWith('### ')) return paint('bold', plain.slice(4));
  if (plain.startsWith('> ')) return paint('yellow', `│ ${plain.slice(2)}`);
  return plain;
}

/** One line without its markup. Code means what it says; what the escaper has made harmless elsewhere is text, not markup. */
function inline(line: string): string {
  let text = '';
  let at = 0;
  for (const { 0: whole, 2: code = '', index } of line.matchAll(/(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)) {
    text += prose(line.slice(at, index)) + code.replaceAll('\\|', '|');
    at = index + whole.length;
  }
  return text + prose(line.slice(at));
}

function prose(text: string): string {
  return unescape(
    text
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
      .replaceAll('**', ''),
  );
}

function unescape(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

function paintDiff(line: string, paint: (style: Style, text: string) => string): string {
  const style: Style | undefined = line.startsWith('+')
    ? 'green'
    : line.startsWith('-')
      ? 'red'
      : line.startsWith('!')
        ? 'yellow'
        : undefined;
  return `    ${style === undefined ? line : paint(style, line)}`;
}
