import type { Applied, ApplyOutcome } from '../review/outcome.ts';
import { countByAction, PAST, VERBS } from './change.ts';
import type { Limits, PlanContext } from './context.ts';
import { codeBlock, inlineCode, shortened } from './escape.ts';
import { fit, type Block } from './fit.ts';
import { details, duration, renderAlert, renderFooter, runLink } from './parts.ts';

/** How many resources of a kind are named. */
const MOST_NAMED = 100;
const LONGEST_NAME = 300;

/** When all of a plan was applied: how long it took, what was done, and the outputs. */
export function renderApplied(outcome: ApplyOutcome, context: PlanContext, limits: Limits): string {
  const { environment, done, seconds, outputs } = outcome;
  const lines = outputs.map(({ name, text }) => `${name} = ${shortened(text, limits.perValue)}`);
  const head = [
    `### Applied · ${inlineCode(environment)} · ${done.length} change(s) in ${duration(seconds)}`,
    ...carriedText(outcome),
    ...(outcome.redeployed === true ? ['The API was deployed a second time, because parts of it were removed.'] : []),
  ];
  const blocks: Block[] = [
    ...(lines.length === 0
      ? []
      : [
          {
            text: `**Outputs** (those that are not sensitive)\n\n${codeBlock('hcl', lines.join('\n'))}`,
            what: 'output(s)',
            count: lines.length,
          },
        ]),
    ...listBlocks('Done', done, PAST),
  ];
  return fit({ head, blocks, foot: renderFooter({ ...context, seconds }) }, context, limits.total);
}

/** When not all of it was: what was done and what was not, each error with its resource, and how to go on (K11). */
export function renderApplyFailure(outcome: ApplyOutcome, context: PlanContext, limits: Limits): string {
  const { environment, done, failed, pending, errors, seconds } = outcome;
  const head = [
    `### Apply failed · ${inlineCode(environment)} · ${done.length} done, ${failed.length} failed, ${pending.length} not begun`,
    renderAlert({
      kind: 'caution',
      text: `**Not all of it was applied.** What is done stays done, and nothing is lost: the next run goes on from here.`,
    }),
    ...carriedText(outcome),
    howToGoOn(outcome, context),
  ];
  const room = Math.max(500, limits.total / Math.max(4, 2 * (failed.length + errors.length)));
  const blocks: Block[] = [
    ...failed.map(({ address, action, error }): Block => {
      const title = `${inlineCode(shortened(address, LONGEST_NAME))} (${VERBS[action]}) failed`;
      return {
        text: `${title}:\n\n${codeBlock('text', shortened(error, room))}`,
        short: title,
        what: 'error(s)',
        count: 1,
        vital: true,
      };
    }),
    ...errors.map((error): Block => ({
      text: codeBlock('text', shortened(error, room)),
      what: 'error(s)',
      count: 1,
      vital: true,
    })),
    ...listBlocks('Not begun', pending, VERBS),
    ...listBlocks('Done', done, PAST),
  ];
  return fit({ head, blocks, foot: renderFooter({ ...context, seconds }) }, context, limits.total);
}

/** The issue that stays open until an apply succeeds. */
export function renderFollowUp(
  outcome: ApplyOutcome,
  context: PlanContext,
  limits: Limits,
): { readonly title: string; readonly body: string } {
  const last = `This issue is written anew at every apply to ${inlineCode(outcome.environment)}, and closed by the first one that succeeds.`;
  const room = { ...limits, total: limits.total - last.length - 2 };
  return {
    title: `Apply to ${outcome.environment} failed`,
    body: `${renderApplyFailure(outcome, context, room)}\n\n${last}`,
  };
}

function carriedText({ carried }: ApplyOutcome): string[] {
  if (carried.length === 0) return [];
  return [`It carries ${carried.map((number) => `#${number}`).join(', ')}.`];
}

function howToGoOn({ environment, failed, errors }: ApplyOutcome, context: PlanContext): string {
  const errorCount = failed.length + errors.length;
  return [
    `**To go on**, mend ${errorCount > 1 ? 'the causes' : 'the cause'} below:`,
    '',
    `- Is it outside of the code (a permission, a quota, a name that is taken)? Then run all jobs of the ${runLink(context)} again: what is left has to be reviewed first.`,
    `- Is it in the code? Then merge a pull request that mends it: its run applies what is left of this one as well.`,
    '',
    `Until then every plan of ${inlineCode(environment)} says that this apply has failed.`,
  ].join('\n');
}

function listBlocks(title: string, members: readonly Applied[], words: typeof VERBS): Block[] {
  if (members.length === 0) return [];
  const named = members
    .slice(0, MOST_NAMED)
    .map(({ address, action }) => `- ${inlineCode(shortened(address, LONGEST_NAME))} (${words[action]})`);
  const more = members.length > named.length ? [`- and ${members.length - named.length} more`] : [];
  const summary = `${title} · ${countByAction(members, words)}`;
  return [
    {
      text: details(summary, [...named, ...more].join('\n')),
      short: `${title}: ${countByAction(members, words)}.`,
      what: `resource(s) ${title.toLowerCase()}`,
      count: members.length,
    },
  ];
}
