import type { ActionExecution, Execution } from '../aws/pipelines.ts';
import type { ServiceDeployment } from '../aws/service-deployments.ts';

/** The deploy action that starts a deployment of CodeDeploy. */
export const DEPLOY_PROVIDER = 'CodeDeployToECS';

/** An execution as it was when it was last looked at. */
export interface Seen {
  readonly execution: Execution;
  readonly actions: readonly ActionExecution[];
  /** Of the deploy action, if it has come to that. */
  readonly deployment?: ServiceDeployment;
}

export function isFailed(status: string): boolean {
  return status === 'Failed' || status === 'Abandoned';
}

/** Such as `Deploy`, or `Build/Image` where the action has a name of its own. */
export function placeOf({ stage, action }: Pick<ActionExecution, 'stage' | 'action'>): string {
  return stage === action ? stage : `${stage}/${action}`;
}

/** Such as `42 s` or `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
