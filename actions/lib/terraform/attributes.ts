import { HIDDEN, holdsText, isSecretHere, secretTexts, withoutSecrets, withoutShape, type Place } from './hiding.ts';
import { at, decode, hasTrue, isEmpty, keysOf, sameJson } from './json-tree.ts';
import { isObject, type ChangeJson, type Json } from './plan-json.ts';

/** One side of an attribute. A sensitive value is never kept, not even for a moment in this model. */
export type Value =
  | { readonly kind: 'absent' }
  | { readonly kind: 'known'; readonly text: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'sensitive' };

export interface AttributeChange {
  /** As one would write it in HCL: `environment[0].variables.LOG_LEVEL`; `:` goes into a JSON text: `policy:Statement[0]`. */
  readonly path: string;
  readonly before: Value;
  readonly after: Value;
  readonly forcesReplacement: boolean;
}

const ABSENT: Value = { kind: 'absent' };

/** The value at one place of the four trees that Terraform gives side by side. */
interface Node {
  readonly before: Json;
  readonly after: Json;
  readonly unknown: Json;
  readonly beforeSensitive: Json;
  readonly afterSensitive: Json;
}

/** The attributes that differ, in the order of their names. Objects, lists and JSON texts are compared inside. */
export function attributeChanges(change: ChangeJson): AttributeChange[] {
  const found: AttributeChange[] = [];
  const marks = [change.before_sensitive, change.after_sensitive];
  const replacePaths = (change.replace_paths ?? []).map((path) => pathText(path));
  const forces = (path: string): boolean =>
    replacePaths.some((forcing) => isWithin(path, forcing) || isWithin(forcing, path));
  walk(
    {
      before: change.before,
      after: change.after,
      unknown: change.after_unknown,
      beforeSensitive: change.before_sensitive,
      afterSensitive: change.after_sensitive,
    },
    '',
    false,
    {
      report: (path, before, after) => found.push({ path, before, after, forcesReplacement: forces(path) }),
      secrets: new Set(
        [change.before, change.after].flatMap((side) => [...secretTexts(side, { marks, secret: false })]),
      ),
    },
  );
  return found;
}

interface Scan {
  readonly report: (path: string, before: Value, after: Value) => void;
  /** Texts that are secret somewhere in this change, and so everywhere in it. */
  readonly secrets: ReadonlySet<string>;
}

/** @param secret whether a name on the way speaks of a secret: then the texts below are hidden */
function walk(node: Node, path: string, secret: boolean, scan: Scan): void {
  const named = secret && (holdsText(node.before) || holdsText(node.after));
  if (node.beforeSensitive === true || node.afterSensitive === true || named) {
    reportSensitive(node, path, scan);
    return;
  }
  const place: Place = { marks: [node.beforeSensitive, node.afterSensitive], secret };
  if (node.unknown === true) {
    scan.report(path, toValue(node.before, place, scan), { kind: 'unknown' });
    return;
  }
  const { before, after } = { before: decode(node.before), after: decode(node.after) };
  const opened = before !== node.before || after !== node.after;
  if (isContainer(before, after)) {
    for (const key of keysOf(before, after, node.unknown)) {
      const next = childPath(path, key, opened);
      walk(child({ ...node, before, after }, key), next, isSecretHere(key, [before, after], secret), scan);
    }
    return;
  }
  if (isEmpty(before) && isEmpty(after)) return;
  if (sameJson(before, after)) return;
  scan.report(path, toValue(before, place, scan), toValue(after, place, scan));
}

function reportSensitive(node: Node, path: string, { report }: Scan): void {
  const side = (value: Json): Value => (isEmpty(value) ? ABSENT : { kind: 'sensitive' });
  const changed = node.unknown === true || hasTrue(node.unknown) || !sameJson(node.before, node.after);
  if (!changed) return;
  report(path, side(node.before), node.unknown === true ? { kind: 'sensitive' } : side(node.after));
}

function child(node: Node, key: string | number): Node {
  return {
    before: at(node.before, key),
    after: at(node.after, key),
    unknown: at(node.unknown, key),
    beforeSensitive: at(node.beforeSensitive, key),
    afterSensitive: at(node.afterSensitive, key),
  };
}

function isContainer(before: Json, after: Json): boolean {
  const sides = [before, after].filter((side) => !isEmpty(side));
  return sides.length > 0 && (sides.every((side) => isObject(side)) || sides.every((side) => Array.isArray(side)));
}

function toValue(value: Json, place: Place, { secrets }: Scan): Value {
  if (isEmpty(value)) return ABSENT;
  const text = withoutSecrets(value, place, secrets);
  if (text === HIDDEN) return { kind: 'sensitive' };
  return { kind: 'known', text: JSON.stringify(text, undefined, typeof text === 'string' ? 0 : 1) };
}

function childPath(path: string, key: string | number, insideText: boolean): string {
  if (typeof key === 'number') return `${path}${insideText ? ':' : ''}[${key}]`;
  const name = /^[\w-]+$/.test(key) ? withoutShape(key) : JSON.stringify(withoutShape(key));
  return path === '' ? name : `${path}${insideText ? ':' : '.'}${name}`;
}

export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => childPath(text, key, false), '');
}

export function isWithin(path: string, prefix: string): boolean {
  return path === prefix || (path.startsWith(prefix) && /^[.:[]/.test(path.slice(prefix.length)));
}
