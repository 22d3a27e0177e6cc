import {
  CodeDeployClient,
  DeploymentAlreadyCompletedException,
  GetDeploymentCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  StopDeploymentCommand,
  type ECSTarget,
  type TrafficRoutingConfig,
} from '@aws-sdk/client-codedeploy';

/** One step of a deployment, such as `AllowTraffic`. */
export interface LifecycleEvent {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
}

/** A blue/green deployment of the service, as it is now. */
export interface ServiceDeployment {
  /** `Created`, `Queued`, `InProgress`, `Baking`, `Ready`, `Succeeded`, `Failed` or `Stopped`. */
  readonly status: string;
  /** What the new version gets, in per cent; absent before there is one. */
  readonly percent?: number;
  readonly events: readonly LifecycleEvent[];
  /** All traffic has moved, and the old version is kept for a while. */
  readonly terminating: boolean;
  /** What went wrong. */
  readonly error?: string;
  /** The deployment that brings the old version back. */
  readonly rollback?: string;
}

/** What a deployment has to wait for, in minutes. */
export interface DeploymentWaits {
  readonly shift: number;
  /** For somebody to let it go on. */
  readonly ready: number;
  readonly termination: number;
}

/** CodeDeploy's blue/green deployments to ECS; the real one is `ecsDeployments`. */
export interface ServiceDeployments {
  waits(application: string, group: string): Promise<DeploymentWaits>;
  deployment(id: string): Promise<ServiceDeployment>;
  /** Ends it and brings the old version back. `false` if it is over. */
  stop(id: string): Promise<boolean>;
}

/** Needs `codedeploy:GetDeployment`, `GetDeploymentConfig`, `GetDeploymentGroup`, `GetDeploymentTarget`, `ListDeploymentTargets`, `StopDeployment`. */
export function ecsDeployments(client: CodeDeployClient = new CodeDeployClient({})): ServiceDeployments {
  return {
    async waits(applicationName, deploymentGroupName) {
      const { deploymentGroupInfo: group } = await client.send(
        new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }),
      );
      const { deploymentConfigInfo: config } = await client.send(
        new GetDeploymentConfigCommand({ deploymentConfigName: group?.deploymentConfigName }),
      );
      const { terminateBlueInstancesOnDeploymentSuccess: blue, deploymentReadyOption: ready } =
        group?.blueGreenDeploymentConfiguration ?? {};
      return {
        shift: minutesOf(config?.trafficRoutingConfig),
        ready: ready?.waitTimeInMinutes ?? 0,
        termination: blue?.terminationWaitTimeInMinutes ?? 0,
      };
    },
    async deployment(deploymentId) {
      const { deploymentInfo: info } = await client.send(new GetDeploymentCommand({ deploymentId }));
      const { targetIds = [] } = await client.send(new ListDeploymentTargetsCommand({ deploymentId }));
      const [targetId] = targetIds;
      // A deployment that has just been created has no target yet.
      const target =
        targetId === undefined
          ? undefined
          : (await client.send(new GetDeploymentTargetCommand({ deploymentId, targetId }))).deploymentTarget?.ecsTarget;
      const percent = target?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === 'Green')?.trafficWeight;
      const { message, code } = info?.errorInformation ?? {};
      const rollback = info?.rollbackInfo?.rollbackDeploymentId;
      if (info?.status === undefined) throw new Error(`CodeDeploy has answered without the status of ${deploymentId}.`);
      return {
        status: info.status,
        events: eventsOf(target),
        terminating: info.instanceTerminationWaitTimeStarted ?? false,
        ...(percent === undefined ? {} : { percent }),
        ...(message === undefined && code === undefined ? {} : { error: message ?? code ?? '' }),
        ...(rollback === undefined ? {} : { rollback }),
      };
    },
    async stop(deploymentId) {
      try {
        await client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
        return true;
      } catch (error) {
        if (error instanceof DeploymentAlreadyCompletedException) return false;
        throw error;
      }
    },
  };
}

function eventsOf(target: ECSTarget | undefined): readonly LifecycleEvent[] {
  return (target?.lifecycleEvents ?? []).map(({ lifecycleEventName = '', status = '', diagnostics }) => ({
    name: lifecycleEventName,
    status,
    ...(diagnostics?.message === undefined ? {} : { message: diagnostics.message }),
  }));
}

/** How long a shift takes from its first step to its last. */
function minutesOf(route: TrafficRoutingConfig | undefined): number {
  if (route?.type === 'TimeBasedCanary') return route.timeBasedCanary?.canaryInterval ?? 0;
  if (route?.type === 'TimeBasedLinear') {
    const { linearInterval = 0, linearPercentage = 100 } = route.timeBasedLinear ?? {};
    return linearInterval * Math.ceil(100 / Math.max(1, linearPercentage));
  }
  return 0;
}
