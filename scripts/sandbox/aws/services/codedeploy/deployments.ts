import type {
  BatchGetDeploymentsInput,
  BatchGetDeploymentTargetsInput,
  ContinueDeploymentInput,
  CreateDeploymentInput,
  DeploymentInfo,
  DeploymentTarget,
  ECSTaskSet,
  GetDeploymentInput,
  GetDeploymentTargetInput,
  ListDeploymentsInput,
  ListDeploymentTargetsInput,
  PutLifecycleEventHookExecutionStatusInput,
  StopDeploymentInput,
} from '@aws-sdk/client-codedeploy';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { applicationOf, groupOf } from './applications.ts';
import { contentOf, readAppSpec } from './appspec.ts';
import { newDeploymentId, type Engine } from './engine.ts';
import type { AwsNeighbours, Place } from './neighbours.ts';
import { isOver, type DeploymentRecord, type SideRecord, type State } from './records.ts';
import { placeOf } from './shift.ts';

export interface DeploymentParts {
  readonly state: State;
  readonly region: string;
  readonly engine: Engine;
  readonly neighbours: AwsNeighbours;
}

/** Deployments, and what they consist of. */
export function deploymentOperations(parts: DeploymentParts): Record<string, Operation> {
  const { state, engine } = parts;
  return {
    CreateDeployment: operation<CreateDeploymentInput>((input) => createDeployment(parts, input)),
    GetDeployment: operation<GetDeploymentInput>(({ deploymentId }) => ({
      deploymentInfo: info(state, deploymentOf(state, deploymentId)),
    })),
    BatchGetDeployments: operation<BatchGetDeploymentsInput>(({ deploymentIds = [] }) => ({
      deploymentsInfo: deploymentIds.map((id) => info(state, deploymentOf(state, id))),
    })),
    ListDeployments: operation<ListDeploymentsInput>((input) => ({
      deployments: Object.values(state.deployments)
        .filter(
          ({ application, group, status }) =>
            (input.applicationName === undefined || application === input.applicationName) &&
            (input.deploymentGroupName === undefined || group === input.deploymentGroupName) &&
            (input.includeOnlyStatuses === undefined || input.includeOnlyStatuses.includes(status)),
        )
        .map(({ id }) => id)
        .toReversed(),
    })),
    StopDeployment: operation<StopDeploymentInput>(({ deploymentId }) => {
      const deployment = deploymentOf(state, deploymentId);
      if (isOver(deployment)) {
        throw new AwsError(
          'DeploymentAlreadyCompletedException',
          `The deployment ${deployment.id} is already in a terminal state.`,
        );
      }
      engine.stop(deployment.id);
      return { status: 'Pending', statusMessage: 'The deployment is being stopped.' };
    }),
    ContinueDeployment: operation<ContinueDeploymentInput>(({ deploymentId }) => {
      const deployment = deploymentOf(state, deploymentId);
      if (deployment.status !== 'Ready') {
        throw new AwsError(
          'DeploymentIsNotInReadyStateException',
          `The deployment ${deployment.id} is not in the state Ready.`,
        );
      }
      deployment.status = 'InProgress';
      return {};
    }),
    ListDeploymentTargets: operation<ListDeploymentTargetsInput>(({ deploymentId }) => ({
      targetIds: [
        targetId(
          placeOf(
            groupOf(state, deploymentOf(state, deploymentId).application, deploymentOf(state, deploymentId).group),
          ),
        ),
      ],
    })),
    GetDeploymentTarget: operation<GetDeploymentTargetInput>(async ({ deploymentId }) => ({
      deploymentTarget: await target(parts, deploymentOf(state, deploymentId)),
    })),
    BatchGetDeploymentTargets: operation<BatchGetDeploymentTargetsInput>(async ({ deploymentId }) => ({
      deploymentTargets: [await target(parts, deploymentOf(state, deploymentId))],
    })),
    PutLifecycleEventHookExecutionStatus: operation<PutLifecycleEventHookExecutionStatusInput>((input) => {
      const { deploymentId, lifecycleEventHookExecutionId: id = '', status } = input;
      const { hooks } = deploymentOf(state, deploymentId);
      if (!Object.hasOwn(hooks, id)) {
        throw new AwsError('InvalidLifecycleEventHookExecutionIdException', `There is no hook execution ${id}.`);
      }
      if (status !== 'Succeeded' && status !== 'Failed') {
        throw new AwsError(
          'InvalidLifecycleEventHookExecutionStatusException',
          'The status must be Succeeded or Failed.',
        );
      }
      hooks[id] = status;
      return { lifecycleEventHookExecutionId: id };
    }),
  };
}

