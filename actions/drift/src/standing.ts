import type { EnvironmentState } from '../../lib/github/deployments.ts';

/** Why an environment cannot be compared with this commit now: one sentence, or nothing if it can. */
export function whyNotCompared(
  environment: string,
  { applied, unfinished }: EnvironmentState,
  commit: string,
): string | undefined {
  if (unfinished !== undefined) {
    const run = unfinished.runUrl === undefined ? '' : ` (${unfinished.runUrl})`;
    const what = `of ${unfinished.sha.slice(0, 7)} to "${environment}"${run}`;
    return unfinished.state === 'running'
      ? `An apply ${what} has begun at ${unfinished.at} and not ended. Nothing is compared until it has; if it was killed, run it again.`
      : `The apply ${what} failed. What it has left half done is no drift: nothing is compared until an apply succeeds.`;
  }
  if (applied === undefined) return `Nothing was applied to "${environment}" yet: there is nothing to compare.`;
  if (applied.sha === commit) return undefined;
  return `Commit ${applied.sha.slice(0, 7)} is applied to "${environment}", and ${commit.slice(0, 7)} is checked out: nothing is compared.`;
}
