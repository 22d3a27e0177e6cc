import { describeError } from '../../lib/errors.ts';
import { inlineCode } from '../../lib/markdown/escape.ts';
import { outdatePlan, type OutdateDeps } from '../../lib/review/outdate.ts';
import type { Inputs } from './inputs.ts';

export interface Deps extends OutdateDeps {
  readonly pull: number;
  /** The newest commit of the pull request. */
  readonly head: string;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/**
 * A plan of an older commit must not be taken for one of the newest. A plan of the newest one that is there already, because its job
 * was faster, is left alone. What GitHub refuses is a warning: the plan's own job replaces the comment soon.
 */
export async function run({ changed, unchanged }: Inputs, deps: Deps): Promise<void> {
  const head = inlineCode(deps.head.slice(0, 7));
  const reasons = [
    ...changed.map((environment) => ({
      environment,
      reason: `Commit ${head} has come since. Its plan is being made.`,
    })),
    ...unchanged.map((environment) => ({
      environment,
      reason: `With commit ${head} this pull request changes nothing in ${inlineCode(environment)} any more.`,
    })),
  ];
  for (const { environment, reason } of reasons) {
    try {
      const options = { applies: ({ head: planned }: { head: string }) => planned !== deps.head, reason, again: false };
      if (await outdatePlan(deps.pull, environment, options, deps)) {
        deps.log.info(`The plan of "${environment}" in #${deps.pull} is marked as outdated.`);
      }
    } catch (error) {
      deps.log.warning(`The plan comment of "${environment}" could not be marked (${describeError(error)}).`);
    }
  }
  await deps.writeSummary(summaryOf(changed, unchanged));
}

function summaryOf(changed: readonly string[], unchanged: readonly string[]): string {
  const names = (list: readonly string[]): string => list.map((name) => inlineCode(name)).join(', ');
  if (changed.length === 0) return `No environment is changed, so none is planned: ${names(unchanged)}.`;
  const others = unchanged.length === 0 ? '' : ` Not changed, and not planned: ${names(unchanged)}.`;
  return `Changed: ${names(changed)}.${others}`;
}
