import type { AttributeChange, Value } from '../terraform/attributes.ts';
import type { Limits } from './context.ts';
import { shortened } from './escape.ts';
import { lineDiff, type DiffLine } from './line-diff.ts';

/** Equal lines around what changes in a text. */
const CONTEXT_LINES = 2;
/** Equal characters around what changes in a long line, and how many more there must be to leave some out. */
const CONTEXT_CHARACTERS = 40;
/** A new list of this many characters at most is one line. */
const SHORT_LIST = 100;

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

/**
 * Attributes as lines of a `diff` block. The sign stands in the first column. A list is shown as one, and a text of several
 * lines by the lines that change: with whole copies, nobody finds the difference.
 */
export function renderAttributes(attributes: readonly AttributeChange[], limits: Limits): string[] {
  return byList(attributes).flatMap(({ path, items }) => {
    const [only] = items;
    if (path !== undefined) return renderList(path, items, limits);
    return only === undefined ? [] : renderAttribute(only, limits);
  });
}

/** A value in one line, cut to the limit. */
export function valueText(value: Value, { perValue }: Pick<Limits, 'perValue'>): string {
  return shortened(plainText(value), perValue);
}

/** Two values in one line each. What is equal at both ends of long ones is left out, or both would be cut before the difference. */
export function valueTexts(before: Value, after: Value, limits: Pick<Limits, 'perValue'>): [string, string] {
  const [left, right] = [plainText(before), plainText(after)];
  if (Math.max(left.length, right.length) <= limits.perValue) return [left, right];
  if (before.kind !== 'known' || after.kind !== 'known') return [valueText(before, limits), valueText(after, limits)];
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const [skipped, dropped] = [start, end].map((equal) =>
    equal > 2 * CONTEXT_CHARACTERS ? equal - CONTEXT_CHARACTERS : 0,
  );
  const around = (text: string): string => {
    const middle = text.slice(skipped, text.length - (dropped ?? 0)).toWellFormed();
    return `${omitted(skipped)}${shortened(middle, limits.perValue)}${omitted(dropped)}`;
  };
  return [around(left), around(right)];
}

function omitted(count = 0): string {
  return count === 0 ? '' : `…(${count} equal characters)…`;
}

interface Group {
  /** Of the list whose items these are; absent for an attribute by itself. */
  readonly path?: string;
  readonly items: AttributeChange[];
}

/** Neighbours that are items of one list come together. */
function byList(attributes: readonly AttributeChange[]): Group[] {
  const groups: { path?: string; items: AttributeChange[] }[] = [];
  for (const attribute of attributes) {
    const path = listOf(attribute);
    const last = groups.at(-1);
    if (path !== undefined && last?.path === path) last.items.push(attribute);
    else groups.push({ ...(path === undefined ? {} : { path }), items: [attribute] });
  }
  return groups.map(({ path, items }) => (path === undefined || items.length === 1 ? { items } : { path, items }));
}

function listOf({ path, before, after }: AttributeChange): string | undefined {
  // Of two hidden items nobody could tell which is which.
  if (before.kind === 'sensitive' || after.kind === 'sensitive') return undefined;
  return /^(.+?):?\[\d+\]$/s.exec(path)?.[1];
}

/** Only the items at which the list differs are known here, and those are compared as lines are. */
function renderList(path: string, items: readonly AttributeChange[], limits: Limits): string[] {
  const side = (values: readonly Value[]): string[] =>
    values.filter(({ kind }) => kind !== 'absent').map((value) => plainText(value));
  const [before, after] = [side(items.map((item) => item.before)), side(items.map((item) => item.after))];
  const note = noteOf(items.some((item) => item.forcesReplacement));
  // What is not new, or does not go as a whole, has other items before these.
  if (items[0]?.path.endsWith('[0]') === true && (before.length === 0 || after.length === 0)) {
    const [sign, members] = before.length === 0 ? ['+', after] : ['-', before];
    const line = `[${members.join(', ')}]`;
    if (line.length <= SHORT_LIST) return [`${sign}   ${path} = ${line}${note}`];
  }
  const title = before.length === 0 ? '+' : after.length === 0 ? '-' : '!';
  return [`${title}   ${path} (list)${note}`, ...bodyLines(lineDiff(before, after, CONTEXT_LINES), limits)];
}

