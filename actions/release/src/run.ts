import type { ServiceTarget } from '../../lib/aws/deploy-targets.ts';
import { isOver } from '../../lib/aws/pipelines.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import { escapeText, inlineCode } from '../../lib/markdown/escape.ts';
import { limitMinutes } from '../../lib/release/limit.ts';
import { executionUrl } from '../../lib/release/links.ts';
import { needOf, short, type Need } from '../../lib/release/need.ts';
import { renderRelease } from '../../lib/release/report.ts';
import type { Seen } from '../../lib/release/seen.ts';
import { commitOf } from './commit.ts';
import type { Deps } from './deps.ts';
import { endOf, type End } from './end.ts';
import type { Inputs } from './inputs.ts';

export type { Deps } from './deps.ts';

export interface Outputs {
  readonly execution?: string;
  readonly status?: string;
  readonly needed?: boolean;
  /** Why the run is red, if it is; the others are known all the same. */
  readonly failure?: UserError;
}

/**
 * Releases a commit: starts the pipeline and follows it until it is over. What runs afterwards is looked up, and is the image of that
 * commit, or the run is red.
 *
 * @throws UserError if nothing was started, because something is missing
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const target = await deps.findService(environment);
  if (inputs.check) {
    const need = await needed(target, inputs.commit === undefined ? deps.sha : await commitOf(inputs, deps), deps);
    await say(inputs, need, need.needed ? 'A release is needed' : 'No release is needed', deps);
    return { needed: need.needed };
  }
  if (target === undefined) {
    throw new UserError(
      `The environment "${environment}" has no service that could be released.`,
      'It is brought up when the environment is applied with the architecture "fargate": apply first.',
    );
  }
  const commit = await commitOf(inputs, deps);
  if (inputs.skipIfRunning) {
    const need = await needed(target, commit, deps);
    if (!need.needed) {
      await say(inputs, need, 'Nothing was released', deps);
      return { needed: false, status: 'NotNeeded' };
    }
    deps.log.info(`A release is needed: ${need.why}.`);
  }
  const outputs = await release(target, commit, inputs, deps);
  return inputs.skipIfRunning ? { ...outputs, needed: true } : outputs;
}

async function needed(target: ServiceTarget | undefined, commit: string, deps: Deps): Promise<Need> {
  // Without a service there may be no repository either.
  if (target === undefined) return { needed: false, why: 'the environment has no service yet' };
  return needOf(target, commit, { ...deps, images: await deps.images() });
}

async function say({ environment }: Inputs, { why }: Need, what: string, { log, writeSummary }: Deps): Promise<void> {
  log.info(`${what}: ${why}.`);
  await writeSummary(`### Release · ${inlineCode(environment)}\n\n${escapeText(what)}: ${escapeText(why)}.`);
}

async function release(target: ServiceTarget, commit: string, inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { pipelines, log, region, now } = deps;
  const { environment } = inputs;
  const name = target.pipeline;
  const { source } = await pipelines.pipeline(name);
  const before = await pipelines.executions(name);
  const until =
    now() +
    (await limit(
      target,
      before.some((execution) => !isOver(execution)),
      deps,
    )) *
      60_000;
  const gitHubDeployment = await deps.releases?.start({ environment, sha: commit });
  let end: End | undefined;
  let execution: string | undefined;
  try {
    // By it, a run that is started again follows what it has started before; a new run releases anew.
    execution = await pipelines.start(name, source, commit, `${commit}-${deps.runId}`);
    const again = before.some(({ id }) => id === execution);
    log.info(
      `${again ? 'This run has started it before: following' : `Releasing ${short(commit)} to "${environment}":`} ${executionUrl(region, name, execution)}`,
    );
    end = await endOf({ target, environment, commit, execution, until, again }, deps);
    await deps.writeSummary(renderRelease({ environment, commit, region, pipeline: name, ...end }));
    if (end.failure === undefined) log.info(end.headline);
    return {
      execution: last(end.followed)?.execution.id ?? execution,
      status: end.status,
      ...(end.failure === undefined ? {} : { failure: end.failure }),
    };
  } catch (error) {
    // Once it is started, it goes on whatever has become of this run.
    if (execution === undefined || error instanceof UserError) throw error;
    throw new Error(
      `${describeError(error)} The execution ${execution} may go on: ${executionUrl(region, name, execution)}`,
      { cause: error },
    );
  } finally {
    if (gitHubDeployment !== undefined) await finish(gitHubDeployment, end, deps.releases);
  }
}

async function finish(id: number, end: End | undefined, releases: Deps['releases']): Promise<void> {
  const state =
    end === undefined || end.status === 'GivenUp' ? 'error' : end.failure === undefined ? 'success' : 'failure';
  await releases?.finish(id, state, end?.headline ?? 'It was not followed to its end.');
}

async function limit(target: ServiceTarget, waits: boolean, { builds, deployments }: Deps): Promise<number> {
  const project = await builds.project(target.build_project);
  if (project === undefined) {
    throw new UserError(
      `There is no build project "${target.build_project}".`,
      'It is made when the environment is applied: apply first.',
    );
  }
  return limitMinutes(project, await deployments.waits(target.deploy_application, target.deploy_group), waits);
}

function last(followed: readonly Seen[]): Seen | undefined {
  return followed.at(-1);
}