function createDeployment({ state, engine }: DeploymentParts, input: CreateDeploymentInput): object {
  const application = applicationOf(state, input.applicationName);
  const group = groupOf(state, application.name, input.deploymentGroupName);
  if (application.platform !== 'ECS') {
    throw new AwsError(
      'InvalidOperationException',
      `The sandbox deploys to ECS only, and ${application.name} is for ${application.platform}.`,
    );
  }
  const going = Object.values(state.deployments).find(
    (other) => other.application === application.name && other.group === group.deploymentGroupName && !isOver(other),
  );
  if (going !== undefined) {
    throw new AwsError(
      'DeploymentLimitExceededException',
      `The Deployment Group '${group.deploymentGroupName}' already has an active Deployment '${going.id}'`,
    );
  }
  const config = input.deploymentConfigName ?? group.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce';
  if (engine.configOf(config) === undefined) {
    throw new AwsError(
      'DeploymentConfigDoesNotExistException',
      `No deployment configuration found for name: ${config}`,
    );
  }
  readAppSpec(contentOf(input.revision));
  const deployment: DeploymentRecord = {
    id: newDeploymentId(),
    application: application.name,
    group: group.deploymentGroupName ?? '',
    config,
    creator: 'user',
    createdAt: Date.now(),
    status: 'Created',
    events: [],
    hooks: {},
    ...(input.revision === undefined ? {} : { revision: input.revision }),
    ...(input.description === undefined ? {} : { description: input.description }),
  };
  state.deployments[deployment.id] = deployment;
  group.lastAttempted = deployment.id;
  engine.start(deployment, {
    ...group,
    ...(input.overrideAlarmConfiguration === undefined ? {} : { alarmConfiguration: input.overrideAlarmConfiguration }),
    ...(input.autoRollbackConfiguration === undefined
      ? {}
      : { autoRollbackConfiguration: input.autoRollbackConfiguration }),
  });
  return { deploymentId: deployment.id };
}

function deploymentOf(state: State, id: string | undefined): DeploymentRecord {
  const deployment = Object.hasOwn(state.deployments, id ?? '') ? state.deployments[id ?? ''] : undefined;
  if (deployment === undefined) {
    throw new AwsError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
  }
  return deployment;
}

function info(state: State, deployment: DeploymentRecord): DeploymentInfo {
  const group = state.applications[deployment.application]?.groups[deployment.group];
  const time = (milliseconds: number | undefined): Date | undefined =>
    milliseconds === undefined ? undefined : new Date(milliseconds);
  return {
    deploymentId: deployment.id,
    applicationName: deployment.application,
    deploymentGroupName: deployment.group,
    deploymentConfigName: deployment.config,
    status: deployment.status,
    createTime: new Date(deployment.createdAt),
    startTime: time(deployment.startedAt),
    completeTime: time(deployment.completedAt),
    creator: deployment.creator,
    description: deployment.description,
    revision: deployment.revision,
    errorInformation: deployment.error,
    rollbackInfo: deployment.rollback,
    computePlatform: 'ECS',
    deploymentStyle: group?.deploymentStyle,
    loadBalancerInfo: group?.loadBalancerInfo,
    blueGreenDeploymentConfiguration: group?.blueGreenDeploymentConfiguration,
    autoRollbackConfiguration: group?.autoRollbackConfiguration,
  };
}

function targetId({ cluster, service }: Place): string {
  return `${cluster}:${service}`;
}

async function target(
  { state, region, neighbours }: DeploymentParts,
  deployment: DeploymentRecord,
): Promise<DeploymentTarget> {
  const place = placeOf(groupOf(state, deployment.application, deployment.group));
  const sides: ECSTaskSet[] = [];
  for (const [label, side] of [['Blue', deployment.original] as const, ['Green', deployment.replacement] as const]) {
    if (side !== undefined) sides.push(await taskSetInfo(neighbours, place, label, side));
  }
  const last = deployment.events.at(-1);
  return {
    deploymentTargetType: 'ECSTarget',
    ecsTarget: {
      deploymentId: deployment.id,
      targetId: targetId(place),
      targetArn: `arn:aws:ecs:${region}:${ACCOUNT}:service/${place.cluster}/${place.service}`,
      lastUpdatedAt: new Date(last?.endedAt ?? last?.startedAt ?? deployment.createdAt),
      status:
        deployment.status === 'Stopped'
          ? 'Failed'
          : deployment.status === 'Created'
            ? 'Pending'
            : deployment.status === 'Ready'
              ? 'Ready'
              : deployment.status,
      lifecycleEvents: deployment.events.map(({ name, status, startedAt, endedAt, message }) => ({
        lifecycleEventName: name,
        status,
        startTime: startedAt === undefined ? undefined : new Date(startedAt),
        endTime: endedAt === undefined ? undefined : new Date(endedAt),
        ...(message === undefined ? {} : { diagnostics: { message } }),
      })),
      taskSetsInfo: sides,
    },
  };
}

async function taskSetInfo(
  neighbours: AwsNeighbours,
  place: Place,
  taskSetLabel: 'Blue' | 'Green',
  { taskSet: id, targetGroupName, weight }: SideRecord,
): Promise<ECSTaskSet> {
  const set = id === '' ? undefined : await neighbours.taskSet(place, id);
  return {
    // The API spells it so.
    identifer: id,
    taskSetLabel,
    trafficWeight: weight,
    targetGroup: { name: targetGroupName },
    desiredCount: set?.computedDesiredCount ?? 0,
    pendingCount: set?.pendingCount ?? 0,
    runningCount: set?.runningCount ?? 0,
    status: set?.status ?? 'DRAINING',
  };
}
