import type { AutoRollbackEvent } from '@aws-sdk/client-codedeploy';
import type { DeploymentFailure } from './platform.ts';
import { lookUp, type DeploymentRecord, type State } from './records.ts';

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html */
export function isRolledBack({ settings }: DeploymentRecord, { code, rollBack }: DeploymentFailure): boolean {
  if (rollBack !== undefined) return rollBack;
  const { enabled = false, events = [] } = settings.autoRollbackConfiguration ?? {};
  return enabled && events.includes(eventOf(code));
}

function eventOf(code: DeploymentFailure['code']): AutoRollbackEvent {
  if (code === 'ALARM_ACTIVE') return 'DEPLOYMENT_STOP_ON_ALARM';
  return code === 'MANUAL_STOP' ? 'DEPLOYMENT_STOP_ON_REQUEST' : 'DEPLOYMENT_FAILURE';
}

/** A deployment of its own, of what was there before. */
export function rollbackOf(state: State, failed: DeploymentRecord, id: string): DeploymentRecord {
  const group = lookUp(state.applications, failed.application)?.groups[failed.group];
  const revision = lookUp(state.deployments, group?.lastSuccessful)?.revision;
  if (group !== undefined) group.lastAttempted = id;
  return {
    id,
    application: failed.application,
    group: failed.group,
    platform: failed.platform,
    config: failed.config,
    creator: 'codeDeployRollback',
    settings: failed.settings,
    overridesAlarms: failed.overridesAlarms,
    description: `Automatic rollback of the deployment ${failed.id}`,
    ...(revision === undefined ? {} : { revision }),
    ...(failed.revision === undefined ? {} : { previousRevision: failed.revision }),
    ...(failed.shift === undefined ? {} : { shift: { ...failed.shift } }),
    createdAt: Date.now(),
    startedAt: Date.now(),
    status: 'InProgress',
    rollback: { rollbackTriggeringDeploymentId: failed.id },
    events: [],
    hooks: {},
  };
}
