import { describe, expect, test } from '@jest/globals';
import { planSets } from '../deployments.ts';
import type { EcsState, ServiceRecord, TaskRecord, TaskSetRecord } from '../records.ts';

const NOW = Date.now();

function set(id: string, status: TaskSetRecord['status'], percent = 100): TaskSetRecord {
  return {
    id,
    status,
    taskDefinition: id,
    capacityProviderStrategy: [],
    platformVersion: 'LATEST',
    loadBalancers: [],
    serviceRegistries: [],
    scale: { value: percent, unit: 'PERCENT' },
    tags: [],
    createdAt: NOW,
    updatedAt: NOW,
    wanted: 0,
    failedTasks: 0,
    failuresInARow: 0,
    retryAt: 0,
  };
}

function task(setId: string, index: number, health: string): TaskRecord {
  return {
    arn: `${setId}-${index}`,
    id: `${setId}-${index}`,
    clusterArn: 'c',
    taskDefinition: setId,
    setId,
    group: 'service:web',
    overrides: {},
    tags: [],
    createdAt: NOW,
    version: 1,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    containers: [],
    targets: [{ targetGroupArn: 'tg', port: 80, state: health }],
    wasHealthy: false,
    counted: false,
    startedAt: NOW - 60_000,
  };
}

function service(controller: ServiceRecord['controller'], sets: TaskSetRecord[], percents = {}): ServiceRecord {
  return {
    arn: 'web',
    name: 'web',
    clusterArn: 'c',
    controller,
    status: 'ACTIVE',
    desiredCount: 3,
    settings: { deploymentConfiguration: percents },
    tags: [],
    createdAt: NOW,
    sets,
    events: [],
  };
}

function state(...tasks: readonly TaskRecord[]): EcsState {
  return { services: {}, tasks: Object.fromEntries(tasks.map((one) => [one.arn, one])) };
}

const tasks = (setId: string, count: number, health: string): TaskRecord[] =>
  Array.from({ length: count }, (_, index) => task(setId, index, health));

describe('task sets', () => {
  test('each have their share of the desired count, rounded up', () => {
    const sets = [set('a', 'PRIMARY'), set('b', 'ACTIVE', 10), set('c', 'ACTIVE', 0), set('d', 'DRAINING')];
    planSets(state(), service('CODE_DEPLOY', sets));
    expect(sets.map(({ wanted }) => wanted)).toEqual([3, 1, 0, 0]);
  });

  test('have none when the service is deleted', () => {
    const sets = [set('a', 'PRIMARY')];
    planSets(state(), { ...service('CODE_DEPLOY', sets), status: 'DRAINING' });
    expect(sets[0]?.wanted).toBe(0);
  });
});

describe('a rolling update', () => {
  const plan = (old: readonly TaskRecord[], fresh: readonly TaskRecord[], percents = {}): number[] => {
    const sets = [set('new', 'PRIMARY'), set('old', 'ACTIVE')];
    planSets(state(...old, ...fresh), service('ECS', sets, percents));
    return sets.map(({ wanted }) => wanted);
  };

  test('starts all new ones beside the old by default, and keeps the old until they are healthy', () => {
    expect(plan(tasks('old', 3, 'healthy'), [])).toEqual([3, 3]);
    expect(plan(tasks('old', 3, 'healthy'), tasks('new', 3, 'initial'))).toEqual([3, 3]);
    const two = [...tasks('new', 2, 'healthy'), task('new', 2, 'initial')];
    expect(plan(tasks('old', 3, 'healthy'), two)).toEqual([3, 1]);
    expect(plan(tasks('old', 3, 'healthy'), tasks('new', 3, 'healthy'))).toEqual([3, 0]);
  });

  test('makes room first where there may not be more than there are', () => {
    const percents = { minimumHealthyPercent: 50, maximumPercent: 100 };
    expect(plan(tasks('old', 3, 'healthy'), [], percents)).toEqual([0, 2]);
    expect(plan(tasks('old', 2, 'healthy'), [], percents)).toEqual([1, 2]);
  });

  test('ends old ones that never came up at once', () => {
    expect(plan(tasks('old', 3, 'initial'), [])).toEqual([3, 0]);
  });
});
