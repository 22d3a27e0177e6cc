import { randomUUID } from 'node:crypto';
import type {
  ApplicationInfo,
  BatchGetApplicationsInput,
  BatchGetDeploymentGroupsInput,
  CreateApplicationInput,
  CreateDeploymentConfigInput,
  CreateDeploymentGroupInput,
  DeleteApplicationInput,
  DeleteDeploymentConfigInput,
  DeleteDeploymentGroupInput,
  DeploymentGroupInfo,
  GetApplicationInput,
  GetDeploymentConfigInput,
  GetDeploymentGroupInput,
  ListDeploymentGroupsInput,
  ListTagsForResourceInput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
  UpdateApplicationInput,
  UpdateDeploymentGroupInput,
} from '@aws-sdk/client-codedeploy';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { PREDEFINED } from './configs.ts';
import { isOver, type ApplicationRecord, type GroupRecord, type State } from './records.ts';

/** Applications, deployment groups, deployment configurations and their tags. */
export function applicationOperations(state: State, region: string): Record<string, Operation> {
  return {
    CreateApplication: operation<CreateApplicationInput>(
      ({ applicationName: name = '', computePlatform, tags = [] }) => {
        required('ApplicationNameRequiredException', name);
        if (Object.hasOwn(state.applications, name)) {
          throw new AwsError(
            'ApplicationAlreadyExistsException',
            `An application with the name ${name} already exists.`,
          );
        }
        const id = randomUUID();
        state.applications[name] = {
          id,
          name,
          platform: computePlatform ?? 'Server',
          createdAt: Date.now(),
          tags,
          groups: {},
        };
        return { applicationId: id };
      },
    ),
    GetApplication: operation<GetApplicationInput>(({ applicationName }) => ({
      application: applicationInfo(applicationOf(state, applicationName)),
    })),
    BatchGetApplications: operation<BatchGetApplicationsInput>(({ applicationNames = [] }) => ({
      applicationsInfo: applicationNames.map((name) => applicationInfo(applicationOf(state, name))),
    })),
    ListApplications: operation(() => ({ applications: Object.keys(state.applications) })),
    UpdateApplication: operation<UpdateApplicationInput>(({ applicationName, newApplicationName: next = '' }) => {
      const application = applicationOf(state, applicationName);
      if (next === '' || next === application.name) return {};
      if (Object.hasOwn(state.applications, next)) {
        throw new AwsError('ApplicationAlreadyExistsException', `An application with the name ${next} already exists.`);
      }
      delete state.applications[application.name];
      application.name = next;
      state.applications[next] = application;
      return {};
    }),
    DeleteApplication: operation<DeleteApplicationInput>(({ applicationName = '' }) => {
      required('ApplicationNameRequiredException', applicationName);
      delete state.applications[applicationName];
      return {};
    }),

    CreateDeploymentGroup: operation<CreateDeploymentGroupInput>((input) => {
      const { groups, platform } = applicationOf(state, input.applicationName);
      const name = input.deploymentGroupName ?? '';
      required('DeploymentGroupNameRequiredException', name);
      if (Object.hasOwn(groups, name)) {
        throw new AwsError(
          'DeploymentGroupAlreadyExistsException',
          `A deployment group with the name ${name} already exists in the application ${input.applicationName}.`,
        );
      }
      checkGroup(state, platform, input);
      const id = randomUUID();
      groups[name] = { ...input, id };
      return { deploymentGroupId: id };
    }),
    GetDeploymentGroup: operation<GetDeploymentGroupInput>(({ applicationName, deploymentGroupName }) => ({
      deploymentGroupInfo: groupInfo(
        state,
        applicationOf(state, applicationName),
        groupOf(state, applicationName, deploymentGroupName),
      ),
    })),
    BatchGetDeploymentGroups: operation<BatchGetDeploymentGroupsInput>(
      ({ applicationName, deploymentGroupNames = [] }) => ({
        deploymentGroupsInfo: deploymentGroupNames.map((name) =>
          groupInfo(state, applicationOf(state, applicationName), groupOf(state, applicationName, name)),
        ),
      }),
    ),
    ListDeploymentGroups: operation<ListDeploymentGroupsInput>(({ applicationName }) => ({
      applicationName,
      deploymentGroups: Object.keys(applicationOf(state, applicationName).groups),
    })),
    UpdateDeploymentGroup: operation<UpdateDeploymentGroupInput>((input) => {
      const {
        applicationName,
        currentDeploymentGroupName: name = '',
        newDeploymentGroupName: next,
        ...changes
      } = input;
      const application = applicationOf(state, applicationName);
      const group = groupOf(state, applicationName, name);
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const changed = { ...group, ...given, ...(next === undefined ? {} : { deploymentGroupName: next }) };
      checkGroup(state, application.platform, changed);
      delete application.groups[name];
      application.groups[next ?? name] = changed;
      return { hooksNotCleanedUp: [] };
    }),
    DeleteDeploymentGroup: operation<DeleteDeploymentGroupInput>(({ applicationName, deploymentGroupName = '' }) => {
      const application = applicationOf(state, applicationName);
      const going = Object.values(state.deployments).some(
        (deployment) =>
          deployment.application === applicationName && deployment.group === deploymentGroupName && !isOver(deployment),
      );
      if (going)
        throw new AwsError('InvalidOperationException', 'The deployment group has a deployment that is in progress.');
      delete application.groups[deploymentGroupName];
      return { hooksNotCleanedUp: [] };
    }),

    CreateDeploymentConfig: operation<CreateDeploymentConfigInput>((input) => {
      const name = input.deploymentConfigName ?? '';
      if (configOf(state, name) !== undefined) {
        throw new AwsError(
          'DeploymentConfigAlreadyExistsException',
          `A deployment configuration with the name ${name} already exists.`,
        );
      }
      const deploymentConfigId = randomUUID();
      const computePlatform = input.computePlatform ?? 'Server';
      state.configs[name] = { ...input, computePlatform, deploymentConfigId };
      return { deploymentConfigId };
    }),
    GetDeploymentConfig: operation<GetDeploymentConfigInput>(({ deploymentConfigName: name = '' }) => {
      const deploymentConfigInfo = configOf(state, name);
      if (deploymentConfigInfo === undefined) throw noConfig(name);
      return { deploymentConfigInfo };
    }),
    ListDeploymentConfigs: operation(() => ({
      deploymentConfigsList: [
        ...PREDEFINED.map(({ deploymentConfigName }) => deploymentConfigName),
        ...Object.keys(state.configs),
      ],
    })),
    DeleteDeploymentConfig: operation<DeleteDeploymentConfigInput>(({ deploymentConfigName: name = '' }) => {
      const used = Object.values(state.applications).some(({ groups }) =>
        Object.values(groups).some(({ deploymentConfigName }) => deploymentConfigName === name),
      );
      if (used) throw new AwsError('DeploymentConfigInUseException', `The deployment configuration ${name} is in use.`);
      delete state.configs[name];
      return {};
    }),

    ListTagsForResource: operation<ListTagsForResourceInput>(({ ResourceArn }) => ({
      Tags: tagged(state, region, ResourceArn).tags ?? [],
    })),
    TagResource: operation<TagResourceInput>(({ ResourceArn, Tags = [] }) => {
      const resource = tagged(state, region, ResourceArn);
      resource.tags = [
        ...without(
          resource.tags,
          Tags.map(({ Key }) => Key),
        ),
        ...Tags,
      ];
      return {};
    }),
    UntagResource: operation<UntagResourceInput>(({ ResourceArn, TagKeys = [] }) => {
      const resource = tagged(state, region, ResourceArn);
      resource.tags = without(resource.tags, TagKeys);
      return {};
    }),
  };
}

