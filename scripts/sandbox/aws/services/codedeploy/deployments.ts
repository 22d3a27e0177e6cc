import type {
  BatchGetDeploymentsInput,
  BatchGetDeploymentTargetsInput,
  ContinueDeploymentInput,
  CreateDeploymentInput,
  GetDeploymentInput,
  GetDeploymentTargetInput,
  ListDeploymentsInput,
  ListDeploymentTargetsInput,
  PutLifecycleEventHookExecutionStatusInput,
  StopDeploymentInput,
  StopDeploymentOutput,
} from '@aws-sdk/client-codedeploy';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { applicationOf, checkAlarms, checkBatch, checkRollback, groupOf, noConfig, page } from './checks.ts';
import { findConfig } from './configs.ts';
import { deploymentInfo } from './deployment-info.ts';
import { newDeploymentId, type Engine } from './engine.ts';
import type { Platform, Platforms } from './platform.ts';
import { activeIn, isOver, lookUp, type DeploymentRecord, type GroupRecord, type State } from './records.ts';

const LONGEST_DESCRIPTION = 256;

export interface DeploymentParts {
  readonly state: State;
  readonly engine: Engine;
  readonly platforms: Platforms;
}

/** Deployments, and what they consist of. */
export function deploymentOperations(parts: DeploymentParts): Record<string, Operation> {
  const { state, engine } = parts;
  return {
    CreateDeployment: operation<CreateDeploymentInput>((input) => createDeployment(parts, input)),
    GetDeployment: operation<GetDeploymentInput>(({ deploymentId }) => ({
      deploymentInfo: deploymentInfo(deploymentOf(state, deploymentId)),
    })),
    BatchGetDeployments: operation<BatchGetDeploymentsInput>(({ deploymentIds = [] }) => ({
      // Those that are not there are left out.
      deploymentsInfo: checkBatch(deploymentIds)
        .flatMap((id) => lookUp(state.deployments, id) ?? [])
        .map(deploymentInfo),
    })),
    ListDeployments: operation<ListDeploymentsInput>((input) => listDeployments(state, input)),
    StopDeployment: operation<StopDeploymentInput>(({ deploymentId, autoRollbackEnabled }): StopDeploymentOutput => {
      const deployment = active(state, deploymentId);
      engine.stop(deployment.id, autoRollbackEnabled);
      return { status: 'Pending', statusMessage: 'The deployment is being stopped.' };
    }),
    ContinueDeployment: operation<ContinueDeploymentInput>(({ deploymentId, deploymentWaitType = 'READY_WAIT' }) => {
      const deployment = active(state, deploymentId);
      if (deploymentWaitType !== 'READY_WAIT' && deploymentWaitType !== 'TERMINATION_WAIT') {
        throw new AwsError('InvalidDeploymentWaitTypeException', 'The wait type is invalid.');
      }
      if (deployment.waiting !== deploymentWaitType) {
        throw new AwsError(
          'DeploymentIsNotInReadyStateException',
          `The deployment ${deployment.id} does not wait for this (${deploymentWaitType}).`,
        );
      }
      delete deployment.waiting;
      return {};
    }),
    ListDeploymentTargets: operation<ListDeploymentTargetsInput>(({ deploymentId }) => {
      const deployment = deploymentOf(state, deploymentId);
      return { targetIds: platformFor(parts, deployment.platform).targetIds(deployment) };
    }),
    GetDeploymentTarget: operation<GetDeploymentTargetInput>(async ({ deploymentId, targetId }) => {
      const deployment = deploymentOf(state, deploymentId);
      if (targetId === undefined) throw new AwsError('DeploymentTargetIdRequiredException', 'A target ID is required.');
      return { deploymentTarget: await target(parts, deployment, targetId) };
    }),
    BatchGetDeploymentTargets: operation<BatchGetDeploymentTargetsInput>(async ({ deploymentId, targetIds }) => {
      const deployment = deploymentOf(state, deploymentId);
      const asked = targetIds ?? platformFor(parts, deployment.platform).targetIds(deployment);
      return { deploymentTargets: await Promise.all(checkBatch(asked).map((id) => target(parts, deployment, id))) };
    }),
    PutLifecycleEventHookExecutionStatus: operation<PutLifecycleEventHookExecutionStatusInput>((input) =>
      answerHook(state, input),
    ),
  };
}

