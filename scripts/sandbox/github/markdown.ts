import { Marked } from 'marked';

const ALERT = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:\s*<br>)?\s*/;

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    // https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
    blockquote({ tokens }) {
      const body = this.parser.parse(tokens);
      const kind = ALERT.exec(body)?.[1]?.toLowerCase();
      if (kind === undefined) return `<blockquote>\n${body}</blockquote>\n`;
      const title = `<p class="alert-title">${kind.charAt(0).toUpperCase()}${kind.slice(1)}</p>`;
      const rest = body.replace(ALERT, '<p>').replace(/^<p><\/p>\s*/, '');
      return `<div class="alert ${kind}">\n${title}\n${rest}</div>\n`;
    },
  },
});

/** As GitHub renders it: tables, folded parts, alerts, and diffs in colour. */
export function markdown(text: string): string {
  const html = marked.parse(text, { async: false });
  return html.replaceAll(
    /(<code class="language-diff">)([\s\S]*?)(<\/code>)/g,
    (_, open: string, body: string, end: string) => {
      const lines = body.split('\n').map((line) => {
        const kind = { '+': 'add', '-': 'remove', '!': 'note' }[line.charAt(0)];
        return kind === undefined ? line : `<span class="${kind}">${line}</span>`;
      });
      return `${open}${lines.join('\n')}${end}`;
    },
  );
}
