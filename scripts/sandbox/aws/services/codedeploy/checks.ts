import type { AlarmConfiguration, AutoRollbackConfiguration } from '@aws-sdk/client-codedeploy';
import { AwsError } from '../json-protocol.ts';
import { findConfig } from './configs.ts';
import { lookUp, type ApplicationRecord, type GroupRecord, type State } from './records.ts';

/** BatchGet operations take so many, and lists come in pages of so many. */
const BATCH = 25;
const PAGE = 100;
const MOST_ALARMS = 10;

/** A name as applications, groups and configurations have them; `kind` as the exceptions call it. */
export function checkName(
  kind: 'Application' | 'DeploymentGroup' | 'DeploymentConfig',
  name: string | undefined,
): string {
  if (name === undefined || name === '') throw new AwsError(`${kind}NameRequiredException`, 'A name is required.');
  if (!/^[A-Za-z0-9._+=,@-]{1,100}$/.test(name)) {
    throw new AwsError(
      `Invalid${kind}NameException`,
      `The name ${name} is not valid: it may have up to 100 letters, digits and the characters . _ + = , @ -`,
    );
  }
  return name;
}

export function applicationOf(state: State, name: string | undefined): ApplicationRecord {
  const application = lookUp(state.applications, checkName('Application', name));
  if (application === undefined) {
    throw new AwsError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
  }
  return application;
}

export function groupOf({ groups }: ApplicationRecord, name: string | undefined): GroupRecord {
  const group = lookUp(groups, checkName('DeploymentGroup', name));
  if (group === undefined) {
    throw new AwsError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`);
  }
  return group;
}

export function noConfig(name: string | undefined): AwsError {
  return new AwsError('DeploymentConfigDoesNotExistException', `No deployment configuration found for name: ${name}`);
}

export function checkBatch<T>(asked: readonly T[]): readonly T[] {
  if (asked.length > BATCH) {
    throw new AwsError('BatchLimitExceededException', `The maximum number of names or IDs allowed is ${BATCH}.`);
  }
  return asked;
}

/** A page of a list, and the token of the next one. */
export function page<T>(all: readonly T[], nextToken: string | undefined): { items: readonly T[]; nextToken?: string } {
  const from = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new AwsError('InvalidNextTokenException', 'The next token was specified in an invalid format.');
  }
  const to = from + PAGE;
  return { items: all.slice(from, to), ...(to < all.length ? { nextToken: String(to) } : {}) };
}

export function checkAlarms({ enabled = false, alarms = [] }: AlarmConfiguration = {}): void {
  const names = alarms.map(({ name = '' }) => name);
  const wrong =
    (enabled && names.length === 0 && 'it is enabled, but its list of alarms is empty') ||
    (names.includes('') && 'an alarm has no name') ||
    (new Set(names).size < names.length && 'two alarms have the same name');
  if (wrong !== false)
    throw new AwsError('InvalidAlarmConfigException', `The alarm configuration is not valid: ${wrong}.`);
  if (names.length > MOST_ALARMS) {
    throw new AwsError('AlarmsLimitExceededException', `The maximum number of alarms for a group is ${MOST_ALARMS}.`);
  }
}

export function checkRollback({ enabled = false, events = [] }: AutoRollbackConfiguration = {}): void {
  if (enabled && events.length === 0) {
    throw new AwsError(
      'InvalidAutoRollbackConfigException',
      'The automatic rollback configuration is enabled, but an invalid event type or no event types were listed.',
    );
  }
}

export function checkGroup(state: State, platform: string, group: Partial<GroupRecord>): void {
  if ((group.serviceRoleArn ?? '') === '')
    throw new AwsError('RoleRequiredException', 'The role ID was not specified.');
  const name = group.deploymentConfigName;
  const config = findConfig(state, name);
  if (name !== undefined && config === undefined) throw noConfig(name);
  if (config !== undefined && config.computePlatform !== platform) {
    throw new AwsError(
      'InvalidDeploymentConfigNameException',
      `The deployment configuration ${name} is for the compute platform ${config.computePlatform}, and not for ${platform}.`,
    );
  }
  checkAlarms(group.alarmConfiguration);
  checkRollback(group.autoRollbackConfiguration);
  if (platform === 'Server') return;
  if (
    group.deploymentStyle?.deploymentType !== 'BLUE_GREEN' ||
    group.deploymentStyle.deploymentOption !== 'WITH_TRAFFIC_CONTROL'
  ) {
    throw new AwsError(
      'InvalidDeploymentStyleException',
      `For ${platform} deployment configurations must be set to blue/green with traffic control.`,
    );
  }
  if (platform === 'ECS') checkEcsGroup(group);
}

function checkEcsGroup({ loadBalancerInfo, ecsServices }: Partial<GroupRecord>): void {
  const [pair] = loadBalancerInfo?.targetGroupPairInfoList ?? [];
  if (ecsServices?.length !== 1) {
    throw new AwsError('InvalidECSServiceException', 'A deployment group for ECS needs exactly one service.');
  }
  if (pair?.targetGroups?.length !== 2) {
    throw new AwsError('InvalidTargetGroupPairException', 'A deployment group for ECS needs a pair of target groups.');
  }
  if (pair.prodTrafficRoute?.listenerArns?.length !== 1) {
    throw new AwsError('InvalidTargetGroupPairException', 'A deployment group for ECS needs one production listener.');
  }
}
