import type { ServiceTarget } from '../../lib/aws/deploy-targets.ts';
import type { Execution } from '../../lib/aws/pipelines.ts';
import { UserError } from '../../lib/errors.ts';
import { cancelRelease } from '../../lib/release/cancel.ts';
import { failureOf } from '../../lib/release/failure.ts';
import { follow, type Followed } from '../../lib/release/follow.ts';
import { executionUrl } from '../../lib/release/links.ts';
import { short } from '../../lib/release/need.ts';
import { lookUpRunning } from '../../lib/release/running.ts';
import type { Seen } from '../../lib/release/seen.ts';
import { tookOver } from '../../lib/release/supersede.ts';
import type { Deps } from './deps.ts';

export interface Started {
  readonly target: ServiceTarget;
  readonly environment: string;
  readonly commit: string;
  readonly execution: string;
  /** When nobody waits for it any more, in milliseconds since 1970. */
  readonly until: number;
  /** An earlier attempt of this run has started it. */
  readonly again: boolean;
}

/** How a release has ended. */
export interface End {
  readonly status: string;
  /** One sentence. */
  readonly headline: string;
  readonly notes: readonly string[];
  /** Every execution that was followed, in order: there are several where one took over. */
  readonly followed: readonly Seen[];
  /** The end of the log of a build that failed. */
  readonly log?: readonly string[];
  readonly failure?: UserError;
}

/** So often may one execution take over from another; more than that, and somebody releases faster than is deployed. */
const MOST_TAKEOVERS = 10;

/** States of a deployment in which nothing more happens. */
const OVER: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Stopped']);

/** Follows a release to its end, on to the execution that takes over from it where that is as good (K21). */
export async function endOf(started: Started, deps: Deps): Promise<End> {
  const { target, commit, until } = started;
  const earlier: Seen[] = [];
  let id = started.execution;
  let expected = commit;
  for (;;) {
    const followed = await follow(target.pipeline, id, until, deps);
    const seen = seenOf(followed);
    const all = seen === undefined ? earlier : [...earlier, seen];
    if (followed.end === 'cancelled') return cancelled(id, all, started, deps);
    if (followed.end === 'given-up' || seen === undefined) return givenUp(id, all, started, deps);
    if (seen.execution.status !== 'Superseded') return ended(seen, all, expected, started, deps);
    const next = await tookOver(target.pipeline, id, seen.actions, deps.pipelines);
    const why = await whyNotFollowed(next, expected, deps);
    if (next === undefined || why !== undefined || all.length > MOST_TAKEOVERS) {
      return red(
        'Superseded',
        `The release of ${short(commit)} was superseded: ${why ?? 'too many others took over'}.`,
        {
          hint: `What runs may be something else than ${short(commit)}; release it again if it is what you want.`,
          followed: all,
        },
      );
    }
    deps.log.warning(
      `The release of ${short(expected)} was superseded by one of ${short(next.commit ?? '')}, which holds it: following ${executionUrl(deps.region, target.pipeline, next.id)}`,
    );
    earlier.push(seen);
    id = next.id;
    expected = next.commit ?? expected;
  }
}

/** Why the execution that took over is not as good as the one that was superseded; nothing if it is. */
async function whyNotFollowed(
  next: Execution | undefined,
  commit: string,
  { commits }: Deps,
): Promise<string | undefined> {
  if (next === undefined) return 'which execution took over is not known';
  if (next.commit === undefined) return `the execution ${next.id} took over, and of which commit it is, is not known`;
  if (next.commit === commit) return undefined;
  const by = `the execution ${next.id} of ${short(next.commit)} took over`;
  if (commits === undefined) return `${by}, and without a token nobody can say whether that holds ${short(commit)}`;
  const standing = await commits.compare(commit, next.commit);
  if (standing === 'identical' || standing === 'ahead') return undefined;
  return standing === 'behind' ? `${by}, which is older` : `${by}, which does not hold ${short(commit)}`;
}

