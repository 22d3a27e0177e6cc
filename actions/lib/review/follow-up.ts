import { describeError } from '../errors.ts';
import { closeIssue, keepIssue, type IssueApi } from '../github/issues.ts';
import type { Log } from '../log.ts';

/** The hidden first line of the issue about what is merged and not applied, one per environment. */
export function followUpMarker(environment: string): string {
  return `<!-- terraform-follow-up environment=${environment} -->`;
}

export interface FollowUpDeps {
  readonly issues: IssueApi;
  /** The account that writes it. */
  readonly author: string;
  readonly log: Log;
}

/** Keeps an issue open, assigned to who merged. That it cannot be written is a warning: the run is red anyway. */
export async function openFollowUp(
  environment: string,
  { title, body, assignee }: { readonly title: string; readonly body: string; readonly assignee: string },
  { issues, author, log }: FollowUpDeps,
): Promise<void> {
  try {
    const { number, action } = await keepIssue(issues, {
      marker: followUpMarker(environment),
      author,
      title,
      body,
      labels: ['terraform'],
      assignees: [assignee],
    });
    log.info(`Issue #${number} ${action}: it stays open until an apply of "${environment}" succeeds.`);
  } catch (error) {
    log.warning(`No issue could be opened for what is left to do in "${environment}" (${describeError(error)}).`);
  }
}

/** Closes it, if there is one. */
export async function closeFollowUp(
  environment: string,
  comment: string,
  { issues, author, log }: FollowUpDeps,
): Promise<void> {
  try {
    const number = await closeIssue(issues, { marker: followUpMarker(environment), author, comment });
    if (number !== undefined) log.info(`Issue #${number} is closed.`);
  } catch (error) {
    log.warning(`The issue about "${environment}" could not be closed (${describeError(error)}). Close it by hand.`);
  }
}