export function applicationOf(state: State, name: string | undefined): ApplicationRecord {
  required('ApplicationNameRequiredException', name ?? '');
  const application = Object.hasOwn(state.applications, name ?? '') ? state.applications[name ?? ''] : undefined;
  if (application === undefined)
    throw new AwsError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
  return application;
}

export function groupOf(state: State, application: string | undefined, name: string | undefined): GroupRecord {
  const { groups } = applicationOf(state, application);
  const group = Object.hasOwn(groups, name ?? '') ? groups[name ?? ''] : undefined;
  if (group === undefined) {
    throw new AwsError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`);
  }
  return group;
}

function configOf(state: State, name: string) {
  return state.configs[name] ?? PREDEFINED.find(({ deploymentConfigName }) => deploymentConfigName === name);
}

function noConfig(name: string): AwsError {
  return new AwsError('DeploymentConfigDoesNotExistException', `No deployment configuration found for name: ${name}`);
}

function required(code: string, value: string): void {
  if (value === '') throw new AwsError(code, 'A name is required.');
}

function checkGroup(state: State, platform: string, group: Partial<CreateDeploymentGroupInput>): void {
  required('RoleRequiredException', group.serviceRoleArn ?? '');
  const name = group.deploymentConfigName;
  const config = name === undefined ? undefined : configOf(state, name);
  if (name !== undefined && config === undefined) throw noConfig(name);
  if (config !== undefined && config.computePlatform !== platform) {
    throw new AwsError(
      'InvalidComputePlatformException',
      `The deployment configuration ${name} is not for the compute platform ${platform}.`,
    );
  }
  if (platform !== 'ECS') return;
  const [pair] = group.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  if (
    group.ecsServices?.length !== 1 ||
    pair?.targetGroups?.length !== 2 ||
    pair.prodTrafficRoute?.listenerArns?.length !== 1
  ) {
    throw new AwsError(
      'InvalidECSServiceException',
      'A deployment group for ECS needs one service, two target groups and one production listener.',
    );
  }
  if (
    group.deploymentStyle?.deploymentType !== 'BLUE_GREEN' ||
    group.deploymentStyle.deploymentOption !== 'WITH_TRAFFIC_CONTROL'
  ) {
    throw new AwsError(
      'InvalidDeploymentStyleException',
      'For ECS deployment configurations must be set to blue/green with traffic control.',
    );
  }
}

function applicationInfo({ id, name, platform, createdAt }: ApplicationRecord): ApplicationInfo {
  return {
    applicationId: id,
    applicationName: name,
    createTime: new Date(createdAt),
    linkedToGitHub: false,
    ...(platform === 'ECS' || platform === 'Lambda' ? { computePlatform: platform } : { computePlatform: 'Server' }),
  };
}

function groupInfo(state: State, application: ApplicationRecord, group: GroupRecord): DeploymentGroupInfo {
  const { id, lastAttempted, lastSuccessful, ecsServices, ...rest } = group;
  const last = (deploymentId: string | undefined) => {
    const found = deploymentId === undefined ? undefined : state.deployments[deploymentId];
    return found === undefined
      ? undefined
      : {
          deploymentId: found.id,
          status: found.status,
          createTime: new Date(found.createdAt),
          endTime: new Date(found.completedAt ?? found.createdAt),
        };
  };
  const attempted = last(lastAttempted);
  const successful = last(lastSuccessful);
  return {
    ...rest,
    deploymentGroupId: id,
    applicationName: application.name,
    computePlatform: applicationInfo(application).computePlatform,
    ec2TagFilters: [],
    onPremisesInstanceTagFilters: [],
    autoScalingGroups: [],
    triggerConfigurations: group.triggerConfigurations ?? [],
    ecsServices: ecsServices ?? [],
    ...(attempted === undefined ? {} : { lastAttemptedDeployment: attempted }),
    ...(successful === undefined ? {} : { lastSuccessfulDeployment: successful }),
  };
}

/** `arn:…:application:<name>` or `arn:…:deploymentgroup:<application>/<name>`. */
function tagged(state: State, region: string, arn = ''): { tags?: Tag[] | undefined } {
  const prefix = `arn:aws:codedeploy:${region}:${ACCOUNT}:`;
  const [kind, name = ''] = arn.startsWith(prefix) ? arn.slice(prefix.length).split(':') : [];
  if (kind === 'application') return applicationOf(state, name);
  const [application, group] = name.split('/');
  if (kind === 'deploymentgroup') return groupOf(state, application, group);
  throw new AwsError('InvalidArnException', `The specified ARN is not valid: ${arn}`);
}

function without(tags: readonly Tag[] | undefined, keys: readonly (string | undefined)[]): Tag[] {
  return (tags ?? []).filter(({ Key }) => !keys.includes(Key));
}
