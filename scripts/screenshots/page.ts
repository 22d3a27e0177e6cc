import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';
import { escapeHtml } from '../../actions/lib/markdown/escape.ts';

const css = readFileSync(join(import.meta.dirname, 'github.css'), 'utf8');

const ALERTS: Readonly<Record<string, string>> = {
  NOTE: 'Note',
  TIP: 'Tip',
  IMPORTANT: 'Important',
  WARNING: 'Warning',
  CAUTION: 'Caution',
};

/** A circle with a mark: GitHub has a drawing per kind. */
const ICON =
  '<svg width="16" height="16" viewBox="0 0 16 16"><path d="M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0m0 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M7.25 4h1.5v5h-1.5zM8 10.5a1 1 0 1 1 0 2 1 1 0 0 1 0-2"/></svg>';

export interface Shown {
  /** Of an issue; a comment has none. */
  readonly title?: string;
  readonly markdown: string;
  /** The summary lines of the folded parts that a reader has opened, by their beginnings. */
  readonly opened?: readonly string[];
}

/** A comment as GitHub shows it in the light theme, as an HTML page that says how high it is. */
export function renderPage({ title, markdown, opened = [] }: Shown): string {
  const heading = title === undefined ? '' : `<h1 class="issue-title">${escapeHtml(title)}</h1>`;
  const verb = title === undefined ? 'commented' : 'opened';
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>${css}</style><body>${heading}
<div class="comment"><header><b>github-actions</b><span class="label">bot</span> ${verb} 2 minutes ago</header>
<div class="body">${renderBody(markdown, opened)}</div></div>
<script>document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height)</script></html>`;
}

/** GitHub's HTML of a Markdown text: alerts, task lists, references to issues, diffs in colour. */
export function renderBody(markdown: string, opened: readonly string[] = []): string {
  const parser = new Marked({ gfm: true, breaks: true, async: false });
  parser.use({
    renderer: {
      blockquote({ tokens }) {
        const html = this.parser.parse(tokens);
        const kind = /^<p>\[!(\w+)\](?:<br>)?\s*/.exec(html);
        const name = ALERTS[kind?.[1] ?? ''];
        if (kind === null || name === undefined) return `<blockquote>${html}</blockquote>`;
        const text = `<p>${html.slice(kind[0].length)}`;
        return `<div class="alert ${name.toLowerCase()}"><p class="title">${ICON}${name}</p>${text}</div>`;
      },
      code({ text, lang }) {
        const lines = lang === 'diff' ? text.split('\n').map((line) => diffLine(line)) : [escapeHtml(text)];
        return `<pre><code>${lines.join('\n')}</code></pre>`;
      },
      listitem({ tokens, task, checked }) {
        const text = this.parser.parse(tokens).replace(/<input[^>]*>\s*/, '');
        if (!task) return `<li>${text}</li>`;
        return `<li class="task"><input type="checkbox"${checked === true ? ' checked' : ''}> ${text}</li>`;
      },
      text(token) {
        if ('tokens' in token && token.tokens !== undefined) return this.parser.parseInline(token.tokens);
        const html = token.type === 'text' && 'escaped' in token && token.escaped ? token.text : escapeHtml(token.text);
        return html.replaceAll(/(?<![\w&])#(\d+)\b/g, '<a href="#$1">#$1</a>');
      },
    },
  });
  const html = parser.parse(markdown, { async: false });
  return html.replaceAll(/<details><summary>(.*?)<\/summary>/g, (whole, summary: string) =>
    opened.some((beginning) => summary.replaceAll(/<[^>]+>/g, '').startsWith(beginning))
      ? whole.replace('<details>', '<details open>')
      : whole,
  );
}

function diffLine(line: string): string {
  const kind = { '+': 'added', '-': 'removed', '!': 'changed' }[line.charAt(0)];
  const text = escapeHtml(line);
  return kind === undefined ? text : `<span class="${kind}">${text}</span>`;
}
