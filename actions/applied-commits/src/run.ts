import type { Deployments } from '../../lib/github/deployments.ts';
import type { Environment } from '../../lib/inputs.ts';
import type { Log } from '../../lib/log.ts';
import { inlineCode } from '../../lib/markdown/escape.ts';

export interface Deps {
  readonly deployments: Pick<Deployments, 'state'>;
  readonly log: Log;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/** An entry of a matrix. */
export interface AppliedCommit {
  readonly environment: Environment;
  readonly commit: string;
}

/** The last commit that was applied completely to each environment; those that nothing was applied to yet are left out, and named. */
export async function run(
  { environments }: { readonly environments: readonly Environment[] },
  { deployments, log, writeSummary }: Deps,
): Promise<readonly AppliedCommit[]> {
  const found: AppliedCommit[] = [];
  for (const environment of environments) {
    const { applied } = await deployments.state(environment);
    if (applied === undefined) {
      log.info(`Nothing was applied to "${environment}" yet.`);
      await writeSummary(`Nothing was applied to ${inlineCode(environment)} yet: there is nothing to compare.`);
    } else {
      log.info(`${applied.sha} was applied to "${environment}" at ${applied.at}.`);
      found.push({ environment, commit: applied.sha });
    }
  }
  return found;
}
