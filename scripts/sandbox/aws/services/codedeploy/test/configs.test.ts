import { describe, expect, test } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { PREDEFINED, stepsOf } from '../configs.ts';

const routeOf = (name: string) =>
  PREDEFINED.find(({ deploymentConfigName }) => deploymentConfigName === `CodeDeployDefault.${name}`)
    ?.trafficRoutingConfig;

describe('the steps of a shift', () => {
  test('are those that the configuration’s name says', () => {
    expect(stepsOf(routeOf('ECSCanary10Percent5Minutes'))).toEqual([
      { weight: 10, wait: 300_000 },
      { weight: 100, wait: 0 },
    ]);
    expect(stepsOf(routeOf('ECSAllAtOnce'))).toEqual([{ weight: 100, wait: 0 }]);
    const linear = stepsOf(routeOf('ECSLinear10PercentEvery3Minutes'));
    expect(linear.map(({ weight }) => weight)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(linear.map(({ wait }) => wait)).toEqual([...Array<number>(9).fill(180_000), 0]);
  });

  test('rise to 100, whatever the percentage', () => {
    assert(
      property(integer({ min: 1, max: 99 }), integer({ min: 1, max: 60 }), (linearPercentage, linearInterval) => {
        const steps = stepsOf({ type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage, linearInterval } });
        const weights = steps.map(({ weight }) => weight);
        expect(weights.at(-1)).toBe(100);
        expect(weights.toSorted((one, other) => one - other)).toEqual(weights);
        expect(new Set(weights).size).toBe(weights.length);
        expect(steps.at(-1)?.wait).toBe(0);
      }),
    );
  });
});
