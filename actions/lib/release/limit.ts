import type { BuildProject } from '../aws/builds.ts';
import type { DeploymentWaits } from '../aws/service-deployments.ts';
import { hookCount } from './definition.ts';

/** For fetching the commit, waiting for a machine, starting tasks and their health checks. */
const SLACK_MINUTES = 30;
/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html */
const HOOK_MINUTES = 60;

/**
 * How long a release may take before nobody waits for it any more (K23), in minutes: all that its own settings let it wait for. One that
 * has to wait for another first may take as long again.
 */
export function limitMinutes(project: BuildProject, waits: DeploymentWaits, waitsForAnother: boolean): number {
  const hooks = hookCount(project.variables) * HOOK_MINUTES;
  const one = project.timeoutMinutes + waits.shift + waits.ready + waits.termination + hooks + SLACK_MINUTES;
  return waitsForAnother ? 2 * one : one;
}
