import type { Action, PlanSummary } from '../terraform/plan-summary.ts';
import { SYMBOLS, VERBS } from './change.ts';
import { cut, tableCode } from './escape.ts';

/** What needs most attention comes first. */
const ORDER: readonly Action[] = ['destroy', 'replace', 'forget', 'update', 'move', 'import', 'create'];
const MOST_TYPES = 6;

/** What kinds of resources a plan touches, in a table; nothing where the plan itself says it in as many lines. */
export function renderGlance({ changes, counts }: PlanSummary): string[] {
  if (changes.length < 2) return [];
  const rows = ORDER.filter((action) => counts[action] > 0).map((action) => {
    const own = changes.filter((change) => change.action === action);
    const types = [...Map.groupBy(own, ({ type }) => type)].toSorted(
      ([, left], [, right]) => right.length - left.length,
    );
    const named = types.slice(0, MOST_TYPES).map(([type, members]) => {
      const times = members.length === 1 ? '' : `${members.length} × `;
      return `${times}${tableCode(cut(type, 100))}`;
    });
    const more = types.length - named.length;
    if (more > 0) named.push(`${more} more type(s)`);
    // A narrow column must not break the words.
    const name = `${tableCode(SYMBOLS[action])}\u00A0${VERBS[action].replaceAll(' ', '\u00A0')}`;
    return `| ${name} | ${counts[action]} | ${named.join(', ')} |`;
  });
  return [['| Change | Count | Types |', '| :-- | --: | :-- |', ...rows].join('\n')];
}
