import { randomUUID } from 'node:crypto';
import type {
  BatchGetDeploymentGroupsInput,
  CreateDeploymentGroupInput,
  DeleteDeploymentGroupInput,
  DeploymentGroupInfo,
  GetDeploymentGroupInput,
  LastDeploymentInfo,
  ListDeploymentGroupsInput,
  UpdateDeploymentGroupInput,
} from '@aws-sdk/client-codedeploy';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { inProgress } from './applications.ts';
import { applicationOf, checkBatch, checkGroup, checkName, groupOf, page } from './checks.ts';
import { activeIn, lookUp, type ApplicationRecord, type GroupRecord, type State } from './records.ts';

/** Deployment groups. */
export function groupOperations(state: State): Record<string, Operation> {
  return {
    CreateDeploymentGroup: operation<CreateDeploymentGroupInput>((input) => createGroup(state, input)),
    GetDeploymentGroup: operation<GetDeploymentGroupInput>(({ applicationName, deploymentGroupName }) => {
      const application = applicationOf(state, applicationName);
      return { deploymentGroupInfo: groupInfo(state, application, groupOf(application, deploymentGroupName)) };
    }),
    BatchGetDeploymentGroups: operation<BatchGetDeploymentGroupsInput>(
      ({ applicationName, deploymentGroupNames = [] }) => {
        const application = applicationOf(state, applicationName);
        const found = checkBatch(deploymentGroupNames).flatMap((name) => lookUp(application.groups, name) ?? []);
        const missing = deploymentGroupNames.filter((name) => lookUp(application.groups, name) === undefined);
        return {
          deploymentGroupsInfo: found.map((group) => groupInfo(state, application, group)),
          ...(missing.length === 0
            ? {}
            : { errorMessage: `No Deployment Group found for name: ${missing.join(', ')}` }),
        };
      },
    ),
    ListDeploymentGroups: operation<ListDeploymentGroupsInput>(({ applicationName, nextToken }) => {
      const { items, ...next } = page(Object.keys(applicationOf(state, applicationName).groups), nextToken);
      return { applicationName, deploymentGroups: items, ...next };
    }),
    UpdateDeploymentGroup: operation<UpdateDeploymentGroupInput>((input) => updateGroup(state, input)),
    DeleteDeploymentGroup: operation<DeleteDeploymentGroupInput>(({ applicationName, deploymentGroupName }) => {
      const name = checkName('DeploymentGroup', deploymentGroupName);
      const application = applicationOf(state, applicationName);
      if (activeIn(state, application.name, name) !== undefined) throw inProgress(name);
      delete application.groups[name];
      return { hooksNotCleanedUp: [] };
    }),
  };
}

function createGroup(state: State, { tags = [], ...input }: CreateDeploymentGroupInput): object {
  const { groups, platform } = applicationOf(state, input.applicationName);
  const name = checkName('DeploymentGroup', input.deploymentGroupName);
  if (lookUp(groups, name) !== undefined) throw alreadyThere(name, input.applicationName);
  checkGroup(state, platform, input);
  const id = randomUUID();
  groups[name] = { ...input, tags, id };
  return { deploymentGroupId: id };
}

function updateGroup(state: State, input: UpdateDeploymentGroupInput): object {
  const { applicationName, currentDeploymentGroupName, newDeploymentGroupName, ...changes } = input;
  const application = applicationOf(state, applicationName);
  const group = groupOf(application, currentDeploymentGroupName);
  const before = group.deploymentGroupName ?? '';
  const name = newDeploymentGroupName === undefined ? before : checkName('DeploymentGroup', newDeploymentGroupName);
  if (name !== before && lookUp(application.groups, name) !== undefined) throw alreadyThere(name, applicationName);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const changed: GroupRecord = { ...group, ...given, deploymentGroupName: name };
  checkGroup(state, application.platform, changed);
  delete application.groups[before];
  application.groups[name] = changed;
  for (const deployment of Object.values(state.deployments)) {
    if (deployment.application === application.name && deployment.group === before) deployment.group = name;
  }
  return { hooksNotCleanedUp: [] };
}

function alreadyThere(name: string, application: string | undefined): AwsError {
  return new AwsError(
    'DeploymentGroupAlreadyExistsException',
    `A deployment group with the name ${name} already exists in the application ${application}.`,
  );
}

function groupInfo(state: State, application: ApplicationRecord, group: GroupRecord): DeploymentGroupInfo {
  const { id, lastAttempted, lastSuccessful, tags: _, ...given } = group;
  const attempted = lastDeployment(state, lastAttempted);
  const successful = lastDeployment(state, lastSuccessful);
  return {
    ...given,
    deploymentGroupId: id,
    applicationName: application.name,
    computePlatform: application.platform,
    ec2TagFilters: given.ec2TagFilters ?? [],
    onPremisesInstanceTagFilters: given.onPremisesInstanceTagFilters ?? [],
    // They are asked for by name, and told with the hooks that AWS puts there, of which there are none here.
    autoScalingGroups: (given.autoScalingGroups ?? []).map((name) => ({ name })),
    triggerConfigurations: given.triggerConfigurations ?? [],
    ecsServices: given.ecsServices ?? [],
    ...(attempted === undefined ? {} : { lastAttemptedDeployment: attempted }),
    ...(successful === undefined ? {} : { lastSuccessfulDeployment: successful }),
  };
}

function lastDeployment(state: State, id: string | undefined): LastDeploymentInfo | undefined {
  const found = lookUp(state.deployments, id);
  if (found === undefined) return undefined;
  return {
    deploymentId: found.id,
    status: found.status,
    createTime: new Date(found.createdAt),
    ...(found.completedAt === undefined ? {} : { endTime: new Date(found.completedAt) }),
  };
}