async function ended(
  seen: Seen,
  followed: readonly Seen[],
  expected: string,
  started: Started,
  deps: Deps,
): Promise<End> {
  const { target, environment, commit, again } = started;
  const { execution } = seen;
  const where = executionUrl(deps.region, target.pipeline, execution.id);
  const anew = again
    ? `It was started by an earlier attempt of this run; for a new release, run "${command(started)}".`
    : '';
  if (execution.status === 'Succeeded') return succeeded(seen, followed, expected, started, deps);
  if (execution.status === 'Failed') {
    const { what, hint = '', log } = await failureOf(seen, deps.builds);
    if (log.length > 0) {
      await deps.log.group('The end of the log of the build', async () => deps.log.info(log.join('\n')));
    }
    const { rollback } = seen.deployment ?? {};
    const back = rollback === undefined ? '' : `The old version is brought back by the deployment ${rollback}.`;
    return red('Failed', `The release of ${short(commit)} to "${environment}" failed. ${what}`, {
      hint: [`See ${where}.`, hint, back, anew].filter((part) => part !== '').join(' '),
      followed,
      notes: [hint, anew].filter((part) => part !== ''),
      log,
    });
  }
  const goesOn = seen.deployment !== undefined && !OVER.has(seen.deployment.status);
  const more = [goesOn ? 'Its deployment goes on all the same.' : '', anew].filter((part) => part !== '');
  const reason = (await stopReason(execution, target.pipeline, deps)) ?? 'nobody has said why';
  return red(
    execution.status,
    `The release of ${short(commit)} to "${environment}" is ${execution.status}: ${reason}.`,
    {
      hint: [`See ${where}.`, ...more].join(' '),
      followed,
      notes: more,
    },
  );
}

async function succeeded(
  seen: Seen,
  followed: readonly Seen[],
  expected: string,
  { target, environment, commit }: Started,
  deps: Deps,
): Promise<End> {
  const images = await deps.images();
  const running = await lookUpRunning(target, { services: deps.services, images });
  const wanted = (await images.find(expected))?.digest;
  if (wanted === undefined || running?.digest !== wanted) {
    const what = running === undefined ? 'the service runs nothing' : `${running.name} with ${running.image} runs`;
    return red('Succeeded', `The pipeline succeeded, but ${what}, which is not the image of ${short(expected)}.`, {
      hint: `The image of that commit is ${wanted ?? 'not in the repository'}. Somebody else has changed the service at the same time: look, and release again.`,
      followed,
    });
  }
  const instead = expected === commit ? '' : `, which holds ${short(commit)},`;
  return {
    status: 'Succeeded',
    headline: `${short(expected)}${instead} runs in "${environment}": ${running.name}.`,
    notes: [`Its image is ${wanted}.`],
    followed: [...followed.slice(0, -1), seen],
  };
}

async function cancelled(
  id: string,
  followed: readonly Seen[],
  { target, environment, commit }: Started,
  deps: Deps,
): Promise<End> {
  const reason = `Cancelled at GitHub: run ${deps.runId} of ${deps.actor}`;
  const { did, seen } = await cancelRelease(target.pipeline, id, reason, deps);
  for (const sentence of did) deps.log.warning(sentence);
  return red('Cancelled', `The release of ${short(commit)} to "${environment}" was cancelled.`, {
    hint: did.join(' '),
    followed: [...followed.filter(({ execution }) => execution.id !== id), seen],
    notes: did,
  });
}

function givenUp(
  id: string,
  followed: readonly Seen[],
  { target, environment, commit }: Started,
  { region }: Deps,
): End {
  const { pipeline } = target;
  const hint = `It goes on without this run. Look at ${executionUrl(region, pipeline, id)}, or "aws codepipeline get-pipeline-execution --pipeline-name ${pipeline} --pipeline-execution-id ${id}".`;
  return red(
    'GivenUp',
    `The release of ${short(commit)} to "${environment}" took longer than all that it may wait for.`,
    {
      hint,
      followed,
      notes: [hint],
    },
  );
}

interface Why {
  readonly hint: string;
  readonly followed: readonly Seen[];
  /** For the summary, which has the links; the hint by default. */
  readonly notes?: readonly string[];
  readonly log?: readonly string[];
}

function red(status: string, headline: string, { hint, followed, notes = [hint], log = [] }: Why): End {
  return { status, headline, notes, followed, log, failure: new UserError(headline, hint) };
}

/** Only the list says it. */
async function stopReason(
  { id, summary }: Execution,
  pipeline: string,
  { pipelines }: Deps,
): Promise<string | undefined> {
  const listed = (await pipelines.executions(pipeline)).find((execution) => execution.id === id);
  return listed?.stopReason ?? summary;
}

function seenOf({ execution, actions, deployment }: Followed): Seen | undefined {
  if (execution === undefined || actions === undefined) return undefined;
  return { execution, actions, ...(deployment === undefined ? {} : { deployment }) };
}

function command({ environment, commit }: Started): string {
  return `gh workflow run release.yml -f environment=${environment} -f commit=${commit}`;
}
