import { codeBlock, cut, escapeText, inlineCode, tableCode } from '../markdown/escape.ts';
import { redact } from '../terraform/secrets.ts';
import { executionUrl } from './links.ts';
import { duration, placeOf, type Seen } from './seen.ts';

/** What the summary of a release says besides its table. */
export interface ReleaseReport {
  readonly environment: string;
  readonly commit: string;
  readonly region: string;
  readonly pipeline: string;
  /** One sentence: how it ended. */
  readonly headline: string;
  readonly notes: readonly string[];
  /** The end of the log of a build that failed. */
  readonly log?: readonly string[];
  /** The execution that was followed, and the one that took over, if so; in that order. */
  readonly followed: readonly Seen[];
}

const LONGEST_ERROR = 1_000;

/** The summary of a run: what each action did and how long it took, with the pages that show more. */
export function renderRelease(report: ReleaseReport): string {
  const { environment, commit, headline, notes, followed, log = [] } = report;
  return [
    `### Release · ${inlineCode(environment)} · ${inlineCode(commit.slice(0, 7))}`,
    escapeText(headline),
    ...followed.map((seen) => renderExecution(seen, report)),
    ...(log.length === 0 ? [] : [codeBlock('text', log.join('\n'))]),
    ...notes.map((note) => escapeText(note)),
  ].join('\n\n');
}

function renderExecution({ execution, actions, deployment }: Seen, { region, pipeline }: ReleaseReport): string {
  const rows = actions.map((action) => {
    const { status, startedAt, updatedAt, externalId, externalUrl, error } = action;
    const name = placeOf(action);
    const id = externalId === undefined ? '' : tableCode(externalId);
    const link = externalUrl === undefined || !isPage(externalUrl) ? id : `[${id}](${externalUrl})`;
    const said = error === undefined ? '' : escapeText(cut(redact(error), LONGEST_ERROR));
    return `| ${escapeText(name)} | ${escapeText(status)} | ${duration(updatedAt - startedAt)} | ${link} | ${said} |`;
  });
  const rollback = deployment?.rollback;
  return [
    `Execution [${execution.id}](${executionUrl(region, pipeline, execution.id)}) is ${escapeText(execution.status)}.`,
    '',
    '| action | | took | | |',
    '| --- | --- | ---: | --- | --- |',
    ...rows,
    ...(rollback === undefined
      ? []
      : ['', `The old version is brought back by the deployment ${inlineCode(rollback)}.`]),
  ].join('\n');
}

/** It comes from a service: what is no plain address would end the link. */
function isPage(url: string): boolean {
  return /^https?:\/\/[^\s()<>[\]]+$/.test(url);
}
