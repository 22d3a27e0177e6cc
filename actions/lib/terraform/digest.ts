import { createHash } from 'node:crypto';
import type { AttributeChange, Value } from './attributes.ts';
import { canonicalText, decode } from './json-tree.ts';
import type { Json } from './plan-json.ts';
import type { OutputChange, PlanSummary, ResourceChange } from './plan-summary.ts';

/**
 * What a plan would do, as 64 hexadecimal digits: two plans with the same digest change the same attributes of the same resources
 * from the same values to the same values. Drift, reasons, timings and the order of keys do not count. A value that is not known yet
 * is a token; a sensitive one counts as changed or not, because a digest in a public comment could be searched for a weak secret.
 */
export function planDigest(summary: PlanSummary): string {
  const meaning: Json = {
    environment: summary.environment,
    changes: summary.changes.map((change) => meaningOf(change)).toSorted(),
    outputs: summary.outputs.map((output) => meaningOf(output)).toSorted(),
  };
  return createHash('sha256').update(canonicalText(meaning)).digest('hex');
}

/** One change as a text; equal texts are equal changes. */
export function meaningOf(change: ResourceChange | OutputChange): string {
  const { attributes } = change;
  const what: Json =
    'address' in change
      ? {
          address: change.address,
          action: change.action,
          previousAddress: change.previousAddress,
          importedFrom: change.importedFrom,
        }
      : { output: change.name };
  return canonicalText({ ...what, attributes: attributes.map((attribute) => attributeMeaning(attribute)).toSorted() });
}

/** One attribute's change as a text. */
export function attributeMeaning({ path, before, after }: AttributeChange): string {
  return canonicalText([path, valueMeaning(before), valueMeaning(after)]);
}

export function valueMeaning(value: Value): string {
  return value.kind === 'known' ? `known ${canonicalText(decode(value.text))}` : value.kind;
}
