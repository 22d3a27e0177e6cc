import type { AttributeChange } from '../terraform/attributes.ts';
import type { Action, ResourceChange } from '../terraform/plan-summary.ts';
import { renderAttributes } from './attributes.ts';
import type { Limits } from './context.ts';
import { escapeText, shortened } from './escape.ts';

/** In the order in which a headline names them. */
export const ACTIONS: readonly Action[] = ['import', 'create', 'update', 'replace', 'move', 'forget', 'destroy'];

export const VERBS: Readonly<Record<Action, string>> = {
  import: 'to import',
  create: 'to add',
  update: 'to change',
  replace: 'to replace',
  move: 'to move',
  forget: 'to forget',
  destroy: 'to destroy',
};

export const PAST: Readonly<Record<Action, string>> = {
  import: 'imported',
  create: 'added',
  update: 'changed',
  replace: 'replaced',
  move: 'moved',
  forget: 'forgotten',
  destroy: 'destroyed',
};

/** Before a resource in a `diff` block; GitHub colours a line by the first character. */
export const SYMBOLS: Readonly<Record<Action, string>> = {
  import: '+',
  create: '+',
  update: '!',
  replace: '-/+',
  move: '!',
  forget: '!',
  destroy: '-',
};

/** By these a reader knows again what goes. */
const IDENTITY = ['id', 'name', 'bucket', 'function_name', 'domain_name', 'arn'];

export function isDangerous({ action }: Pick<ResourceChange, 'action'>): boolean {
  return action === 'destroy' || action === 'replace';
}

export function countByAction(changes: readonly Pick<ResourceChange, 'action'>[], words = VERBS): string {
  const groups = Map.groupBy(changes, ({ action }) => action);
  return ACTIONS.flatMap((action) => {
    const count = groups.get(action)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${words[action]}`];
  }).join(', ');
}

/** The first line of a resource in a `diff` block. */
export function changeTitle({ action, address, previousAddress, importedFrom }: ResourceChange): string {
  const moved = previousAddress === undefined ? '' : ` (moved from ${previousAddress})`;
  const imported = importedFrom === undefined ? '' : ` (imported from ${importedFrom})`;
  return `${SYMBOLS[action]} ${address}${moved}${imported}`;
}

/** A resource and what changes of it, for a `diff` block. */
export function renderChange(change: ResourceChange, limits: Limits): string {
  return [changeTitle(change), ...changeLines(change, limits)].join('\n');
}

/** What changes of a resource, below its title. */
export function changeLines(change: ResourceChange, limits: Limits): string[] {
  if (change.action === 'forget') return [];
  if (change.action === 'destroy') return identityLines(change, limits);
  // What the provider will tell after apply says little by itself: one line names it. What forces a replacement is shown in full.
  const isComputed = ({ after, forcesReplacement }: AttributeChange): boolean =>
    after.kind === 'unknown' && !forcesReplacement;
  // What is new has the same default tags as everything else: they would be half of a first plan.
  const isRepeated = ({ path }: AttributeChange): boolean => change.action === 'create' && /^tags_all\b/.test(path);
  const visible = change.attributes
    .filter((attribute) => !isComputed(attribute) && !isRepeated(attribute))
    .toSorted((left, right) => Number(right.forcesReplacement) - Number(left.forcesReplacement));
  const computed = change.attributes.filter((attribute) => isComputed(attribute)).map(({ path }) => path);
  const all = renderAttributes(visible, limits);
  const lines = all.slice(0, limits.linesPerResource);
  if (lines.length < all.length) lines.push(`    # ${all.length - lines.length} more lines`);
  if (computed.length > 0)
    lines.push(`    # known after apply: ${shortened(computed.join(', '), 2 * limits.perValue)}`);
  return lines;
}

/** Nothing of it changes, it goes: what it is called says more than all that it was. */
function identityLines({ attributes }: ResourceChange, limits: Limits): string[] {
  const own = attributes.filter(({ path, before }) => IDENTITY.includes(path) && before.kind === 'known');
  return renderAttributes(own, limits);
}

/** Why something is replaced or destroyed, as the end of a sentence. */
export function reasonText(reason: string | undefined): string {
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
    case 'delete_because_no_module':
      return ', because its module is no longer in the configuration';
    case 'delete_because_count_index':
      return ', because count is smaller now';
    case 'delete_because_no_move_target':
      return ', because it was to move to what is not in the configuration';
    default:
      return ` (${escapeText(shortened(reason.replaceAll('_', ' '), 200))})`;
  }
}
