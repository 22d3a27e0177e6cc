import type { AttributeChange } from '../terraform/attributes.ts';
import type { PlanDifference } from '../terraform/compare.ts';
import { attributeMeaning, valueMeaning } from '../terraform/digest.ts';
import { valueTexts } from './attributes.ts';
import { isDangerous, VERBS } from './change.ts';
import type { Limits } from './context.ts';
import { codeBlock, escapeText, inlineCode, shortened } from './escape.ts';
import { renderAlert } from './parts.ts';

type Change = NonNullable<PlanDifference['now']>;

const SAID = {
  'only-reviewed': 'was reviewed, and would not be done',
  'only-now': 'would be done, and was not reviewed',
  differs: 'would be done in another way',
} as const;

const COUNTED = {
  'only-now': 'would be done and not reviewed',
  differs: 'would be done in another way',
  'only-reviewed': 'reviewed and would not be done',
} as const;

/**
 * How what would be applied differs from what was reviewed, attribute by attribute: `-` is what was reviewed, `+` what would be applied.
 * What nobody has seen comes first, destroys and replacements before the rest. What does not fit is counted.
 */
export function renderDifferences(differences: readonly PlanDifference[], limits: Limits): string {
  if (differences.length === 0) return '';
  const ordered = differences.toSorted((left, right) => rank(left) - rank(right));
  const counts = Object.entries(COUNTED).flatMap(([kind, text]) => {
    const count = differences.filter((difference) => difference.kind === kind).length;
    return count === 0 ? [] : [`${count} ${text}`];
  });
  const shown = [
    `**What differs**: ${counts.join(', ')}. In the blocks, ${inlineCode('-')} was reviewed and ${inlineCode('+')} would be applied.`,
  ];
  const missing = (count: number): string =>
    renderAlert({
      kind: 'note',
      text: `${count} more resource(s) or output(s) differ, and do not fit here. All of the plan is in the summary and the log of the run.`,
    });
  let used = `${shown[0] ?? ''}\n\n${missing(differences.length)}\n\n`.length;
  let left = differences.length;
  for (const difference of ordered) {
    const block = renderDifference(difference, limits);
    if (used + block.length + 2 > limits.total) continue;
    used += block.length + 2;
    left -= 1;
    shown.push(block);
  }
  return [...shown, ...(left > 0 ? [missing(left)] : [])].join('\n\n');
}

function rank({ kind, now }: PlanDifference): number {
  const danger = now !== undefined && 'action' in now && isDangerous(now) ? 0 : 3;
  return danger + { 'only-now': 0, differs: 1, 'only-reviewed': 2 }[kind];
}

function renderDifference({ address, kind, reviewed, now }: PlanDifference, limits: Limits): string {
  // What is on one side only says it above its block.
  const all = [...(kind === 'differs' ? titleLines(reviewed, now) : []), ...attributeLines(reviewed, now, limits)];
  const lines = all.slice(0, limits.linesPerResource);
  if (lines.length < all.length) lines.push(`  # ${all.length - lines.length} more lines`);
  const body = lines.length === 0 ? '' : `\n\n${codeBlock('diff', lines.join('\n'))}`;
  const own = kind === 'differs' ? [] : facts(now ?? reviewed);
  const what = own.length === 0 ? '' : ` (${own.map((fact) => escapeText(fact)).join(', ')})`;
  return `${inlineCode(shortened(address, 300))}${what} ${SAID[kind]}${body}`;
}

/** What is done with the resource as a whole, where that differs. */
function titleLines(reviewed: Change | undefined, now: Change | undefined): string[] {
  const [was, is] = [facts(reviewed), facts(now)];
  return [
    ...was.filter((fact) => !is.includes(fact)).map((fact) => `- ${fact}`),
    ...is.filter((fact) => !was.includes(fact)).map((fact) => `+ ${fact}`),
  ];
}

function facts(change: Change | undefined): string[] {
  if (change === undefined || !('action' in change)) return [];
  return [
    VERBS[change.action],
    ...(change.previousAddress === undefined ? [] : [`moved from ${shortened(change.previousAddress, 300)}`]),
    ...(change.importedFrom === undefined ? [] : [`imported from ${shortened(change.importedFrom, 300)}`]),
  ];
}

function attributeLines(reviewed: Change | undefined, now: Change | undefined, limits: Limits): string[] {
  const [was, is] = [byPath(reviewed), byPath(now)];
  return [...new Set([...was.keys(), ...is.keys()])].toSorted().flatMap((path) => {
    const [before, after] = [was.get(path), is.get(path)];
    if (before === undefined || after === undefined) {
      return [...line('-', before, limits), ...line('+', after, limits)];
    }
    if (attributeMeaning(before) === attributeMeaning(after)) return [];
    return pairLines(before, after, limits);
  });
}

/** Where both begin, or both end, with the same value, long values are compared at the end that differs. */
function pairLines(reviewed: AttributeChange, now: AttributeChange, limits: Limits): string[] {
  const sameStart = valueMeaning(reviewed.before) === valueMeaning(now.before);
  const [wasBefore, isBefore] = valueTexts(reviewed.before, now.before, limits);
  const [wasAfter, isAfter] = valueTexts(reviewed.after, now.after, limits);
  const start = (text: string): string => (sameStart ? shortened(text, 40) : text);
  return [`- ${reviewed.path}: ${start(wasBefore)} → ${wasAfter}`, `+ ${now.path}: ${start(isBefore)} → ${isAfter}`];
}

function line(sign: string, attribute: AttributeChange | undefined, limits: Limits): string[] {
  if (attribute === undefined) return [];
  const [before, after] = valueTexts(attribute.before, attribute.after, limits);
  return [`${sign} ${attribute.path}: ${before} → ${after}`];
}

function byPath(change: Change | undefined): ReadonlyMap<string, AttributeChange> {
  return new Map((change?.attributes ?? []).map((attribute) => [attribute.path, attribute]));
}
