import { lockOf } from '../terraform/lock.ts';
import { isEmptyPlan, type Action, type PlanSummary, type ResourceChange } from '../terraform/plan-summary.ts';
import { renderAttributes } from './attributes.ts';
import {
  ACTIONS,
  changeLines,
  changeTitle,
  countByAction,
  isDangerous,
  reasonText,
  renderChange,
  VERBS,
} from './change.ts';
import type { Limits, PlanContext } from './context.ts';
import { codeBlock, htmlCode, inlineCode, shortened } from './escape.ts';
import { fit, type Block } from './fit.ts';
import { renderGlance } from './glance.ts';
import { renderLocked } from './locked.ts';
import { details, renderAlert, renderFooter, renderWarnings } from './parts.ts';

export { COMMENT, STEP_SUMMARY, WHOLE, type Limits, type PlanContext } from './context.ts';

/** Resources of one module are shown in blocks of about this size, so that one that does not fit leaves out little. */
const BLOCK = 8_000;
/** An address can hold a key of any length; where it is only named, this much of it is enough. */
const LONGEST_NAME = 300;

/** One line, such as `3 to add, 1 to change, 0 to destroy`, or `No changes`. */
export function planHeadline(summary: PlanSummary): string {
  if (isEmptyPlan(summary)) return 'No changes';
  const always: readonly Action[] = ['create', 'update', 'destroy'];
  const parts = ACTIONS.filter((action) => summary.counts[action] > 0 || always.includes(action)).map(
    (action) => `${summary.counts[action]} ${VERBS[action]}`,
  );
  if (summary.changes.length === 0) parts.push(`${summary.outputs.length} output(s) to change`);
  return parts.join(', ');
}

/**
 * The plan as Markdown within `limits`: what has to be read first, what is destroyed or replaced, the rest folded. What does not fit is
 * left out in whole parts, and the text says how many and where they are.
 */
export function renderPlan(summary: PlanSummary, context: PlanContext, limits: Limits): string {
  const notes = context.notes ?? [];
  const head = [
    `### Terraform plan · ${inlineCode(summary.environment)} · ${planHeadline(summary)}`,
    ...notes.map((note) => renderAlert(note)),
    ...(isEmptyPlan(summary) ? ['No changes. The infrastructure matches the configuration.'] : renderGlance(summary)),
    ...dangerNote(
      summary,
      notes.some(({ kind }) => kind === 'caution'),
    ),
  ];
  const blocks = [
    ...dangerousBlocks(summary, limits),
    ...moduleBlocks(summary, limits),
    ...outputBlocks(summary, limits),
    ...driftBlocks(summary, limits),
    ...warningBlocks(context),
  ];
  return fit({ head, blocks, foot: renderFooter(context) }, context, limits.total);
}

/**
 * A failed plan: the errors as Terraform worded them, without what looks like a credential. A state that is locked is said in a
 * sentence, with the command that frees it.
 */
export function renderPlanFailure(
  environment: string,
  errors: readonly string[],
  context: PlanContext,
  limits: Limits,
): string {
  const lock = lockOf(errors);
  const head = [
    `### Terraform plan · ${inlineCode(environment)} · failed`,
    ...(context.notes ?? []).map((note) => renderAlert(note)),
    lock === undefined
      ? `Terraform could not make a plan, because of ${errors.length === 1 ? 'an error' : `${errors.length} errors`}. Nothing was changed.`
      : renderLocked(lock, environment),
  ];
  const blocks = errors.map((error): Block => {
    const text = codeBlock('text', shortened(error, limits.total / 4));
    // Who holds the lock is said above; Terraform's own words about it are long.
    return { text: lock === undefined ? text : details('What Terraform says', text), what: 'error(s)', count: 1 };
  });
  const all = [...blocks, ...warningBlocks(context)];
  return fit({ head, blocks: all, foot: renderFooter(context) }, context, limits.total);
}

function dangerNote(summary: PlanSummary, warned: boolean): string[] {
  const count = summary.changes.filter((change) => isDangerous(change)).length;
  if (count === 0) return [];
  const text = `${count} resource(s) will be **destroyed or replaced**. Read these first.`;
  // One red box is enough.
  return [warned ? text : renderAlert({ kind: 'caution', text })];
}

