import { attributeMeaning } from '../terraform/digest.ts';
import type { AttributeChange, Value } from '../terraform/attributes.ts';
import type { PlanDifference } from '../terraform/compare.ts';
import { codeBlock, cut, inlineCode } from './escape.ts';
import type { Limits } from './plan.ts';

/** How what would be applied differs from what was reviewed, attribute by attribute; what does not fit is counted. */
export function renderDifferences(differences: readonly PlanDifference[], limits: Limits): string {
  const shown: string[] = [];
  let used = 200;
  for (const difference of differences) {
    const block = renderDifference(difference, limits);
    if (used + block.length > limits.total) break;
    used += block.length + 2;
    shown.push(block);
  }
  const missing = differences.length - shown.length;
  if (missing > 0)
    shown.push(
      `> [!NOTE]\n> ${missing} more resource(s) differ. All of the plan is in the summary and the log of the run.`,
    );
  return shown.join('\n\n');
}

function renderDifference({ address, kind, reviewed, now }: PlanDifference, limits: Limits): string {
  const said = {
    'only-reviewed': 'was reviewed, and would not be done',
    'only-now': 'would be done, and was not reviewed',
    differs: 'would be done in another way',
  }[kind];
  const before = reviewed?.attributes ?? [];
  const after = now?.attributes ?? [];
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].toSorted();
  const action = (change: typeof now): string => (change !== undefined && 'action' in change ? change.action : '');
  const lines = paths.flatMap((path) => {
    const [was, is] = [before.find((own) => own.path === path), after.find((own) => own.path === path)];
    if (was !== undefined && is !== undefined && attributeMeaning(was) === attributeMeaning(is)) return [];
    return [...line('-', was, limits), ...line('+', is, limits)];
  });
  const actions =
    action(reviewed) === action(now)
      ? []
      : [
          ...(action(reviewed) === '' ? [] : [`- reviewed: ${action(reviewed)}`]),
          ...(action(now) === '' ? [] : [`+ now: ${action(now)}`]),
        ];
  const text = [...actions, ...lines].slice(0, limits.linesPerResource);
  return `${inlineCode(address)} ${said}${text.length === 0 ? '' : `\n\n${codeBlock('diff', text.join('\n'))}`}`;
}

function line(sign: string, attribute: AttributeChange | undefined, limits: Limits): string[] {
  if (attribute === undefined) return [];
  const { path, before, after } = attribute;
  return [`${sign} ${path}: ${valueText(before, limits)} → ${valueText(after, limits)}`];
}

const PLACEHOLDERS = { absent: '(none)', unknown: '(known after apply)', sensitive: '(sensitive)' } as const;

function valueText(value: Value, { perValue }: Limits): string {
  if (value.kind !== 'known') return PLACEHOLDERS[value.kind];
  return cut(value.text.replaceAll(/\n\s*/g, ' '), perValue);
}
