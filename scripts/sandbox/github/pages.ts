import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { escapeHtml } from '../../../actions/lib/markdown/escape.ts';
import type { Hub } from './hub.ts';
import type { IssueRecord, RunRecord } from './records.ts';

/**
 * What people look at: the repository with its pull requests and runs, a pull request with its comments, a run with its summary,
 * jobs and log, at GitHub's own addresses, so that the links in comments work.
 *
 * @returns the page as HTML, `undefined` if there is none at this path
 */
export function page(hub: Hub, path: string): string | undefined {
  const { store, runsDir } = hub;
  const base = `/${hub.owner}/${hub.repo}`;
  if (path === '/' || path === base) return repositoryPage(hub, base);
  const number = new RegExp(`^${base}/pull/(\\d+)$`).exec(path)?.[1];
  const pull = store.state.issues.find((issue) => String(issue.number) === number);
  if (pull !== undefined) return pullPage(hub, base, pull);
  const id = new RegExp(`^${base}/actions/runs/(\\d+)$`).exec(path)?.[1];
  const run = store.state.runs.find((candidate) => String(candidate.id) === id);
  return run === undefined ? undefined : runPage(hub, base, run, join(runsDir, String(run.id)));
}

function repositoryPage({ store, owner, repo }: Hub, base: string): string {
  const issues = store.state.issues.toReversed();
  return layout(base, `${owner}/${repo}`, [
    '<h2>Pull requests and issues</h2>',
    table(
      issues.map((issue) => [
        `<a href="${base}/pull/${issue.number}">#${issue.number}</a>`,
        escapeHtml(issue.title),
        stateOf(issue),
        escapeHtml(issue.author),
      ]),
    ),
    '<h2>Runs</h2>',
    table(store.state.runs.toReversed().map((run) => runRow(run, base))),
  ]);
}

function pullPage({ store }: Hub, base: string, issue: IssueRecord): string {
  const comments = store.state.comments.filter((comment) => comment.issue === issue.number);
  const runs = store.state.runs.filter((run) => run.ref === `refs/pull/${issue.number}/merge`);
  return layout(base, `${issue.title} #${issue.number}`, [
    `<p>${stateOf(issue)} · ${escapeHtml(issue.author)}${issue.pull === undefined ? '' : ` · ${escapeHtml(issue.pull.head)} → ${escapeHtml(issue.pull.base)}`}</p>`,
    markdown(issue.body ?? ''),
    ...comments.map(({ author, body, created_at, updated_at }) => {
      const edited = created_at === updated_at ? '' : ` · edited ${time(updated_at)}`;
      return `<article><header>${escapeHtml(author)} · ${time(created_at)}${edited}</header>${markdown(body)}</article>`;
    }),
    '<h2>Runs</h2>',
    table(runs.toReversed().map((run) => runRow(run, base))),
  ]);
}

function runPage({ store }: Hub, base: string, run: RunRecord, folder: string): string {
  const jobs = store.state.jobs.filter((job) => job.run === run.id);
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : 'Nothing yet.';
  return layout(base, `${run.name}: ${run.display_title}`, [
    `<p>${mark(run.conclusion ?? run.status)} · ${escapeHtml(run.event)} · ${escapeHtml(run.actor)} · ${time(run.created_at)}</p>`,
    table(
      jobs.map((job) => [
        escapeHtml(job.name),
        mark(job.conclusion ?? job.status),
        `<a href="/_sandbox/logs/${job.id}">log</a>`,
      ]),
    ),
    '<h2>Summary</h2>',
    markdown(read('summary.md')),
    `<details><summary>Log</summary><pre>${escapeHtml(read('log.txt'))}</pre></details>`,
  ]);
}

function runRow(run: RunRecord, base: string): string[] {
  return [
    `<a href="${base}/actions/runs/${run.id}">${escapeHtml(run.name)}</a>`,
    escapeHtml(run.display_title),
    mark(run.conclusion ?? run.status),
    time(run.created_at),
  ];
}

function stateOf({ state, pull }: IssueRecord): string {
  return mark(pull?.merged_at ? 'merged' : state);
}

function layout(base: string, title: string, parts: readonly string[]): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  a { color: #0969da; text-decoration: none }
  table { border-collapse: collapse } td, th { padding: .3rem .8rem .3rem 0; text-align: left }
  article { border: 1px solid #d1d9e0; border-radius: 6px; margin: 1rem 0; padding: 0 1rem 1rem }
  article header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; margin: 0 -1rem 1rem; padding: .5rem 1rem; color: #59636e }
  pre { background: #f6f8fa; border-radius: 6px; padding: .8rem; overflow: auto; font-size: 12px; line-height: 1.45 }
  summary { cursor: pointer } blockquote { border-left: 4px solid #d1242f; margin: 0; padding: 0 1rem }
  .success, .merged, .add { color: #1a7f37 } .failure, .remove { color: #d1242f } .in_progress, .queued, .note { color: #9a6700 }
</style>
<p><a href="${base}">Sandbox</a></p><h1>${escapeHtml(title)}</h1>
${parts.join('\n')}</html>`;
}

function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  return `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;
}

function mark(state: string): string {
  return `<span class="${escapeHtml(state)}">${escapeHtml(state.replaceAll('_', ' '))}</span>`;
}

/** As GitHub renders it: tables, folded parts, and diffs in colour. */
function markdown(text: string): string {
  const html = marked.parse(text, { gfm: true, async: false });
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

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.slice(11, 19))}</time>`;
}
