import type { PlanNote } from '../review/notes.ts';
import { isEmptyPlan, type Action, type PlanSummary, type ResourceChange } from '../terraform/plan-summary.ts';
import type { AttributeChange, Value } from '../terraform/attributes.ts';
import { codeBlock, cut, escapeHtml, escapeText, inlineCode } from './escape.ts';

/** Who planned what, and when: shown under every plan. */
export interface PlanContext {
  readonly commit: string;
  /** The commit of the base branch that the plan's tree was merged with; absent for a push. */
  readonly base?: string;
  readonly actor: string;
  /** The page of the run; absent on a terminal. */
  readonly runUrl?: string;
  readonly seconds: number;
  /** What has to be read before the plan. */
  readonly notes?: readonly PlanNote[];
  /** Terraform's own warnings. */
  readonly warnings?: readonly string[];
}

/** How much may be shown, in UTF-16 code units (never fewer than the characters that GitHub counts) and in lines. */
export interface Limits {
  readonly total: number;
  readonly perValue: number;
  readonly linesPerResource: number;
}

/** A comment holds 65,536 characters; room is left for the marker. */
export const COMMENT: Limits = { total: 65_000, perValue: 400, linesPerResource: 60 };
/** A step summary holds 1 MiB of UTF-8, in which a code unit takes 3 bytes at most; room is left for an apply's outcome. */
export const STEP_SUMMARY: Limits = { total: 300_000, perValue: 20_000, linesPerResource: 2_000 };
export const WHOLE: Limits = { total: Infinity, perValue: Infinity, linesPerResource: Infinity };

/** Resources of one module are shown in blocks of about this size, so that one that does not fit leaves out little. */
const BLOCK = 16_000;

/** In the order in which a headline names them. */
const ACTIONS: readonly Action[] = ['import', 'create', 'update', 'replace', 'move', 'forget', 'destroy'];

const VERBS: Readonly<Record<Action, string>> = {
  import: 'to import',
  create: 'to add',
  update: 'to change',
  replace: 'to replace',
  move: 'to move',
  forget: 'to forget',
  destroy: 'to destroy',
};

const SYMBOLS: Readonly<Record<Action, string>> = {
  import: '+',
  create: '+',
  update: '!',
  replace: '-/+',
  move: '!',
  forget: '!',
  destroy: '-',
};

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
 * The plan as Markdown within `limits`. What does not fit is left out in whole blocks, and the text says how many and where
 * they are.
 */
export function renderPlan(summary: PlanSummary, context: PlanContext, limits: Limits): string {
  const title = `### Terraform plan · ${inlineCode(summary.environment)} · ${planHeadline(summary)}`;
  const footer = renderFooter(context);
  const notes = (context.notes ?? []).map(({ kind, text }) => `> [!${kind.toUpperCase()}]\n> ${text}`);
  if (isEmptyPlan(summary)) {
    const text = 'No changes. The infrastructure matches the configuration.';
    return fit([title, ...notes, text], renderDrift(summary, limits), footer, context, limits);
  }
  const blocks = [
    ...renderDangerous(summary, limits),
    ...renderModules(summary, limits),
    ...renderOutputs(summary, limits),
    ...renderDrift(summary, limits),
  ];
  return fit([title, ...notes, ...renderWarning(summary)], blocks, footer, context, limits);
}

/** A failed plan: the errors as Terraform worded them, without what looks like a credential. */
export function renderPlanFailure(
  environment: string,
  errors: readonly string[],
  context: PlanContext,
  limits: Limits,
): string {
  return fit(
    [
      `### Terraform plan · ${inlineCode(environment)} · failed`,
      'Terraform could not make a plan. Nothing was changed.',
    ],
    errors.map((error) => codeBlock('text', shortened(error, limits.total / 4))),
    renderFooter(context),
    context,
    limits,
  );
}

function fit(
  head: readonly string[],
  blocks: readonly string[],
  footer: string,
  context: PlanContext,
  limits: Limits,
): string {
  const left = (count: number): string =>
    `> [!NOTE]\n> ${count} part(s) of this plan do not fit here. All of it is in the ${run(context)}: its summary, log and files.`;
  const separator = '\n\n';
  const reserved = [...head, left(blocks.length), footer].join(separator).length + separator.length;
  const shown: string[] = [];
  let used = reserved;
  for (const block of blocks) {
    if (used + block.length + separator.length > limits.total) continue;
    used += block.length + separator.length;
    shown.push(block);
  }
  const missing = blocks.length - shown.length;
  return [...head, ...shown, ...(missing > 0 ? [left(missing)] : []), footer].join(separator);
}

function renderFooter(context: PlanContext): string {
  const commit = inlineCode(context.commit.slice(0, 7));
  const merged = context.base === undefined ? '' : ` merged with ${inlineCode(context.base.slice(0, 7))}`;
  return `<sub>Commit ${commit}${merged} · by ${escapeText(context.actor)} · ${context.seconds.toFixed(0)} s${context.runUrl === undefined ? '' : ` · ${run(context)}`}</sub>`;
}

function run({ runUrl }: PlanContext): string {
  return runUrl === undefined ? 'run' : `[run](${runUrl})`;
}

function isDangerous(change: ResourceChange): boolean {
  return change.action === 'destroy' || change.action === 'replace';
}

function renderWarning(summary: PlanSummary): string[] {
  const dangerous = summary.changes.filter(isDangerous);
  if (dangerous.length === 0) return [];
  return [`> [!CAUTION]\n> ${dangerous.length} resource(s) will be **destroyed or replaced**. Read these first.`];
}

