import type { Builds } from '../aws/builds.ts';
import type { ActionExecution } from '../aws/pipelines.ts';
import { describeError } from '../errors.ts';
import { redact } from '../terraform/secrets.ts';
import { isFailed, placeOf, type Seen } from './seen.ts';

const LOG_LINES = 30;

export interface Failure {
  /** Such as `Build: exit status 7`. */
  readonly what: string;
  /** What a reader may do about it, where that is known. */
  readonly hint?: string;
  /** The end of the build's log, without what looks like a secret. */
  readonly log: readonly string[];
}

/** Why an execution has failed, in the failed action's own words. */
export async function failureOf(
  { execution, actions, deployment }: Seen,
  builds: Pick<Builds, 'logEnd'>,
): Promise<Failure> {
  const failed = actions.findLast(({ status }) => isFailed(status));
  if (failed === undefined) return { what: redact(execution.summary ?? `it is ${execution.status}`), log: [] };
  const { error } = failed;
  // CodePipeline repeats what the deployment says.
  const own = deployment?.error ?? '';
  const said = [error ?? '', error?.includes(own) === true ? '' : own].filter((text) => text !== '');
  const words = said.length === 0 ? (execution.summary ?? 'it says nothing') : said.join('; ');
  const hint = hintOf(failed);
  return {
    what: `${placeOf(failed)}: ${redact(words)}`,
    ...(hint === undefined ? {} : { hint }),
    log: await logOf(failed, builds),
  };
}

function hintOf({ provider, error = '' }: ActionExecution): string | undefined {
  if (provider !== 'CodeStarSourceConnection' || !/connection/i.test(error)) return undefined;
  return 'A new connection to GitHub has to be confirmed once, in the console under Developer Tools, Settings, Connections.';
}

async function logOf(
  { provider, externalId }: ActionExecution,
  builds: Pick<Builds, 'logEnd'>,
): Promise<readonly string[]> {
  if (provider !== 'CodeBuild' || externalId === undefined) return [];
  try {
    const lines = await builds.logEnd(externalId, LOG_LINES);
    // As one text: what is a secret may go over lines.
    return lines.length === 0 ? [] : redact(lines.join('\n')).split('\n');
  } catch (error) {
    return [`(The log of the build could not be read: ${describeError(error)})`];
  }
}