function createDeployment(parts: DeploymentParts, input: CreateDeploymentInput): object {
  const { state, engine } = parts;
  const application = applicationOf(state, input.applicationName);
  const group = groupOf(application, input.deploymentGroupName);
  const platform = platformFor(parts, application.platform);
  checkAlarms(input.overrideAlarmConfiguration);
  checkRollback(input.autoRollbackConfiguration);
  if ((input.description ?? '').length > LONGEST_DESCRIPTION) {
    throw new AwsError('DescriptionTooLongException', `The description may have ${LONGEST_DESCRIPTION} characters.`);
  }
  const config = input.deploymentConfigName ?? group.deploymentConfigName ?? platform.defaultConfig;
  const found = findConfig(state, config);
  if (found === undefined) throw noConfig(config);
  if (found.computePlatform !== application.platform) {
    throw new AwsError(
      'InvalidDeploymentConfigNameException',
      `The deployment configuration ${config} is for the compute platform ${found.computePlatform}, and not for ${application.platform}.`,
    );
  }
  if (input.revision === undefined) throw new AwsError('RevisionRequiredException', 'A revision is required.');
  platform.check(input.revision);
  const name = group.deploymentGroupName ?? '';
  const going = activeIn(state, application.name, name);
  if (going !== undefined) {
    throw new AwsError(
      'DeploymentLimitExceededException',
      `The Deployment Group '${name}' already has an active Deployment '${going.id}'`,
    );
  }
  const previous = lookUp(state.deployments, group.lastSuccessful)?.revision;
  const deployment: DeploymentRecord = {
    id: newDeploymentId(),
    application: application.name,
    group: name,
    platform: application.platform,
    config,
    creator: 'user',
    settings: settingsOf(group, input),
    overridesAlarms: input.overrideAlarmConfiguration !== undefined,
    revision: input.revision,
    ...(previous === undefined ? {} : { previousRevision: previous }),
    ...(input.description === undefined ? {} : { description: input.description }),
    createdAt: Date.now(),
    status: 'Created',
    events: [],
    hooks: {},
  };
  for (const event of platform.eventsOf(deployment)) deployment.events.push({ name: event, status: 'Pending' });
  state.deployments[deployment.id] = deployment;
  group.lastAttempted = deployment.id;
  engine.start(deployment);
  return { deploymentId: deployment.id };
}

function settingsOf(
  group: GroupRecord,
  { overrideAlarmConfiguration, autoRollbackConfiguration }: CreateDeploymentInput,
): GroupRecord {
  return structuredClone({
    ...group,
    ...(overrideAlarmConfiguration === undefined ? {} : { alarmConfiguration: overrideAlarmConfiguration }),
    ...(autoRollbackConfiguration === undefined ? {} : { autoRollbackConfiguration }),
  });
}

function listDeployments(state: State, input: ListDeploymentsInput): object {
  const { applicationName, deploymentGroupName, includeOnlyStatuses = [], createTimeRange, nextToken } = input;
  if (applicationName !== undefined) {
    const application = applicationOf(state, applicationName);
    if (deploymentGroupName !== undefined) groupOf(application, deploymentGroupName);
  } else if (deploymentGroupName !== undefined) {
    throw new AwsError('ApplicationNameRequiredException', 'With a deployment group, its application is required.');
  }
  // Times are in seconds on the wire.
  const start = Number(createTimeRange?.start ?? 0) * 1000;
  const end = createTimeRange?.end === undefined ? Infinity : Number(createTimeRange.end) * 1000;
  if (start > end) throw new AwsError('InvalidTimeRangeException', 'The time range begins after its end.');
  const found = Object.values(state.deployments)
    .filter(
      ({ application, group, status, createdAt }) =>
        (applicationName === undefined || application === applicationName) &&
        (deploymentGroupName === undefined || group === deploymentGroupName) &&
        (includeOnlyStatuses.length === 0 || includeOnlyStatuses.includes(status)) &&
        createdAt >= start &&
        createdAt <= end,
    )
    .map(({ id }) => id)
    .toReversed();
  const { items, ...next } = page(found, nextToken);
  return { deployments: items, ...next };
}

function answerHook(state: State, input: PutLifecycleEventHookExecutionStatusInput): object {
  const { deploymentId, lifecycleEventHookExecutionId: id = '', status } = input;
  const { hooks } = deploymentOf(state, deploymentId);
  const before = lookUp(hooks, id);
  if (before === undefined) {
    throw new AwsError('InvalidLifecycleEventHookExecutionIdException', `There is no hook execution ${id}.`);
  }
  if (status !== 'Succeeded' && status !== 'Failed') {
    throw new AwsError('InvalidLifecycleEventHookExecutionStatusException', 'The status must be Succeeded or Failed.');
  }
  if (before !== 'Pending') {
    throw new AwsError('LifecycleEventAlreadyCompletedException', `The hook execution ${id} has an answer already.`);
  }
  hooks[id] = status;
  return { lifecycleEventHookExecutionId: id };
}

function deploymentOf(state: State, id: string | undefined): DeploymentRecord {
  if (id === undefined || id === '')
    throw new AwsError('DeploymentIdRequiredException', 'A deployment ID is required.');
  const deployment = lookUp(state.deployments, id);
  if (deployment === undefined) {
    throw new AwsError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
  }
  return deployment;
}

function active(state: State, id: string | undefined): DeploymentRecord {
  const deployment = deploymentOf(state, id);
  if (!isOver(deployment)) return deployment;
  throw new AwsError(
    'DeploymentAlreadyCompletedException',
    `The deployment ${deployment.id} is already in a terminal state: ${deployment.status}.`,
  );
}

function platformFor({ platforms }: DeploymentParts, name: string): Platform {
  const platform = lookUp(platforms, name);
  if (platform !== undefined) return platform;
  throw new AwsError(
    'InvalidOperationException',
    `The sandbox deploys to ${Object.keys(platforms).join(', ')} only, and not to ${name}.`,
  );
}

async function target(parts: DeploymentParts, deployment: DeploymentRecord, id: string) {
  const platform = platformFor(parts, deployment.platform);
  if (!platform.targetIds(deployment).includes(id)) {
    throw new AwsError('DeploymentTargetDoesNotExistException', `The deployment has no target ${id}.`);
  }
  return platform.target(deployment);
}