function renderAttribute(attribute: AttributeChange, limits: Limits): string[] {
  const { path, before, after } = attribute;
  const note = noteOf(attribute.forcesReplacement);
  // Both sides hidden: one line says that it changes, two would look alike.
  if (before.kind === 'sensitive' && after.kind === 'sensitive') return [`!   ${path} = (sensitive, changes)${note}`];
  const [was, is] = [linesOf(before), linesOf(after)];
  if (was === undefined && is === undefined) {
    const [left, right] = valueTexts(before, after, limits);
    return [
      ...(before.kind === 'absent' ? [] : [`-   ${path} = ${left}${note}`]),
      ...(after.kind === 'absent' ? [] : [`+   ${path} = ${right}${note}`]),
    ];
  }
  return renderText(attribute, was, is, limits);
}

function renderText(
  { path, before, after, forcesReplacement }: AttributeChange,
  was: readonly string[] | undefined,
  is: readonly string[] | undefined,
  limits: Limits,
): string[] {
  const note = noteOf(forcesReplacement);
  const placeholder = (sign: string, value: Value): string[] =>
    value.kind === 'absent' ? [] : [`${sign}   ${path} = ${valueText(value, limits)}${note}`];
  const whole = (sign: '-' | '+', lines: readonly string[]): string[] => [
    `${sign}   ${path} (text of ${lines.length} lines)${note}`,
    ...lines.map((line) => `${sign}     ${shortened(line, limits.perValue)}`),
  ];
  // A text of one line beside one of several is compared with it as well.
  const [left, right] = withoutLastEnd(was ?? oneLine(before), is ?? oneLine(after));
  if (left === undefined) return [...placeholder('-', before), ...whole('+', right ?? [])];
  if (right === undefined) return [...whole('-', left), ...placeholder('+', after)];
  const lines = lineDiff(left, right, CONTEXT_LINES);
  const count = (kind: DiffLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  const title = `!   ${path} (text: ${count('removed')} line(s) removed, ${count('added')} added)${note}`;
  return [title, ...bodyLines(lines, limits)];
}

/** Where no side lacks a line end at its end, nobody needs to see the empty line after it. */
function withoutLastEnd(...sides: (readonly string[] | undefined)[]): readonly (readonly string[] | undefined)[] {
  const all = sides.every((lines) => lines === undefined || (lines.length > 1 && lines.at(-1) === ''));
  return all ? sides.map((lines) => lines?.slice(0, -1)) : sides;
}

function bodyLines(lines: readonly DiffLine[], limits: Limits): string[] {
  return lines.map((line) =>
    line.kind === 'skipped'
      ? `      # ${line.count} equal line(s)`
      : `${SIGNS[line.kind]}     ${shortened(line.line, limits.perValue)}`,
  );
}

function noteOf(forcesReplacement: boolean): string {
  return forcesReplacement ? ' # forces replacement' : '';
}

/** The lines of a text that has several. */
function linesOf(value: Value): readonly string[] | undefined {
  const text = textOf(value);
  return text?.includes('\n') === true ? text.split('\n') : undefined;
}

function oneLine(value: Value): readonly string[] | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : [text];
}

/** What a known value is if it is a text; the model has it as JSON. */
function textOf(value: Value): string | undefined {
  if (value.kind !== 'known' || !value.text.startsWith('"')) return undefined;
  const parsed: unknown = JSON.parse(value.text);
  return typeof parsed === 'string' ? parsed : undefined;
}

const PLACEHOLDERS = { absent: '(none)', unknown: '(known after apply)', sensitive: '(sensitive)' } as const;

function plainText(value: Value): string {
  return value.kind === 'known' ? value.text.replaceAll(/\n\s*/g, ' ') : PLACEHOLDERS[value.kind];
}
