import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../../../actions/lib/markdown/escape.ts';
import type { Hub } from './hub.ts';
import { markdown } from './markdown.ts';
import type { DeploymentRecord, IssueRecord, RunRecord } from './records.ts';

/** How many deployments the first page shows. */
const LATEST = 10;

/**
 * What people look at: the repository with its pull requests, issues, deployments and runs, all deployments by environment, a pull request or an issue with its comments, a run with
 * its summary, jobs and log, at GitHub's own addresses, so that the links in comments work.
 *
 * @returns the page as HTML, `undefined` if there is none at this path
 */
export function page(hub: Hub, path: string): string | undefined {
  const { store, runsDir } = hub;
  const base = `/${hub.owner}/${hub.repo}`;
  if (path === '/' || path === base) return repositoryPage(hub, base);
  if (path === `${base}/deployments`) return deploymentsPage(hub, base);
  // As at GitHub, a pull request is found among the issues, too.
  const number = new RegExp(`^${base}/(?:pull|issues)/(\\d+)$`).exec(path)?.[1];
  const issue = store.state.issues.find((candidate) => String(candidate.number) === number);
  if (issue !== undefined) return issuePage(hub, base, issue);
  const id = new RegExp(`^${base}/actions/runs/(\\d+)$`).exec(path)?.[1];
  const run = store.state.runs.find((candidate) => String(candidate.id) === id);
  return run === undefined ? undefined : runPage(hub, base, run, join(runsDir, String(run.id)));
}

function repositoryPage({ store, owner, repo, links }: Hub, base: string): string {
  const issues = store.state.issues.toReversed();
  return layout(base, `${owner}/${repo}`, [
    ...links.map(({ title, url }) => `<p>${anchor(url, escapeHtml(title))}</p>`),
    '<h2>Pull requests</h2>',
    table(issues.filter(({ pull }) => pull !== undefined).map((issue) => issueRow(issue, base))),
    '<h2>Issues</h2>',
    table(issues.filter(({ pull }) => pull === undefined).map((issue) => issueRow(issue, base))),
    '<h2>Deployments</h2>',
    table(store.state.deployments.toReversed().slice(0, LATEST).map(deploymentRow)),
    `<p><a href="${base}/deployments">All deployments</a></p>`,
    '<h2>Runs</h2>',
    table(store.state.runs.toReversed().map((run) => runRow(run, base))),
  ]);
}

function deploymentsPage({ store }: Hub, base: string): string {
  const environments = Map.groupBy(store.state.deployments.toReversed(), ({ environment }) => environment);
  const parts = [...environments].map(
    ([environment, deployments]) => `<h2>${escapeHtml(environment)}</h2>${table(deployments.map(deploymentRow))}`,
  );
  return layout(base, 'Deployments', parts.length === 0 ? ['<p>None.</p>'] : parts);
}

function deploymentRow({ environment, task, sha, ref, created_at, statuses }: DeploymentRecord): string[] {
  const status = statuses.at(-1);
  // An address that an earlier status has said holds until another one is said.
  const last = (key: 'log_url' | 'environment_url'): string => statuses.findLast((one) => one[key] !== '')?.[key] ?? '';
  return [
    escapeHtml(environment),
    escapeHtml(task),
    mark(status?.state ?? 'pending'),
    `<code>${escapeHtml(sha.slice(0, 7))}</code> ${escapeHtml(ref === sha ? '' : ref)}`,
    escapeHtml(status?.description ?? ''),
    `${anchor(last('environment_url'), 'open')} ${anchor(last('log_url'), 'log')}`,
    time(created_at),
  ];
}

/** Addresses come from whoever makes a status: only those of the web become links. */
function anchor(url: string, text: string): string {
  return /^https?:\/\//.test(url) ? `<a href="${escapeHtml(url)}">${text}</a>` : '';
}

function issueRow(issue: IssueRecord, base: string): string[] {
  const kind = issue.pull === undefined ? 'issues' : 'pull';
  return [
    `<a href="${base}/${kind}/${issue.number}">#${issue.number}</a>`,
    `${escapeHtml(issue.title)}${labelsOf(issue)}`,
    stateOf(issue),
    escapeHtml(issue.author),
  ];
}

function labelsOf({ labels }: IssueRecord): string {
  return labels.map((name) => ` <span class="label">${escapeHtml(name)}</span>`).join('');
}

function issuePage({ store }: Hub, base: string, issue: IssueRecord): string {
  const comments = store.state.comments.filter((comment) => comment.issue === issue.number);
  const runs = store.state.runs.filter((run) => run.ref === `refs/pull/${issue.number}/merge`);
  return layout(base, `${issue.title} #${issue.number}`, [
    `<p>${aboutIssue(issue).join(' · ')}${labelsOf(issue)}</p>`,
    markdown(issue.body ?? ''),
    ...comments.map(({ author, body, created_at, updated_at }) => {
      const edited = created_at === updated_at ? '' : ` · edited ${time(updated_at)}`;
      return `<article><header>${escapeHtml(author)} · ${time(created_at)}${edited}</header>${markdown(body)}</article>`;
    }),
    ...(issue.pull === undefined ? [] : ['<h2>Runs</h2>', table(runs.toReversed().map((run) => runRow(run, base)))]),
  ]);
}

function aboutIssue(issue: IssueRecord): string[] {
  const { pull, assignees, closed_by: by } = issue;
  const from = pull?.fork === undefined ? '' : `${pull.fork}:`;
  return [
    stateOf(issue) + (issue.state === 'closed' && by !== null ? ` by ${escapeHtml(pull?.merged_by ?? by)}` : ''),
    escapeHtml(issue.author),
    ...(pull === undefined ? [] : [escapeHtml(`${from}${pull.head} → ${pull.base}`)]),
    ...(assignees.length === 0 ? [] : [`assigned to ${escapeHtml(assignees.join(', '))}`]),
  ];
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
  summary { cursor: pointer } blockquote { border-left: 4px solid #d1d9e0; color: #59636e; margin: 0; padding: 0 1rem }
  .label { border: 1px solid #d1d9e0; border-radius: 1em; padding: 0 .5em; font-size: 12px }
  .alert { border-left: 4px solid; margin: 1rem 0; padding: .3rem 1rem } .alert-title { font-weight: 600 } .alert > :not(.alert-title) { color: #1f2328 }
  .alert.note { color: #0969da } .alert.tip { color: #1a7f37 } .alert.important { color: #8250df }
  .alert.warning { color: #9a6700 } .alert.caution { color: #d1242f }
  .open, .success, .add { color: #1a7f37 } .merged, .closed { color: #8250df } .failure, .error, .remove { color: #d1242f } .in_progress, .queued, .pending, .note { color: #9a6700 }
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

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.slice(11, 19))}</time>`;
}
