import { escapeHtml } from '../../../../../actions/lib/markdown/escape.ts';
import type { Pipeline, Running, Split } from './look.ts';

/** What runs, as a page that looks again by itself every two seconds. A part that could not be had is the reason why. */
export function runningPage(running: { readonly [Part in keyof Running]: Running[Part] | string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>What runs</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse } td { padding: .3rem .8rem .3rem 0; vertical-align: top }
  .split { display: flex; width: 28rem; height: 1rem; margin-top: .25rem; border-radius: 4px; overflow: hidden }
  .split span { background: #0969da }
  .split span + span { background: #1a7f37 }
  .Succeeded { color: #1a7f37 } .Failed, .Stopped { color: #d1242f } .InProgress, .Stopping, .Created, .Ready { color: #9a6700 }
  .Superseded, .Abandoned { color: #59636e }
</style>
<h1>What runs</h1>
<h2>Aliases</h2>${part(running.aliases, ({ name, split }) => [escapeHtml(name), bar(split)])}
<h2>Load balancers</h2>${part(running.listeners, ({ name, split }) => [escapeHtml(name), bar(split)])}
<h2>Deployments</h2>${part(running.deployments, ({ id, group, status, said }) => [escapeHtml(id), escapeHtml(group), mark(status), escapeHtml(said)])}
<h2>Pipelines</h2>${typeof running.pipelines === 'string' ? reason(running.pipelines) : running.pipelines.map(pipeline).join('') || '<p>None.</p>'}
</html>`;
}

function pipeline({ name, stages, executions }: Pipeline): string {
  return `<h3>${escapeHtml(name)}</h3>${part(
    stages.flatMap((stage) => stage.actions.map((action) => ({ stage, action }))),
    ({ stage, action }) => [
      escapeHtml(stage.name),
      mark(stage.status),
      escapeHtml(action.name),
      mark(action.status),
      escapeHtml(action.said),
    ],
  )}${part(executions, ({ id, status, commit }) => [escapeHtml(id), mark(status), `<code>${escapeHtml(commit)}</code>`])}`;
}

function part<T>(rows: readonly T[] | string, cells: (row: T) => readonly string[]): string {
  if (typeof rows === 'string') return reason(rows);
  if (rows.length === 0) return '<p>None.</p>';
  return `<table>${rows
    .map(
      (row) =>
        `<tr>${cells(row)
          .map((cell) => `<td>${cell}</td>`)
          .join('')}</tr>`,
    )
    .join('')}</table>`;
}

function bar(split: Split): string {
  if (split.length === 0) return '–';
  const parts = split.map(({ percent }) => `<span style="width:${percent}%"></span>`);
  // Beside it: in a part of 10 % there is no room for words.
  const words = split.map(({ name, percent }) => escapeHtml(`${name}: ${percent} %`));
  return `<div class="split">${parts.join('')}</div>${words.join(' · ')}`;
}

function mark(status: string): string {
  return `<span class="${escapeHtml(status)}">${escapeHtml(status)}</span>`;
}

function reason(why: string): string {
  return `<p>Not to be had: ${escapeHtml(why)}</p>`;
}
