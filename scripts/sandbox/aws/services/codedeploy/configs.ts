import type { DeploymentConfigInfo, TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';
import { lookUp, type State } from './records.ts';

const canary = (percent: number, minutes: number): TrafficRoutingConfig => ({
  type: 'TimeBasedCanary',
  timeBasedCanary: { canaryPercentage: percent, canaryInterval: minutes },
});
const linear = (percent: number, minutes: number): TrafficRoutingConfig => ({
  type: 'TimeBasedLinear',
  timeBasedLinear: { linearPercentage: percent, linearInterval: minutes },
});
const allAtOnce: TrafficRoutingConfig = { type: 'AllAtOnce' };

const named = (
  prefix: string,
  computePlatform: 'ECS' | 'Lambda',
  routes: Readonly<Record<string, TrafficRoutingConfig>>,
) =>
  Object.entries(routes).map(([name, trafficRoutingConfig]): DeploymentConfigInfo => ({
    deploymentConfigName: `CodeDeployDefault.${prefix}${name}`,
    computePlatform,
    trafficRoutingConfig,
  }));

/** Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html */
export const PREDEFINED: readonly DeploymentConfigInfo[] = [
  ...named('ECS', 'ECS', {
    AllAtOnce: allAtOnce,
    Canary10Percent5Minutes: canary(10, 5),
    Canary10Percent15Minutes: canary(10, 15),
    Linear10PercentEvery1Minutes: linear(10, 1),
    Linear10PercentEvery3Minutes: linear(10, 3),
  }),
  ...named('Lambda', 'Lambda', {
    AllAtOnce: allAtOnce,
    Canary10Percent5Minutes: canary(10, 5),
    Canary10Percent10Minutes: canary(10, 10),
    Canary10Percent15Minutes: canary(10, 15),
    Canary10Percent30Minutes: canary(10, 30),
    Linear10PercentEvery1Minute: linear(10, 1),
    Linear10PercentEvery2Minutes: linear(10, 2),
    Linear10PercentEvery3Minutes: linear(10, 3),
    Linear10PercentEvery10Minutes: linear(10, 10),
  }),
  ...['AllAtOnce', 'HalfAtATime', 'OneAtATime'].map((name): DeploymentConfigInfo => ({
    deploymentConfigName: `CodeDeployDefault.${name}`,
    computePlatform: 'Server',
  })),
];

/** One of AWS's own, or one that was made. */
export function findConfig(state: Pick<State, 'configs'>, name: string | undefined): DeploymentConfigInfo | undefined {
  return lookUp(state.configs, name) ?? PREDEFINED.find(({ deploymentConfigName }) => deploymentConfigName === name);
}

export interface Step {
  /** Per cent of the traffic that the new version gets. */
  readonly weight: number;
  /** Milliseconds of AWS's until the next step; 0 after the last. */
  readonly wait: number;
}

const MINUTE = 60_000;

/** The steps of a shift from 0 to 100 per cent. */
export function stepsOf(route: TrafficRoutingConfig | undefined): readonly Step[] {
  if (route?.type === 'TimeBasedCanary') {
    const { canaryPercentage: percent = 10, canaryInterval: minutes = 5 } = route.timeBasedCanary ?? {};
    return [
      { weight: percent, wait: minutes * MINUTE },
      { weight: 100, wait: 0 },
    ];
  }
  if (route?.type === 'TimeBasedLinear') {
    const { linearPercentage: percent = 10, linearInterval: minutes = 1 } = route.timeBasedLinear ?? {};
    const count = Math.ceil(100 / percent);
    return Array.from({ length: count }, (_, index) => {
      const weight = Math.min(100, (index + 1) * percent);
      return { weight, wait: weight === 100 ? 0 : minutes * MINUTE };
    });
  }
  return [{ weight: 100, wait: 0 }];
}
