import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { DescribeServicesRequest } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startFrontDoor } from '../../../front-door.ts';
import type { ServiceHandler } from '../../../service-request.ts';
import { clientOptions } from '../../context.ts';
import { answerJson, operation } from '../../json-protocol.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { autoscalingService } from '../index.ts';

const ecs = {
  ServiceNamespace: 'ecs' as const,
  ResourceId: 'service/c/web',
  ScalableDimension: 'ecs:service:DesiredCount' as const,
};
const cpu = {
  TargetValue: 70,
  PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' as const },
};

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

let sdk: ApplicationAutoScalingClient;
/** What CloudWatch was asked to do. */
let alarmCalls: string[];

beforeEach(async () => {
  alarmCalls = [];
  const handlers: ServiceHandler[] = [
    {
      service: 'ecs',
      handle: (request) =>
        answerJson(request, {
          DescribeServices: operation<DescribeServicesRequest>(({ services = [] }) => ({
            services: services.includes('web') ? [{ status: 'ACTIVE', desiredCount: 2 }] : [],
          })),
        }),
    },
    {
      service: 'monitoring',
      handle: async (request) => {
        alarmCalls.push(request.action.split('/').at(-1) ?? '');
        return { status: 200, headers: { 'content-type': request.headers['content-type'] ?? '' }, body: '{}' };
      },
    },
  ];
  // The service's client needs the address before there is a door.
  const first = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9' });
  await first.close();
  const service = autoscalingService({
    region: 'eu-west-1',
    endpointUrl: first.url,
    stores: new Stores(),
    pace: new Pace(),
    folder: (name) => name,
    report: (message) => {
      throw new Error(message);
    },
  });
  const port = Number(new URL(first.url).port);
  handlers.push(...service.handlers);
  const door = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9', port, handlers });
  cleanUps.push(() => door.close());
  cleanUps.push(() => service.close?.());
  sdk = new ApplicationAutoScalingClient(clientOptions({ region: 'eu-west-1', endpointUrl: door.url }));
  cleanUps.push(() => sdk.destroy());
});

const register = (bounds: { MinCapacity?: number; MaxCapacity?: number; ResourceId?: string } = {}) =>
  sdk.send(new RegisterScalableTargetCommand({ ...ecs, MinCapacity: 2, MaxCapacity: 4, ...bounds }));

describe('a scalable target', () => {
  test('is kept as it was registered, and changed by registering it again', async () => {
    const { ScalableTargetARN } = await register();
    const again = await sdk.send(new RegisterScalableTargetCommand({ ...ecs, MaxCapacity: 8 }));
    expect(again.ScalableTargetARN).toBe(ScalableTargetARN);
    const found = await sdk.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [ecs.ResourceId] }),
    );
    expect(found.ScalableTargets).toMatchObject([
      { ...ecs, MinCapacity: 2, MaxCapacity: 8, ScalableTargetARN, CreationTime: expect.any(Date) },
    ]);
  });

  test('is for a service that is there', async () => {
    await expect(register({ ResourceId: 'service/c/other' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: "ECS service doesn't exist: service/c/other",
    });
  });

  test('has bounds that make sense', async () => {
    await expect(register({ MinCapacity: 5 })).rejects.toThrow('Maximum capacity cannot be less than minimum capacity');
  });

  test('has tags', async () => {
    const { ScalableTargetARN: ResourceARN } = await register();
    await sdk.send(new TagResourceCommand({ ResourceARN, Tags: { a: '1', b: '2' } }));
    await sdk.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    expect((await sdk.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual({ b: '2' });
  });

  test('is gone when it was deregistered, with its policies', async () => {
    await register();
    await put('cpu');
    await sdk.send(new DeregisterScalableTargetCommand(ecs));
    const left = await sdk.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
    expect(left.ScalableTargets).toEqual([]);
    expect((await sdk.send(new DescribeScalingPoliciesCommand(ecs))).ScalingPolicies).toEqual([]);
    expect(alarmCalls.at(-1)).toBe('DeleteAlarms');
    await expect(sdk.send(new DeregisterScalableTargetCommand(ecs))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scalable target found for service namespace: ecs, resource ID: service/c/web, scalable dimension: ecs:service:DesiredCount',
    });
  });
});

const put = (PolicyName: string, configuration: object = cpu) =>
  sdk.send(
    new PutScalingPolicyCommand({
      ...ecs,
      PolicyName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: { ...cpu, ...configuration },
    }),
  );

describe('a policy of target tracking', () => {
  test('needs its target', async () => {
    await expect(put('cpu')).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });

  test('has two alarms, which go with it', async () => {
    await register();
    const { PolicyARN, Alarms = [] } = await put('cpu', { ScaleInCooldown: 60 });
    expect(Alarms.map(({ AlarmName }) => AlarmName)).toEqual([
      expect.stringMatching(/^TargetTracking-service\/c\/web-AlarmHigh-/),
      expect.stringMatching(/^TargetTracking-service\/c\/web-AlarmLow-/),
    ]);
    expect((await put('cpu', { TargetValue: 60 })).PolicyARN).toBe(PolicyARN);
    const found = await sdk.send(new DescribeScalingPoliciesCommand({ ...ecs, PolicyNames: ['cpu'] }));
    expect(found.ScalingPolicies).toMatchObject([
      { PolicyARN, PolicyName: 'cpu', Alarms, TargetTrackingScalingPolicyConfiguration: { ...cpu, TargetValue: 60 } },
    ]);
    await sdk.send(new DeleteScalingPolicyCommand({ ...ecs, PolicyName: 'cpu' }));
    expect(alarmCalls).toEqual([...Array<string>(4).fill('PutMetricAlarm'), 'DeleteAlarms']);
    const again = sdk.send(new DeleteScalingPolicyCommand({ ...ecs, PolicyName: 'cpu' }));
    await expect(again).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });

  test('is refused for a metric that cannot be followed', async () => {
    await register();
    const PredefinedMetricSpecification = { PredefinedMetricType: 'ALBRequestCountPerTarget' };
    await expect(put('requests', { PredefinedMetricSpecification })).rejects.toThrow('ResourceLabel must be');
  });
});
