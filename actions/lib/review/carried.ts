import type { Comment } from '../github/comments.ts';
import type { Pull, Pulls } from '../github/pulls.ts';
import type { ReviewedPull } from './judge.ts';
import { parseRecord, planMarker, type PlanRecord } from './marker.ts';

export interface CarriedDeps {
  readonly pulls: Pick<Pulls, 'mergedBy'>;
  /** The comments of a pull request, oldest first. */
  readonly comments: (number: number) => Promise<readonly Comment[]>;
  /** The account that writes plan comments. */
  readonly author: string;
}

/** The pull requests that brought these commits, each once, in the order of the commits, with what was reviewed of them. */
export async function carriedPulls(
  commits: readonly string[],
  environment: string,
  deps: CarriedDeps,
): Promise<readonly ReviewedPull[]> {
  const found = new Map<number, Pull>();
  for (const commit of commits) {
    for (const pull of await deps.pulls.mergedBy(commit)) found.set(pull.number, pull);
  }
  return reviewsOf([...found.values()], environment, deps);
}

/** What was reviewed of these pull requests. */
export async function reviewsOf(
  pulls: readonly Pull[],
  environment: string,
  { comments, author }: Pick<CarriedDeps, 'comments' | 'author'>,
): Promise<readonly ReviewedPull[]> {
  const reviewed: ReviewedPull[] = [];
  for (const pull of pulls) {
    const record = planRecord(await comments(pull.number), environment, author);
    reviewed.push({ number: pull.number, labels: pull.labels, ...judged(record, pull, environment) });
  }
  return reviewed;
}

/** The record of the plan comment among these, which is never anybody else's than the workflow's own account. */
export function planRecord(comments: readonly Comment[], environment: string, author: string): PlanRecord | undefined {
  const mine = comments.filter(
    (comment) => comment.author === author && comment.body.startsWith(planMarker(environment)),
  );
  return mine.map(({ body }) => parseRecord(body)).find((record) => record?.environment === environment);
}

function judged(
  record: PlanRecord | undefined,
  { head }: Pull,
  environment: string,
): Pick<ReviewedPull, 'record' | 'problem'> {
  if (record === undefined) return { problem: `no plan of "${environment}" was made for it` };
  if (record.head !== head) {
    return {
      problem: `its plan is of commit ${record.head.slice(0, 7)}, and ${head.slice(0, 7)} was merged`,
    };
  }
  if (record.digest === undefined) return { problem: `its plan of "${environment}" failed` };
  return { record };
}