function renderDangerous(summary: PlanSummary, limits: Limits): string[] {
  return summary.changes.filter(isDangerous).map((change) => {
    const forced = change.attributes
      .filter((attribute) => attribute.forcesReplacement)
      .map(({ path }) => inlineCode(path));
    const verb = change.action === 'destroy' ? 'will be **destroyed**' : 'will be **replaced**';
    const because = forced.length > 0 ? `, because ${forced.join(', ')} changes` : reasonText(change.reason);
    return `${inlineCode(change.address)} ${verb}${because}\n\n${codeBlock('diff', renderChange(change, limits))}`;
  });
}

function renderModules(summary: PlanSummary, limits: Limits): string[] {
  const others = summary.changes.filter((change) => !isDangerous(change));
  const modules = Map.groupBy(others, (change) => change.module);
  return [...modules].flatMap(([module, changes]) =>
    inBlocks(changes, limits).map(({ members, text }) =>
      details(
        `<code>${escapeHtml(module === '' ? 'root module' : module)}</code> · ${countByAction(members)}`,
        codeBlock('diff', text),
      ),
    ),
  );
}

function inBlocks(
  changes: readonly ResourceChange[],
  limits: Limits,
): { members: readonly ResourceChange[]; text: string }[] {
  const blocks: { members: ResourceChange[]; text: string }[] = [];
  for (const change of changes) {
    const text = renderChange(change, limits);
    const last = blocks.at(-1);
    if (last !== undefined && last.text.length + text.length < BLOCK) {
      last.members.push(change);
      last.text += `\n\n${text}`;
    } else {
      blocks.push({ members: [change], text });
    }
  }
  return blocks;
}

function renderOutputs(summary: PlanSummary, limits: Limits): string[] {
  if (summary.outputs.length === 0) return [];
  const lines = summary.outputs.flatMap(({ attributes }) =>
    attributes.flatMap((attribute) => renderAttribute(attribute, '', limits)),
  );
  return [details(`Outputs · ${summary.outputs.length} to change`, codeBlock('diff', lines.join('\n')))];
}

function renderDrift(summary: PlanSummary, limits: Limits): string[] {
  if (summary.drift.length === 0) return [];
  return inBlocks(summary.drift, limits).map(({ members, text }) =>
    details(`Changed outside of Terraform · ${members.length}`, codeBlock('diff', text)),
  );
}

function renderChange(change: ResourceChange, limits: Limits): string {
  const note = [
    change.previousAddress === undefined ? '' : ` (moved from ${change.previousAddress})`,
    change.importedFrom === undefined ? '' : ` (imported from ${change.importedFrom})`,
  ].join('');
  const title = `${SYMBOLS[change.action]} ${change.address}${note}`;
  // What the provider will tell after apply says little by itself: one line names it. What forces a replacement is shown in full.
  const isComputed = ({ after, forcesReplacement }: AttributeChange): boolean =>
    after.kind === 'unknown' && !forcesReplacement;
  // What is new has the same default tags as everything else: they would be half of a first plan.
  const isRepeated = ({ path }: AttributeChange): boolean => change.action === 'create' && /^tags_all\b/.test(path);
  const visible = change.attributes.filter((attribute) => !isComputed(attribute) && !isRepeated(attribute));
  const computed = change.attributes.filter((attribute) => isComputed(attribute)).map(({ path }) => path);
  // Nothing of it changes, it goes.
  if (change.action === 'destroy' || change.action === 'forget') return title;
  const all = visible.flatMap((attribute) => renderAttribute(attribute, '  ', limits));
  const lines = all.slice(0, limits.linesPerResource);
  if (lines.length < all.length) lines.push(`    # ${all.length - lines.length} more lines`);
  if (computed.length > 0) lines.push(`    # known after apply: ${computed.join(', ')}`);
  return [title, ...lines].join('\n');
}

function renderAttribute(
  { path, before, after, forcesReplacement }: AttributeChange,
  indent: string,
  limits: Limits,
): string[] {
  const note = forcesReplacement ? ' # forces replacement' : '';
  const line = (sign: string, value: Value): string[] =>
    value.kind === 'absent' ? [] : [`${sign} ${indent}${path} = ${valueText(value, limits)}${note}`];
  // Both sides hidden: one line says that it changes, two would look alike.
  if (before.kind === 'sensitive' && after.kind === 'sensitive')
    return [`! ${indent}${path} = (sensitive, changes)${note}`];
  return [...line('-', before), ...line('+', after)];
}

function valueText(value: Exclude<Value, { kind: 'absent' }>, limits: Limits): string {
  if (value.kind === 'unknown') return '(known after apply)';
  if (value.kind === 'sensitive') return '(sensitive)';
  const text = value.text.replaceAll(/\n\s*/g, ' ');
  return shortened(text, limits.perValue);
}

function shortened(text: string, length: number): string {
  const shown = cut(text, length);
  return shown === text ? text : `${shown}… (${text.length - shown.length} more characters)`;
}

function reasonText(reason: string | undefined): string {
  switch (reason) {
    case undefined:
      return '';
    case 'replace_because_tainted':
      return ', because an earlier apply left it half made';
    case 'replace_by_request':
      return ', as asked for with -replace';
    case 'replace_by_triggers':
      return ', because something in its replace_triggered_by changes';
    case 'delete_because_no_resource_config':
      return ', because it is no longer in the configuration';
    case 'delete_because_each_key':
      return ', because its key is no longer in for_each';
    default:
      return ` (${reason.replaceAll('_', ' ')})`;
  }
}

function countByAction(changes: readonly ResourceChange[]): string {
  const groups = Map.groupBy(changes, (change) => change.action);
  return [...groups].map(([action, members]) => `${members.length} ${VERBS[action]}`).join(', ');
}

function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}
