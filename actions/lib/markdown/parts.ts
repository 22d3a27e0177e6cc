import type { PlanNote } from '../review/notes.ts';
import type { PlanContext } from './context.ts';
import { codeBlock, escapeText, inlineCode, shortened } from './escape.ts';

/** A link's target, in which nothing can end it early. */
export function escapeUrl(url: string): string {
  return url
    .replaceAll(/[\s<>\\"]/g, (character) => encodeURIComponent(character))
    .replaceAll('(', '%28')
    .replaceAll(')', '%29');
}

export function runLink({ runUrl }: Pick<PlanContext, 'runUrl'>): string {
  return runUrl === undefined ? 'run' : `[run](${escapeUrl(runUrl)})`;
}

/** GitHub's alert: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts */
export function renderAlert({ kind, text }: PlanNote): string {
  return `> [!${kind.toUpperCase()}]\n${text.replaceAll(/^/gm, '> ')}`;
}

/** A folded part. Both are Markdown or HTML that is ready. */
export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** Below everything: which commit, who, how long, where. */
export function renderFooter(context: PlanContext): string {
  const { commit, base, actor, seconds, digest, runUrl } = context;
  const merged = base === undefined ? '' : ` merged with ${inlineCode(base.slice(0, 7))}`;
  return `<sub>${[
    `Commit ${inlineCode(commit.slice(0, 7))}${merged}`,
    `by ${escapeText(actor)}`,
    duration(seconds),
    ...(digest === undefined ? [] : [`digest ${inlineCode(digest.slice(0, 16))}`]),
    ...(runUrl === undefined ? [] : [runLink(context)]),
  ].join(' · ')}</sub>`;
}

/** `12 s`, or `3 min 5 s` when nobody counts in seconds any more. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** How many different warnings are shown. */
const MOST_WARNINGS = 20;
const LONGEST_WARNING = 2_000;

/** Terraform's warnings, each once: a deprecated argument warns for every resource that has it. */
export function renderWarnings(warnings: readonly string[]): string[] {
  if (warnings.length === 0) return [];
  const counts = new Map<string, number>();
  for (const warning of warnings) counts.set(warning, (counts.get(warning) ?? 0) + 1);
  const shown = [...counts].slice(0, MOST_WARNINGS).map(([text, count]) => {
    const times = count === 1 ? '' : `${count} times: `;
    return codeBlock('text', `${times}${shortened(text, LONGEST_WARNING)}`);
  });
  const more = counts.size - shown.length;
  if (more > 0) shown.push(`${more} more in the log of the run.`);
  return [details(`Warnings of Terraform · ${warnings.length}`, shown.join('\n\n'))];
}