function dangerousBlocks({ changes }: PlanSummary, limits: Limits): Block[] {
  return changes
    .filter((change) => isDangerous(change))
    .toSorted((left, right) => Number(right.action === 'destroy') - Number(left.action === 'destroy'))
    .map((change): Block => {
      const verb = change.action === 'destroy' ? 'will be **destroyed**' : 'will be **replaced**';
      const { address, previousAddress } = change;
      const moved =
        previousAddress === undefined ? '' : `, moved from ${inlineCode(shortened(previousAddress, LONGEST_NAME))}`;
      const sentence = `${inlineCode(shortened(address, LONGEST_NAME))} ${verb}${because(change, limits)}${moved}`;
      const lines = changeLines(change, limits);
      return {
        text: lines.length === 0 ? `${sentence}.` : `${sentence}:\n\n${codeBlock('diff', lines.join('\n'))}`,
        short: `${sentence}.`,
        what: `resource(s) ${VERBS[change.action]}`,
        count: 1,
        vital: true,
      };
    });
}

function because({ attributes, reason }: ResourceChange, { perValue }: Limits): string {
  const forced = attributes.filter((attribute) => attribute.forcesReplacement).map(({ path }) => inlineCode(path));
  if (forced.length === 0) return reasonText(reason);
  const [first = '', ...others] = forced;
  const named = forced.join(', ');
  if (named.length <= Math.max(perValue, 200))
    return `, because ${named} ${others.length === 0 ? 'changes' : 'change'}`;
  return `, because ${first.length <= 200 ? `${first} and ${others.length} more attribute(s)` : `${forced.length} attribute(s)`} change`;
}

function moduleBlocks({ changes }: PlanSummary, limits: Limits): Block[] {
  const others = changes.filter((change) => !isDangerous(change));
  return [...Map.groupBy(others, (change) => change.module)].flatMap(([module, own]) => {
    const name = htmlCode(module === '' ? 'root module' : shortened(module, LONGEST_NAME));
    return foldedBlocks(name, own, 'change(s)', limits);
  });
}

function driftBlocks({ drift }: PlanSummary, limits: Limits): Block[] {
  return foldedBlocks('Changed outside of Terraform', drift, 'change(s) made outside of Terraform', limits);
}

/** Changes in folded parts of a readable size; where that does not fit, only their names. */
function foldedBlocks(name: string, changes: readonly ResourceChange[], what: string, limits: Limits): Block[] {
  const parts = inParts(changes, limits);
  return parts.map(({ members, texts }, index): Block => {
    const part = parts.length === 1 ? '' : ` · part ${index + 1} of ${parts.length}`;
    const title = `${name} · ${what === 'change(s)' ? countByAction(members) : members.length}${part}`;
    const titles = members.map((change) => shortened(changeTitle(change), LONGEST_NAME));
    return {
      text: details(title, codeBlock('diff', texts.join('\n\n'))),
      short: details(`${title} · only named`, codeBlock('diff', titles.join('\n'))),
      what,
      count: members.length,
    };
  });
}

function inParts(
  changes: readonly ResourceChange[],
  limits: Limits,
): readonly { readonly members: readonly ResourceChange[]; readonly texts: readonly string[] }[] {
  const parts: { members: ResourceChange[]; texts: string[]; size: number }[] = [];
  for (const change of changes) {
    const text = renderChange(change, limits);
    const last = parts.at(-1);
    if (last !== undefined && last.size + text.length < BLOCK) {
      last.members.push(change);
      last.texts.push(text);
      last.size += text.length;
    } else {
      parts.push({ members: [change], texts: [text], size: text.length });
    }
  }
  return parts;
}

function outputBlocks({ outputs }: PlanSummary, limits: Limits): Block[] {
  if (outputs.length === 0) return [];
  const named = (name: string): string => `! ${shortened(name, LONGEST_NAME)}`;
  const lines = outputs.flatMap(({ name, attributes }) =>
    // An empty object that becomes an empty list has no attribute to show.
    attributes.length === 0 ? [named(name)] : renderAttributes(attributes, limits).map(withoutIndent),
  );
  const names = outputs.map(({ name }) => named(name));
  const title = `Outputs · ${outputs.length} to change`;
  return [
    {
      text: details(title, codeBlock('diff', lines.join('\n'))),
      short: details(`${title} · only named`, codeBlock('diff', names.join('\n'))),
      what: 'output(s)',
      count: outputs.length,
    },
  ];
}

/** An output stands by itself, not below a resource. */
function withoutIndent(line: string): string {
  return line.replace(/^(.) {3}/, '$1 ');
}

function warningBlocks({ warnings = [] }: PlanContext): Block[] {
  return renderWarnings(warnings).map((text) => ({ text, what: 'warning(s)', count: warnings.length }));
}
