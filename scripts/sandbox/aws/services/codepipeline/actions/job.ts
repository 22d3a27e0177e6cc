import type { ActionDeclaration } from '@aws-sdk/client-codepipeline';
import type { Neighbours } from '../neighbours.ts';
import type { ActionRecord, ExecutionRecord, Location } from '../records.ts';

/** How often the end of a build or a deployment is looked for. */
export const POLL_MS = 250;

/** One action that is to be done. */
export interface Job {
  readonly execution: ExecutionRecord;
  readonly declaration: ActionDeclaration;
  /** With its variables filled in. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Where its progress is shown. */
  readonly record: ActionRecord;
  /** Where its result belongs, if it has one. */
  readonly output: Location | undefined;
  readonly neighbours: Neighbours;
  /** A folder for files of its own; not made yet, and removed afterwards. */
  readonly folder: string;
  /** When the action is abandoned, or the sandbox ends. */
  readonly signal: AbortSignal;
  /** Git URL of a repository. */
  readonly sourceUrl: (fullRepositoryId: string) => string;
  readonly report: (message: string) => void;
}

/** Does the action and returns its output variables; throws an ActionError when it fails. */
export type Action = (job: Job) => Promise<Record<string, string>>;

/** Why an action was ended from outside: a person has abandoned it. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** Ends what an action has started elsewhere, if the action was abandoned; nobody waits for it. */
export async function whenAbandoned(job: Job, what: string, end: () => Promise<void>): Promise<void> {
  if (!(job.signal.reason instanceof AbandonedError)) return;
  try {
    await end();
  } catch (error) {
    job.report(
      `CodePipeline: ${what} of the abandoned action ${job.record.name} could not be stopped: ${String(error)}`,
    );
  }
}

/** What the service that was called said, in the way in which CodePipeline repeats it. */
export function said(error: unknown): string {
  return error instanceof Error ? `${error.message} (Error Code: ${error.name})` : String(error);
}
