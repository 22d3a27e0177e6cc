import { randomUUID } from 'node:crypto';
import type {
  ApplicationInfo,
  BatchGetApplicationsInput,
  CreateApplicationInput,
  DeleteApplicationInput,
  GetApplicationInput,
  ListApplicationsInput,
  ListTagsForResourceInput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
  UpdateApplicationInput,
} from '@aws-sdk/client-codedeploy';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { applicationOf, checkBatch, checkName, groupOf, page } from './checks.ts';
import { activeIn, lookUp, type ApplicationRecord, type ComputePlatform, type State } from './records.ts';

/** Applications, and the tags of applications and deployment groups. */
export function applicationOperations(state: State, region: string): Record<string, Operation> {
  return {
    CreateApplication: operation<CreateApplicationInput>((input) => createApplication(state, input)),
    GetApplication: operation<GetApplicationInput>(({ applicationName }) => ({
      application: applicationInfo(applicationOf(state, applicationName)),
    })),
    BatchGetApplications: operation<BatchGetApplicationsInput>(({ applicationNames = [] }) => ({
      applicationsInfo: checkBatch(applicationNames).map((name) => applicationInfo(applicationOf(state, name))),
    })),
    ListApplications: operation<ListApplicationsInput>(({ nextToken }) => {
      const { items, ...next } = page(Object.keys(state.applications), nextToken);
      return { applications: items, ...next };
    }),
    UpdateApplication: operation<UpdateApplicationInput>((input) => renameApplication(state, input)),
    DeleteApplication: operation<DeleteApplicationInput>(({ applicationName }) => {
      const name = checkName('Application', applicationName);
      // One that is not there is deleted already.
      const busy = Object.keys(lookUp(state.applications, name)?.groups ?? {}).find((group) =>
        activeIn(state, name, group),
      );
      if (busy !== undefined) throw inProgress(busy);
      delete state.applications[name];
      return {};
    }),

    ListTagsForResource: operation<ListTagsForResourceInput>(({ ResourceArn }) => ({
      Tags: tagged(state, region, ResourceArn).tags ?? [],
    })),
    TagResource: operation<TagResourceInput>(({ ResourceArn, Tags = [] }) => {
      const resource = tagged(state, region, ResourceArn);
      const keys = Tags.map(({ Key }) => Key);
      resource.tags = [...without(resource.tags, keys), ...Tags];
      return {};
    }),
    UntagResource: operation<UntagResourceInput>(({ ResourceArn, TagKeys = [] }) => {
      const resource = tagged(state, region, ResourceArn);
      resource.tags = without(resource.tags, TagKeys);
      return {};
    }),
  };
}

export function inProgress(group: string): AwsError {
  return new AwsError(
    'InvalidOperationException',
    `The deployment group ${group} has a deployment that is in progress.`,
  );
}

function createApplication(
  state: State,
  { applicationName, computePlatform = 'Server', tags = [] }: CreateApplicationInput,
): object {
  const name = checkName('Application', applicationName);
  if (lookUp(state.applications, name) !== undefined) throw alreadyThere(name);
  const platform = platformOf(computePlatform);
  const id = randomUUID();
  state.applications[name] = { id, name, platform, createdAt: Date.now(), tags, groups: {} };
  return { applicationId: id };
}

function renameApplication(state: State, { applicationName, newApplicationName }: UpdateApplicationInput): object {
  const application = applicationOf(state, applicationName);
  const before = application.name;
  if (newApplicationName === undefined || newApplicationName === before) return {};
  const next = checkName('Application', newApplicationName);
  if (lookUp(state.applications, next) !== undefined) throw alreadyThere(next);
  delete state.applications[before];
  application.name = next;
  state.applications[next] = application;
  for (const deployment of Object.values(state.deployments)) {
    if (deployment.application === before) deployment.application = next;
  }
  return {};
}

function alreadyThere(name: string): AwsError {
  return new AwsError('ApplicationAlreadyExistsException', `An application with the name ${name} already exists.`);
}

export function platformOf(name: string): ComputePlatform {
  if (name === 'ECS' || name === 'Lambda' || name === 'Server') return name;
  throw new AwsError(
    'InvalidComputePlatformException',
    `The computePlatform is invalid: it must be ECS, Lambda or Server, and not ${name}.`,
  );
}

function applicationInfo({ id, name, platform, createdAt }: ApplicationRecord): ApplicationInfo {
  return {
    applicationId: id,
    applicationName: name,
    createTime: new Date(createdAt),
    linkedToGitHub: false,
    computePlatform: platform,
  };
}

/** `arn:…:application:<name>` or `arn:…:deploymentgroup:<application>/<name>`. */
function tagged(state: State, region: string, arn = ''): { tags?: Tag[] | undefined } {
  const prefix = `arn:aws:codedeploy:${region}:${ACCOUNT}:`;
  const [kind, name = ''] = arn.startsWith(prefix) ? arn.slice(prefix.length).split(':') : [];
  if (kind === 'application') return applicationOf(state, name);
  const [application, group] = name.split('/');
  if (kind === 'deploymentgroup') return groupOf(applicationOf(state, application), group);
  throw new AwsError('InvalidArnException', `The specified ARN is not valid: ${arn}`);
}

function without(tags: readonly Tag[] | undefined, keys: readonly (string | undefined)[]): Tag[] {
  return (tags ?? []).filter(({ Key }) => !keys.includes(Key));
}
