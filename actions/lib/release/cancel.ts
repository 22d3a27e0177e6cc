import type { Builds } from '../aws/builds.ts';
import type { Pipelines } from '../aws/pipelines.ts';
import type { ServiceDeployments } from '../aws/service-deployments.ts';
import { describeError } from '../errors.ts';
import { DEPLOY_PROVIDER, type Seen } from './seen.ts';

export interface CancelDeps {
  readonly pipelines: Pick<Pipelines, 'abandon' | 'actions' | 'execution'>;
  readonly deployments: Pick<ServiceDeployments, 'stop'>;
  readonly builds: Pick<Builds, 'stop'>;
}

export interface Cancelled {
  /** What was done, one sentence each. */
  readonly did: readonly string[];
  /** How it stood after that. */
  readonly seen: Seen;
}

/**
 * Ends a release in the middle: the execution, and what it has started elsewhere, which an abandoned execution leaves going on. The
 * runner leaves some seconds for it, so nothing here is waited for longer than a call takes.
 */
export async function cancelRelease(
  pipeline: string,
  id: string,
  reason: string,
  deps: CancelDeps,
): Promise<Cancelled> {
  const { pipelines, deployments, builds } = deps;
  const did: string[] = [];
  const attempt = async (what: string, body: () => Promise<string>): Promise<void> => {
    try {
      did.push(await body());
    } catch (error) {
      // The others are ended all the same, and the reader is told which was not.
      did.push(`${what} could not be stopped: ${describeError(error).replace(/\.?$/, '.')}`);
    }
  };
  await attempt(`The execution ${id}`, async () =>
    (await pipelines.abandon(pipeline, id, reason))
      ? `The execution ${id} was stopped.`
      : `The execution ${id} was over or being stopped already.`,
  );
  // Read only now: nothing new begins in an execution that is being stopped.
  const execution = await pipelines.execution(pipeline, id);
  const actions = await pipelines.actions(pipeline, id);
  await Promise.all(
    actions.map(async ({ status, provider, externalId }) => {
      if (externalId === undefined || status === 'Succeeded' || status === 'Failed') return;
      if (provider === DEPLOY_PROVIDER) {
        await attempt(`The deployment ${externalId}`, async () =>
          (await deployments.stop(externalId))
            ? `The deployment ${externalId} was stopped, and CodeDeploy brings the old version back.`
            : `The deployment ${externalId} was over already.`,
        );
      }
      if (provider === 'CodeBuild') {
        await attempt(`The build ${externalId}`, async () => {
          await builds.stop(externalId);
          return `The build ${externalId} was stopped.`;
        });
      }
    }),
  );
  return { did, seen: { execution, actions } };
}
