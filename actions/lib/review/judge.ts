import { isWithin, type AttributeChange } from '../terraform/attributes.ts';
import { changesOf, comparePlans, type PlanDifference } from '../terraform/compare.ts';
import { meaningOf, planDigest, valueMeaning } from '../terraform/digest.ts';
import { allowLabel, protectedChanges } from '../terraform/guard.ts';
import { isEmptyPlan, type OutputChange, type PlanSummary, type ResourceChange } from '../terraform/plan-summary.ts';
import type { PlanRecord } from './marker.ts';

/** A merged pull request, and what was reviewed of it for one environment. */
export interface ReviewedPull {
  readonly number: number;
  readonly labels: readonly string[];
  /** The plan of the very commit that was merged. */
  readonly record?: PlanRecord;
  /** Why there is none: a clause such as `no plan of "test" was made for it`. */
  readonly problem?: string;
}

export type Verdict =
  | { readonly kind: 'nothing' }
  /** It may be applied: `by` are the pull requests in which it was reviewed. */
  | { readonly kind: 'reviewed'; readonly by: readonly number[]; readonly resumes: boolean }
  | {
      readonly kind: 'different';
      /** Clauses, one per pull request without a plan to compare with. */
      readonly problems: readonly string[];
      /** What was reviewed, if anything was, and how the plan differs from it. */
      readonly reviewedDigest?: string;
      /** Absent where the reviewed plan itself is not kept, only its digest. */
      readonly differences?: readonly PlanDifference[];
    };

/**
 * Whether what would be applied is what was reviewed: the plan of one of the pull requests, or exactly the plans of all of them
 * together (runs that were cancelled are made up for by a later one).
 *
 * @param pulls oldest merge first
 * @param resumes whether an apply of these was begun and not finished: then what is left of them is what was reviewed, too
 */
export function judge(
  planned: PlanSummary,
  { pulls, resumes }: { readonly pulls: readonly ReviewedPull[]; readonly resumes: boolean },
): Verdict {
  if (isEmptyPlan(planned)) return { kind: 'nothing' };
  const digest = planDigest(planned);
  const same = pulls.find(({ record }) => record?.digest === digest);
  if (same !== undefined) return { kind: 'reviewed', by: [same.number], resumes: false };
  const problems = pulls.flatMap(({ number, problem }) => (problem === undefined ? [] : [`#${number}: ${problem}`]));
  const reviewed = pulls.filter(({ record }) => record?.digest !== undefined);
  const by = reviewed.map(({ number }) => number);
  const records = reviewed.flatMap(({ record }) => record ?? []);
  const summaries = records.flatMap(({ summary }) => summary ?? []);
  const last = records.at(-1)?.digest;
  if (summaries.length === 0 || summaries.length < records.length) {
    return { kind: 'different', problems, ...(last === undefined ? {} : { reviewedDigest: last }) };
  }
  const all = together(summaries);
  const combined = planDigest(all);
  if (combined === digest) return { kind: 'reviewed', by, resumes: false };
  if (resumes && isLeftOf(planned, all)) return { kind: 'reviewed', by, resumes: true };
  return { kind: 'different', problems, reviewedDigest: combined, differences: comparePlans(all, planned) };
}

/** The protected resources that would go without a label that allows it, of a plan that was judged `reviewed`. */
export function unallowed(planned: PlanSummary, pulls: readonly ReviewedPull[]): readonly ResourceChange[] {
  const allowing = pulls.flatMap(({ record, labels }) =>
    record?.digest !== undefined && labels.includes(allowLabel(record.digest)) ? [record] : [],
  );
  const digest = planDigest(planned);
  return protectedChanges(planned).filter(
    ({ address }) =>
      !allowing.some(
        (record) => record.digest === digest || record.summary?.changes.some((change) => change.address === address),
      ),
  );
}

/** What several reviewed plans do, where the later one has the say about a resource of both. */
function together(summaries: readonly PlanSummary[]): PlanSummary {
  const [first, ...others] = summaries;
  if (first === undefined) throw new Error('There is no plan.');
  const changes = new Map(summaries.flatMap((summary) => summary.changes.map((change) => [change.address, change])));
  const outputs = new Map(summaries.flatMap((summary) => summary.outputs.map((output) => [output.name, output])));
  return others.length === 0 ? first : { ...first, changes: [...changes.values()], outputs: [...outputs.values()] };
}

/** Whether a plan does nothing but what is left of a reviewed one that was applied in part. */
function isLeftOf(planned: PlanSummary, reviewed: PlanSummary): boolean {
  const before = changesOf(reviewed);
  return [...changesOf(planned)].every(([address, now]) => {
    const was = before.get(address);
    return was !== undefined && isRestOf(now, was);
  });
}

function isRestOf(now: ResourceChange | OutputChange, was: ResourceChange | OutputChange): boolean {
  if (meaningOf(now) === meaningOf(was)) return true;
  if ('action' in now !== 'action' in was) return false;
  if ('action' in now && 'action' in was && !isSameAction(now, was)) return false;
  return now.attributes.every((attribute) => {
    const reviewed = was.attributes.find(({ path }) => path === attribute.path);
    return reviewed === undefined ? isKnownOnly(attribute, was) : leadsTo(attribute, reviewed);
  });
}

/** What failed half made is tainted, and replaced by the next plan. */
function isSameAction(now: ResourceChange, was: ResourceChange): boolean {
  if (now.action === was.action) return true;
  const again = now.action === 'replace' && now.reason === 'replace_because_tainted';
  return again && (was.action === 'create' || was.action === 'replace');
}

/** The value it ends with is the reviewed one, or one that was not known then. */
function leadsTo({ after }: AttributeChange, reviewed: AttributeChange): boolean {
  return reviewed.after.kind === 'unknown' || valueMeaning(after) === valueMeaning(reviewed.after);
}

/** Below an attribute that was unknown as a whole. */
function isKnownOnly({ path }: AttributeChange, was: ResourceChange | OutputChange): boolean {
  return was.attributes.some((reviewed) => reviewed.after.kind === 'unknown' && isWithin(path, reviewed.path));
}
