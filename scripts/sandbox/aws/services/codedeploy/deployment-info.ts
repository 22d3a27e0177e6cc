import type { DeploymentInfo, DeploymentOverview } from '@aws-sdk/client-codedeploy';
import type { DeploymentRecord, Status } from './records.ts';

/** A deployment as GetDeployment tells it. */
export function deploymentInfo(deployment: DeploymentRecord): DeploymentInfo {
  const { settings, error, rollback, description, revision, previousRevision } = deployment;
  const { startedAt, completedAt, overridesAlarms } = deployment;
  return {
    deploymentId: deployment.id,
    applicationName: deployment.application,
    deploymentGroupName: deployment.group,
    deploymentConfigName: deployment.config,
    computePlatform: deployment.platform,
    creator: deployment.creator,
    status: deployment.status,
    createTime: new Date(deployment.createdAt),
    ...(startedAt === undefined ? {} : { startTime: new Date(startedAt) }),
    ...(completedAt === undefined ? {} : { completeTime: new Date(completedAt) }),
    ...(description === undefined ? {} : { description }),
    ...(revision === undefined ? {} : { revision }),
    ...(previousRevision === undefined ? {} : { previousRevision }),
    ...(error === undefined ? {} : { errorInformation: error }),
    rollbackInfo: rollback ?? {},
    deploymentOverview: overview(deployment.status),
    instanceTerminationWaitTimeStarted: deployment.terminatingSince !== undefined,
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    fileExistsBehavior: 'DISALLOW',
    deploymentStyle: settings.deploymentStyle,
    loadBalancerInfo: settings.loadBalancerInfo,
    blueGreenDeploymentConfiguration: settings.blueGreenDeploymentConfiguration,
    autoRollbackConfiguration: settings.autoRollbackConfiguration,
    ...(overridesAlarms ? { overrideAlarmConfiguration: settings.alarmConfiguration } : {}),
  };
}

/** How many targets, of which there is one, are in which state. */
function overview(status: Status): DeploymentOverview {
  const kind = status === 'Created' ? 'Pending' : status === 'Stopped' ? 'Failed' : status;
  return { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0, [kind]: 1 };
}
