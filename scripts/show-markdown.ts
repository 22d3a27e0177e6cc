import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

const ALERTS: Readonly<Record<string, Style>> = {
  CAUTION: 'red',
  WARNING: 'yellow',
  IMPORTANT: 'magenta',
  NOTE: 'blue',
  TIP: 'green',
};

/** What nobody may overlook in a plan. */
const STRONG: Readonly<Record<string, Style>> = { destroyed: 'red', replaced: 'magenta' };

/**
 * GitHub's Markdown as a reader sees it, as far as a terminal can: folded parts are marked, diffs are coloured.
 *
 * @param colour whether the reader has colours; `NO_COLOR` (https://no-color.org) wins
 */
export function showMarkdown(markdown: string, colour: boolean): string {
  const coloured = colour && (process.env['NO_COLOR'] ?? '') === '';
  const paint: Paint = (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text);
  const lines: string[] = [];
  const table: string[] = [];
  let fence: string | undefined;
  let alert: Style = 'yellow';
  const endTable = (): void => void lines.push(...showTable(table.splice(0), paint));
  for (const raw of markdown.split('\n')) {
    const opened = /^(`{3,})(\w*)$/.exec(raw);
    if (fence === undefined && raw.startsWith('| ')) {
      table.push(raw);
      continue;
    }
    endTable();
    if (fence !== undefined) {
      if (raw === fence) fence = undefined;
      else lines.push(paintDiff(raw, paint));
    } else if (opened !== null) {
      fence = opened[1];
    } else {
      alert = ALERTS[/^> \[!(\w+)\]$/.exec(raw)?.[1] ?? ''] ?? alert;
      const text = showLine(raw, alert, paint);
      if (text !== undefined) lines.push(text);
    }
  }
  endTable();
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function showLine(raw: string, alert: Style, paint: Paint): string | undefined {
  if (/^<!--.*-->$/.test(raw) || raw === '</details>') return undefined;
  const kind = /^> \[!(\w+)\]$/.exec(raw)?.[1];
  if (kind !== undefined) return paint('bold', paint(alert, `│ ${kind}`));
  if (raw.startsWith('>')) return paint(alert, `│ ${inline(raw.replace(/^> ?/, ''), paint)}`.trimEnd());
  const summary = /^<details><summary>(.*)<\/summary>$/.exec(raw)?.[1];
  if (summary !== undefined) return paint('cyan', `▸ ${inline(summary, paint)}`);
  const heading = /^#{1,6} (.*)$/.exec(raw)?.[1];
  if (heading !== undefined) return paint('bold', inline(heading, paint));
  if (raw.startsWith('<sub>')) return paint('gray', inline(raw, paint));
  return inline(raw.replace(/^- \[([ x])\] /, '[$1] ').replace(/^- /, '• '), paint);
}

/** Columns side by side, without their frame. */
function showTable(rows: readonly string[], paint: Paint): string[] {
  const cells = rows
    .filter((row) => !/^[|\s:-]+$/.test(row))
    .map((row) =>
      row
        .replace(/^\| ?/, '')
        .replace(/ ?\|$/, '')
        .split(/ (?<!\\)\| /)
        .map((cell) => inline(cell, (_, text) => text).trim()),
    );
  const widths = cells.reduce<number[]>(
    (found, row) => row.map((cell, column) => Math.max(cell.length, found[column] ?? 0)),
    [],
  );
  return cells.map((row, index) => {
    const line = `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
    return index === 0 ? paint('gray', line) : paintCell(line, paint);
  });
}

/** A row that begins with a plan's sign has the sign's colour. */
function paintCell(line: string, paint: Paint): string {
  const style = signStyle(line.trimStart().split(' ')[0] ?? '');
  return style === undefined ? line : paint(style, line);
}

/** One line without its markup. Code means what it says; what the escaper has made harmless elsewhere is text, not markup. */
function inline(line: string, paint: Paint): string {
  let text = '';
  let at = 0;
  for (const { 0: whole, 2: code = '', index } of line.matchAll(/(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)) {
    text += prose(line.slice(at, index), paint) + code.replaceAll('\\|', '|');
    at = index + whole.length;
  }
  return text + prose(line.slice(at), paint);
}

function prose(text: string, paint: Paint): string {
  return text
    .replaceAll(/<[^>]+>/g, '')
    .split(/(\[[^\]]+\]\([^)]+\)|\*\*.+?\*\*)/)
    .map((part, index) => {
      if (index % 2 === 0) return unescape(part.replaceAll('**', ''));
      const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
      if (link !== null) return unescape(link[1] ?? '');
      const bold = part.slice(2, -2);
      return paint(STRONG[bold] ?? 'bold', unescape(bold));
    })
    .join('');
}

function unescape(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

function paintDiff(line: string, paint: Paint): string {
  const style = /^ +# /.test(line) ? 'gray' : signStyle(line);
  return `    ${style === undefined ? line : paint(style, line)}`;
}

function signStyle(line: string): Style | undefined {
  if (line.startsWith('-/+')) return 'magenta';
  if (line.startsWith('+')) return 'green';
  if (line.startsWith('-')) return 'red';
  return line.startsWith('!') ? 'yellow' : undefined;
}
