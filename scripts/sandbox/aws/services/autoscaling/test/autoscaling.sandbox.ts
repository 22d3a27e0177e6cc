import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalingActivity,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientOptions } from '../../context.ts';
import { network, startEcsWorld, until, type EcsWorld } from '../../ecs/test/world.ts';
import { autoscalingService } from '../index.ts';

const cluster = 'c';
const service = 'web';
const target = {
  ServiceNamespace: 'ecs' as const,
  ResourceId: `service/${cluster}/${service}`,
  ScalableDimension: 'ecs:service:DesiredCount' as const,
};

let world: EcsWorld;
let scaling: ApplicationAutoScalingClient;
beforeAll(async () => {
  world = await startEcsWorld({ more: autoscalingService });
  scaling = new ApplicationAutoScalingClient(clientOptions(world.context));
  const taskDefinition = await world.define('web');
  const where = { launchType: 'FARGATE' as const, networkConfiguration: network };
  await world.ecs.send(
    new CreateServiceCommand({ cluster, serviceName: service, taskDefinition, desiredCount: 1, ...where }),
  );
}, 30_000);
afterAll(async () => {
  scaling.destroy();
  await world.end();
}, 20_000);

async function track(PolicyName: string, more: Partial<TargetTrackingScalingPolicyConfiguration> = {}): Promise<void> {
  await scaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        ScaleOutCooldown: 1_200,
        ScaleInCooldown: 60,
        CustomizedMetricSpecification: { Namespace: 'test', MetricName: PolicyName, Statistic: 'Average' },
        ...more,
      },
    }),
  );
}

/** Measures this every quarter of a second until the service should have so many tasks. */
async function measureUntil(values: Readonly<Record<string, number>>, desiredCount: number): Promise<void> {
  await until(
    async () => {
      const MetricData = Object.entries(values).map(([MetricName, Value]) => ({ MetricName, Value }));
      await world.cloudWatch.send(new PutMetricDataCommand({ Namespace: 'test', MetricData }));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return world.service(service);
    },
    (now) => now.desiredCount === desiredCount,
    25_000,
  );
}

async function activities(): Promise<ScalingActivity[]> {
  return (await scaling.send(new DescribeScalingActivitiesCommand(target))).ScalingActivities ?? [];
}

describe('a service whose scaling is registered', () => {
  test('has at least the minimum at once, and says why', async () => {
    await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 2, MaxCapacity: 4 }));
    await until(
      () => world.service(service),
      ({ runningCount }) => runningCount === 2,
    );
    const [activity] = await until(activities, ([newest]) => newest?.StatusCode === 'Successful');
    expect(activity).toMatchObject({
      Description: 'Setting desired count to 2.',
      Cause: 'minimum capacity was set to 2',
      StatusMessage: 'Successfully set desired count to 2. Change successfully fulfilled by ecs.',
      EndTime: expect.any(Date),
    });
  });

  test('has at most the maximum', async () => {
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 6 }));
    await until(
      () => world.service(service),
      ({ desiredCount }) => desiredCount === 4,
    );
    expect((await activities())[0]?.Cause).toBe('maximum capacity was set to 4');
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 2 }));
  });

  test('does nothing without data, whatever the policies say', async () => {
    await track('cpu');
    const before = await until(activities, (all) => all.every(({ StatusCode }) => StatusCode !== 'InProgress'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await activities()).toEqual(before);
    expect((await world.service(service)).desiredCount).toBe(2);
  });

  test('gets more tasks in proportion to the load, and not more than the maximum', async () => {
    await measureUntil({ cpu: 100 }, 3);
    const [activity] = await activities();
    expect(activity?.Cause).toMatch(
      /^monitor alarm TargetTracking-service\/c\/web-AlarmHigh-\S+ in state ALARM triggered policy cpu$/,
    );
    await measureUntil({ cpu: 500 }, 4);
    const gap = ((await activities())[0]?.StartTime?.getTime() ?? 0) - (activity?.StartTime?.getTime() ?? 0);
    // 20 minutes of cooldown are 2 s at this pace.
    expect(gap).toBeGreaterThanOrEqual(2_000);
  }, 20_000);

  test('gets fewer only when all policies agree', async () => {
    await track('memory');
    const { MetricAlarms = [] } = await world.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: 'TargetTracking-service/c/web-' }),
    );
    expect(MetricAlarms).toHaveLength(4);
    // The load of before is in the last 15 periods for a while: so it is the memory alone that keeps it from here on.
    await world.cloudWatch.send(
      new PutMetricDataCommand({ Namespace: 'test', MetricData: [{ MetricName: 'memory', Value: 69 }] }),
    );
    await measureUntil({ cpu: 10, memory: 10 }, 2);
    const [activity] = await activities();
    expect(activity?.Cause).toContain('-AlarmLow-');
    expect((await world.service(service)).desiredCount).toBe(2);
    await scaling.send(new DeleteScalingPolicyCommand({ ...target, PolicyName: 'memory' }));
    const left = await world.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: 'TargetTracking-service/c/web-' }),
    );
    expect(left.MetricAlarms).toHaveLength(2);
  }, 40_000);

  test('keeps what it has when the sandbox starts again', async () => {
    const before = await until(activities, (all) => all.every(({ StatusCode }) => StatusCode !== 'InProgress'));
    await world.restart();
    expect(await activities()).toEqual(before);
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }));
    await until(
      () => world.service(service),
      ({ desiredCount }) => desiredCount === 2,
    );
    expect((await activities()).length).toBe(before.length + 1);
  });
});
