import { attributeChanges, isWithin, pathText, type AttributeChange } from './attributes.ts';
import { redact, UNMARKED_SECRETS } from './secrets.ts';
import {
  isObject,
  type ActionJson,
  type ChangeJson,
  type Json,
  type PlanJson,
  type ResourceChangeJson,
} from './plan-json.ts';

export type Action = 'create' | 'update' | 'replace' | 'destroy' | 'forget' | 'move' | 'import';

export interface ResourceChange {
  readonly address: string;
  /** Where it was before, if it moved. */
  readonly previousAddress?: string;
  /** The module's address, `''` for the root. */
  readonly module: string;
  readonly type: string;
  readonly action: Action;
  /** The id it is imported from, if it is. */
  readonly importedFrom?: string;
  /** Terraform's own word for why it replaces or destroys, such as `replace_because_tainted`. */
  readonly reason?: string;
  readonly attributes: readonly AttributeChange[];
}

export interface OutputChange {
  readonly name: string;
  readonly attributes: readonly AttributeChange[];
}

/**
 * What a plan would do. Everything that shows or judges a plan reads this, never Terraform's text. It holds no value that
 * is sensitive by Terraform's marks or by `secrets.ts`.
 */
export interface PlanSummary {
  readonly environment: string;
  readonly counts: Readonly<Record<Action, number>>;
  readonly changes: readonly ResourceChange[];
  readonly outputs: readonly OutputChange[];
  /** What differs in the world from the state, and matters to this plan. */
  readonly drift: readonly ResourceChange[];
}

export function summarisePlan(plan: PlanJson, environment: string): PlanSummary {
  const changes = (plan.resource_changes ?? [])
    .filter((resource) => resource.mode === 'managed')
    .flatMap((resource) => toResourceChange(resource) ?? [])
    .toSorted((left, right) => compareText(left.address, right.address));
  const counts = { create: 0, update: 0, replace: 0, destroy: 0, forget: 0, move: 0, import: 0 };
  for (const change of changes) counts[change.action] += 1;
  return {
    environment,
    counts,
    changes,
    outputs: toOutputs(plan.output_changes ?? {}),
    drift: toDrift(plan),
  };
}

/**
 * What was changed by others, as far as it matters to this plan: Terraform tells which attributes its changes follow from. The rest
 * is what providers read back differently, and what others are meant to move, such as a promoted alias.
 */
function toDrift({ resource_drift, relevant_attributes }: PlanJson): ResourceChange[] {
  const relevant = Map.groupBy(relevant_attributes ?? [], ({ resource }) => resource);
  const matters = (address: string, path: string): boolean =>
    (relevant.get(address) ?? []).some(({ attribute }) => {
      const known = pathText(attribute);
      return isWithin(path, known) || isWithin(known, path);
    });
  return (resource_drift ?? [])
    .flatMap((resource) => toResourceChange(resource) ?? [])
    .map((change) => ({ ...change, attributes: change.attributes.filter(({ path }) => matters(change.address, path)) }))
    .filter(({ action, attributes }) => action === 'destroy' || attributes.length > 0)
    .toSorted((left, right) => compareText(left.address, right.address));
}

/** Whether applying would change nothing: no resource and no output. */
export function isEmptyPlan(summary: PlanSummary): boolean {
  return summary.changes.length === 0 && summary.outputs.length === 0;
}

function toResourceChange(resource: ResourceChangeJson): ResourceChange | undefined {
  const action = toAction(resource);
  if (action === undefined) return undefined;
  const importedFrom = resource.change.importing?.id;
  // Keys and ids are text from outside as well.
  const address = redact(resource.address);
  return {
    address: resource.deposed === undefined ? address : `${address} (deposed ${resource.deposed})`,
    ...(resource.previous_address === undefined ? {} : { previousAddress: redact(resource.previous_address) }),
    module: redact(resource.module_address ?? ''),
    type: resource.type,
    action,
    ...(importedFrom === undefined ? {} : { importedFrom: redact(importedFrom) }),
    ...(resource.action_reason === undefined ? {} : { reason: resource.action_reason }),
    attributes: attributeChanges(withKnownMarks(resource)),
  };
}

/** The resource's change, with the marks that the provider has forgotten. */
function withKnownMarks({ type, change }: ResourceChangeJson): ChangeJson {
  const forgotten = Object.fromEntries((UNMARKED_SECRETS[type] ?? []).map((name) => [name, true]));
  const withForgotten = (marks: Json): Json =>
    marks === true ? true : { ...(isObject(marks) ? marks : {}), ...forgotten };
  return {
    ...change,
    before_sensitive: withForgotten(change.before_sensitive),
    after_sensitive: withForgotten(change.after_sensitive),
  };
}

function toAction({ change, previous_address }: ResourceChangeJson): Action | undefined {
  const has = (action: ActionJson): boolean => change.actions.includes(action);
  if (has('create') && has('delete')) return 'replace';
  if (has('create')) return 'create';
  if (has('delete')) return 'destroy';
  if (has('forget')) return 'forget';
  if (has('update')) return 'update';
  if (change.importing !== undefined) return 'import';
  return previous_address === undefined ? undefined : 'move';
}

function toOutputs(outputs: Readonly<Record<string, ChangeJson>>): OutputChange[] {
  return Object.entries(outputs)
    .filter(([, change]) => !change.actions.includes('no-op'))
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([name, change]) => ({
      name,
      // An output is a value without a name of its own: wrapped, so that the name decides too whether it is a secret.
      attributes: attributeChanges({
        ...change,
        before: { [name]: change.before },
        after: { [name]: change.after },
        after_unknown: { [name]: change.after_unknown },
        before_sensitive: { [name]: change.before_sensitive },
        after_sensitive: { [name]: change.after_sensitive },
      }),
    }));
}

/** By code unit, the same in every locale. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
