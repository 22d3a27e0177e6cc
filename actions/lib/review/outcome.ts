import type { ApplyStep, Diagnostic } from '../terraform/diagnostics.ts';
import type { Action, PlanSummary, ResourceChange } from '../terraform/plan-summary.ts';

/** One resource of an apply. */
export interface Applied {
  readonly address: string;
  readonly action: Action;
}

/** What an apply has done of a plan. */
export interface ApplyOutcome {
  readonly environment: string;
  readonly done: readonly Applied[];
  readonly failed: readonly (Applied & { readonly error: string })[];
  /** Not begun, because something before failed. */
  readonly pending: readonly Applied[];
  /** What belongs to no resource. */
  readonly errors: readonly string[];
  readonly seconds: number;
  readonly outputs: readonly { readonly name: string; readonly text: string }[];
  /** Whether the API was deployed a second time, because parts of it were removed. */
  readonly redeployed?: boolean;
  /** The pull requests that it carries. */
  readonly carried: readonly number[];
}

/** What became of each change of a plan. Changes without a step of their own (moves, imports, what is forgotten) are done with the whole. */
export function whatBecame(
  { changes }: PlanSummary,
  {
    ok,
    steps,
    diagnostics,
  }: { readonly ok: boolean; readonly steps: readonly ApplyStep[]; readonly diagnostics: readonly Diagnostic[] },
): Pick<ApplyOutcome, 'done' | 'failed' | 'pending' | 'errors'> {
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  const done: Applied[] = [];
  const failed: (Applied & { error: string })[] = [];
  const pending: Applied[] = [];
  for (const change of changes) {
    const { address, action } = change;
    const own = steps.filter((step) => step.address === address);
    const errors = wrong.filter((error) => error.address === address).map(({ message }) => message);
    if (ok || isDone(change, own)) done.push({ address, action });
    else if (errors.length > 0) failed.push({ address, action, error: errors.join('\n') });
    else if (own.some(({ state }) => state !== 'done')) failed.push({ address, action, error: 'It was interrupted.' });
    else pending.push({ address, action });
  }
  const named = new Set(failed.map(({ address }) => address));
  const errors = wrong.filter(({ address }) => !named.has(address ?? '')).map(({ message }) => message);
  return { done, failed, pending, errors };
}

function isDone({ action }: ResourceChange, steps: readonly ApplyStep[]): boolean {
  return steps.length >= (action === 'replace' ? 2 : 1) && steps.every(({ state }) => state === 'done');
}
