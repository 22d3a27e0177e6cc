import type { ParameterReader } from '../aws/parameters.ts';
import type { CheckedOutCommits } from '../git.ts';
import type { Log } from '../log.ts';
import type { PlanContext } from '../markdown/plan.ts';
import type { Diagnostic } from './diagnostics.ts';

/** What every action that runs Terraform needs from outside, besides Terraform itself. */
export interface RunDeps {
  readonly parameters: ParameterReader;
  readonly log: Log;
  readonly region: string;
  readonly actor: string;
  readonly runUrl: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly commits: () => Promise<CheckedOutCommits>;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/** Who planned what, `started` being the time (by `now`) at which the run began. */
export async function planContext({ commits, actor, runUrl, now }: RunDeps, started: number): Promise<PlanContext> {
  return { ...(await commits()), actor, runUrl, seconds: (now() - started) / 1000 };
}

export function errorsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

export function warningsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ severity }) => severity === 'warning').map(({ message }) => message);
}
