import { randomUUID } from 'node:crypto';
import type {
  CreateDeploymentConfigInput,
  DeleteDeploymentConfigInput,
  GetDeploymentConfigInput,
  ListDeploymentConfigsInput,
  TrafficRoutingConfig,
} from '@aws-sdk/client-codedeploy';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import { platformOf } from './applications.ts';
import { checkName, noConfig, page } from './checks.ts';
import { findConfig, PREDEFINED } from './configs.ts';
import { lookUp, type State } from './records.ts';

/** Deployment configurations. */
export function configOperations(state: State): Record<string, Operation> {
  return {
    CreateDeploymentConfig: operation<CreateDeploymentConfigInput>((input) => createConfig(state, input)),
    GetDeploymentConfig: operation<GetDeploymentConfigInput>(({ deploymentConfigName }) => {
      const found = findConfig(state, checkName('DeploymentConfig', deploymentConfigName));
      if (found === undefined) throw noConfig(deploymentConfigName);
      const made = lookUp(state.configs, deploymentConfigName);
      if (made === undefined) return { deploymentConfigInfo: found };
      const { createdAt, ...config } = made;
      return { deploymentConfigInfo: { ...config, createTime: new Date(createdAt) } };
    }),
    ListDeploymentConfigs: operation<ListDeploymentConfigsInput>(({ nextToken }) => {
      const names = PREDEFINED.map(({ deploymentConfigName }) => deploymentConfigName);
      const { items, ...next } = page([...names, ...Object.keys(state.configs)], nextToken);
      return { deploymentConfigsList: items, ...next };
    }),
    DeleteDeploymentConfig: operation<DeleteDeploymentConfigInput>(({ deploymentConfigName }) => {
      const name = checkName('DeploymentConfig', deploymentConfigName);
      if (PREDEFINED.some((config) => config.deploymentConfigName === name)) {
        throw new AwsError('InvalidOperationException', `The deployment configuration ${name} is AWS's own.`);
      }
      const used = Object.values(state.applications).some(({ groups }) =>
        Object.values(groups).some((group) => group.deploymentConfigName === name),
      );
      if (used) throw new AwsError('DeploymentConfigInUseException', `The deployment configuration ${name} is in use.`);
      delete state.configs[name];
      return {};
    }),
  };
}

function createConfig(state: State, input: CreateDeploymentConfigInput): object {
  const name = checkName('DeploymentConfig', input.deploymentConfigName);
  if (findConfig(state, name) !== undefined) {
    throw new AwsError(
      'DeploymentConfigAlreadyExistsException',
      `A deployment configuration with the name ${name} already exists.`,
    );
  }
  const computePlatform = platformOf(input.computePlatform ?? 'Server');
  if (computePlatform === 'Server') {
    if (input.minimumHealthyHosts === undefined) {
      throw new AwsError('InvalidMinimumHealthyHostValueException', 'The minimum healthy hosts must be specified.');
    }
  } else {
    checkRoute(input.trafficRoutingConfig);
  }
  const deploymentConfigId = randomUUID();
  state.configs[name] = { ...input, computePlatform, deploymentConfigId, createdAt: Date.now() };
  return { deploymentConfigId };
}

function checkRoute(route: TrafficRoutingConfig | undefined): void {
  const { type, timeBasedCanary, timeBasedLinear } = route ?? {};
  if (type === 'AllAtOnce') return;
  const percent = type === 'TimeBasedCanary' ? timeBasedCanary?.canaryPercentage : timeBasedLinear?.linearPercentage;
  const minutes = type === 'TimeBasedCanary' ? timeBasedCanary?.canaryInterval : timeBasedLinear?.linearInterval;
  const known = type === 'TimeBasedCanary' || type === 'TimeBasedLinear';
  if (known && percent !== undefined && percent >= 1 && percent <= 99 && minutes !== undefined && minutes >= 1) return;
  throw new AwsError(
    'InvalidTrafficRoutingConfigurationException',
    'The traffic routing must be AllAtOnce, or canary or linear with 1 to 99 per cent and at least one minute.',
  );
}
