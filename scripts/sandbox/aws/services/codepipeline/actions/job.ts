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
}

/** Does the action and returns its output variables; throws an ActionError when it fails. */
export type Action = (job: Job) => Promise<Record<string, string>>;

/**
 * Why an action was ended from outside: a person has abandoned it. What it has started elsewhere goes on, as at AWS, where the
 * pipeline's role cannot even stop a build or a deployment: who abandons sees to those.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
 */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** What the service that was called said, in the way in which CodePipeline repeats it. */
export function said(error: unknown): string {
  return error instanceof Error ? `${error.message} (Error Code: ${error.name})` : String(error);
}
