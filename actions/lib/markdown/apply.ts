import type { ApplyOutcome } from '../review/outcome.ts';
import { codeBlock, cut, escapeText, inlineCode } from './escape.ts';
import type { Limits, PlanContext } from './plan.ts';

/** How many resources of a kind are named. */
const MOST_NAMED = 100;

/** When all of a plan was applied. */
export function renderApplied(outcome: ApplyOutcome, context: PlanContext, limits: Limits): string {
  const { environment, done, seconds, outputs } = outcome;
  const shown = outputs.map(({ name, text }) => `${name} = ${cut(text, limits.perValue)}`).join('\n');
  return fit(
    [
      `### Applied · ${inlineCode(environment)} · ${done.length} change(s) in ${seconds.toFixed(0)} s`,
      ...(outcome.redeployed === true ? ['The API was deployed a second time, because parts of it were removed.'] : []),
      ...(outputs.length === 0 ? [] : [`Outputs:\n\n${codeBlock('hcl', shown)}`]),
    ],
    footer(context),
    limits,
  );
}

/** When not all of it was: what was done and what was not, each error with its resource, and how to go on. */
export function renderApplyFailure(outcome: ApplyOutcome, context: PlanContext, limits: Limits): string {
  const { environment, done, failed, pending, errors } = outcome;
  const per = Math.max(500, limits.total / Math.max(4, 2 * (failed.length + errors.length)));
  return fit(
    [
      `### Apply failed · ${inlineCode(environment)} · ${done.length} done, ${failed.length} failed, ${pending.length} not begun`,
      `Nothing is lost: the next run goes on from here. Mend the cause, then run the failed job again, or merge what mends it.`,
      ...failed.map(
        ({ address, action, error }) =>
          `${inlineCode(address)} (${action}) failed:\n\n${codeBlock('text', cut(error, per))}`,
      ),
      ...errors.map((error) => codeBlock('text', cut(error, per))),
      ...list('Not begun', pending),
      ...list('Done', done),
    ],
    footer(context),
    limits,
  );
}

/** The issue that stays open until an apply succeeds. */
export function renderFollowUp(
  outcome: ApplyOutcome,
  context: PlanContext,
  limits: Limits,
): { readonly title: string; readonly body: string } {
  const pulls = outcome.carried.map((number) => `#${number}`).join(', ');
  const carried = pulls === '' ? '' : `It carries ${pulls}.\n\n`;
  return {
    title: `Apply to ${outcome.environment} failed`,
    body: `${carried}${renderApplyFailure(outcome, context, { ...limits, total: limits.total - carried.length })}`,
  };
}

function list(title: string, members: ApplyOutcome['done']): string[] {
  if (members.length === 0) return [];
  const named = members.slice(0, MOST_NAMED).map(({ address, action }) => `- ${inlineCode(address)} (${action})`);
  const more = members.length > named.length ? [`- and ${members.length - named.length} more`] : [];
  return [
    `<details><summary>${title} · ${members.length}</summary>\n\n${[...named, ...more].join('\n')}\n\n</details>`,
  ];
}

function footer({ commit, actor, runUrl }: PlanContext): string {
  const run = runUrl === undefined ? '' : ` · [run](${runUrl})`;
  return `<sub>Commit ${inlineCode(commit.slice(0, 7))} · by ${escapeText(actor)}${run}</sub>`;
}

function fit(parts: readonly string[], last: string, limits: Limits): string {
  const shown: string[] = [];
  let left = limits.total - last.length - 100;
  for (const part of parts) {
    if (part.length + 2 > left) {
      shown.push('The rest is in the log of the run.');
      break;
    }
    left -= part.length + 2;
    shown.push(part);
  }
  return [...shown, last].join('\n\n');
}
