import { describeError } from '../errors.ts';
import type { CommentApi } from '../github/comments.ts';
import type { Pulls } from '../github/pulls.ts';
import type { Log } from '../log.ts';
import { renderOutdated } from '../markdown/outdated.ts';
import { formatRecord, parseRecord, planMarker, roomBeside, withoutRecord, type PlanRecord } from './marker.ts';

export interface OutdateDeps {
  readonly comments: (number: number) => CommentApi;
  /** The account that writes plan comments. */
  readonly author: string;
  readonly log: Log;
}

/**
 * Marks an environment's plan comment in one pull request as outdated, unless it is already.
 *
 * @param applies whether it is, by what the comment says about its plan
 * @param reason Markdown, one sentence
 * @returns whether there was one
 */
export async function outdatePlan(
  pull: number,
  environment: string,
  {
    applies,
    reason,
    again,
  }: {
    readonly applies: (record: PlanRecord) => boolean;
    readonly reason: string;
    readonly again: boolean;
  },
  { comments, author }: OutdateDeps,
): Promise<boolean> {
  const api = comments(pull);
  const marker = planMarker(environment);
  const found = (await api.list()).find((comment) => comment.author === author && comment.body.startsWith(marker));
  const record = found === undefined ? undefined : parseRecord(found.body);
  if (found === undefined || record === undefined || record.state === 'outdated' || !applies(record)) return false;
  const outdated: PlanRecord = { ...record, state: 'outdated' };
  const room = roomBeside(outdated, marker);
  const text = renderOutdated(withoutRecord(found.body), { reason, again, room });
  await api.update(found.id, `${marker}\n${formatRecord(outdated)}\n${text}`);
  return true;
}

/** After an apply, every other open pull request's plan of that environment starts from what is not there any more. */
export async function outdateOthers(
  environment: string,
  { reason, except }: { readonly reason: string; readonly except: readonly number[] },
  { pulls, ...deps }: OutdateDeps & { readonly pulls: Pick<Pulls, 'open'> },
): Promise<readonly number[]> {
  const outdated: number[] = [];
  try {
    for (const { number } of await pulls.open()) {
      if (except.includes(number)) continue;
      const options = { applies: () => true, reason, again: true };
      if (await outdatePlan(number, environment, options, deps)) outdated.push(number);
    }
  } catch (error) {
    // What was applied is applied; a plan that looks newer than it is will be stopped by its digest.
    deps.log.warning(`Not all plans of "${environment}" could be marked as outdated (${describeError(error)}).`);
  }
  return outdated;
}
