import { meaningOf } from './digest.ts';
import type { OutputChange, PlanSummary, ResourceChange } from './plan-summary.ts';

/** One resource or output of which a plan would do something else than the reviewed one. */
export interface PlanDifference {
  /** The resource's address; `output.<name>` for an output. */
  readonly address: string;
  readonly kind: 'only-reviewed' | 'only-now' | 'differs';
  readonly reviewed?: ResourceChange | OutputChange;
  readonly now?: ResourceChange | OutputChange;
}

/** The differences in the order of their addresses; none exactly when the digests are the same. */
export function comparePlans(reviewed: PlanSummary, now: PlanSummary): readonly PlanDifference[] {
  const [before, after] = [changesOf(reviewed), changesOf(now)];
  const addresses = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return addresses.flatMap((address): PlanDifference[] => {
    const [was, is] = [before.get(address), after.get(address)];
    if (was !== undefined && is !== undefined) {
      return meaningOf(was) === meaningOf(is) ? [] : [{ address, kind: 'differs', reviewed: was, now: is }];
    }
    if (was !== undefined) return [{ address, kind: 'only-reviewed', reviewed: was }];
    return is === undefined ? [] : [{ address, kind: 'only-now', now: is }];
  });
}

/** Resources and outputs by one kind of address. */
export function changesOf({ changes, outputs }: PlanSummary): ReadonlyMap<string, ResourceChange | OutputChange> {
  return new Map<string, ResourceChange | OutputChange>([
    ...changes.map((change): [string, ResourceChange] => [change.address, change]),
    ...outputs.map((output): [string, OutputChange] => [`output.${output.name}`, output]),
  ]);
}
