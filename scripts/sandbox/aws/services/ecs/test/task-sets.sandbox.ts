import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeTaskSetsCommand,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceRequest } from '../../../service-request.ts';
import { addressOf, network, startEcsWorld, until, type EcsWorld } from './world.ts';

const cluster = 'c';
const service = 'blue-green';

/** Addresses that the load balancer calls unhealthy; the emulator checks none, and calls all healthy. */
const ill = new Set<string>();

async function targetHealth(request: ServiceRequest) {
  if (request.action !== 'DescribeTargetHealth') return undefined;
  const answer = await request.forward();
  let body = Buffer.from(answer.body ?? '').toString('utf8');
  for (const address of ill) {
    const target = new RegExp(`(<Id>${address}</Id>.*?<State>)healthy(</State>)`, 'g');
    body = body.replaceAll(
      target,
      '$1unhealthy$2<Description>Health checks failed with these codes: [500]</Description>',
    );
  }
  return { ...answer, body };
}

let world: EcsWorld;
let green = '';
let blue = '';
let definition = '';
beforeAll(async () => {
  const handlers = [{ service: 'elasticloadbalancing', handle: targetHealth }];
  world = await startEcsWorld({ more: () => ({ handlers }) });
  definition = await world.define('web');
  const group = async (Name: string): Promise<string> => {
    const input = { Name, Protocol: 'HTTP' as const, Port: 8080, TargetType: 'ip' as const, VpcId: 'vpc-1' };
    const { TargetGroups } = await world.balancing.send(new CreateTargetGroupCommand(input));
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '300' }];
    await world.balancing.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    return TargetGroupArn;
  };
  blue = await group('blue');
  green = await group('green');
}, 30_000);
afterAll(() => world.end(), 20_000);

const balancers = (targetGroupArn: string) => [{ targetGroupArn, containerName: 'web', containerPort: 8080 }];

async function targetsOf(TargetGroupArn: string): Promise<string[]> {
  const answer = await world.balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return (answer.TargetHealthDescriptions ?? []).map(({ Target }) => Target?.Id ?? '');
}

async function taskSets(): Promise<TaskSet[]> {
  return (await world.ecs.send(new DescribeTaskSetsCommand({ cluster, service }))).taskSets ?? [];
}

function untilSteady(externalId: string | undefined): Promise<TaskSet[]> {
  const isIt = (set: TaskSet): boolean => set.externalId === externalId;
  return until(taskSets, (sets) => sets.find(isIt)?.stabilityStatus === 'STEADY_STATE');
}

describe('a service that CodeDeploy deploys', () => {
  const create = () =>
    world.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: service,
        taskDefinition: definition,
        desiredCount: 2,
        deploymentController: { type: 'CODE_DEPLOY' },
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
        networkConfiguration: network,
        loadBalancers: balancers(blue),
      }),
    );

  test('needs a target group that a load balancer uses', async () => {
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `The target group with targetGroupArn ${blue} does not have an associated load balancer.`,
    });
    const { LoadBalancers } = await world.balancing.send(new CreateLoadBalancerCommand({ Name: 'lb' }));
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    // The other one has none yet: CodeDeploy makes a task set first.
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: blue }];
    const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions };
    await world.balancing.send(new CreateListenerCommand(listener));
    const { service: created } = await create();
    expect(created).toMatchObject({ status: 'ACTIVE', taskDefinition: definition, deployments: [] });
    expect(created).not.toHaveProperty('launchType');
    expect(created?.taskSets).toMatchObject([{ status: 'PRIMARY', startedBy: 'ecs-svc', computedDesiredCount: 2 }]);
  });

  test('has its first task set registered in its target group', async () => {
    const [first] = await untilSteady(undefined);
    expect(first).toMatchObject({ runningCount: 2, pendingCount: 0, scale: { value: 100, unit: 'PERCENT' } });
    expect((await targetsOf(blue)).toSorted()).toEqual((await world.tasks(service)).map(addressOf).toSorted());
    expect(await targetsOf(green)).toEqual([]);
  });

  test.each([
    [{ taskDefinition: 'web' }, 'Unable to update task definition'],
    [{ networkConfiguration: network }, 'Unable to update network parameters'],
    [{ forceNewDeployment: true }, 'Cannot force a new deployment'],
  ])('refuses the update %j', async (update, message) => {
    const answer = world.ecs.send(new UpdateServiceCommand({ cluster, service, ...update }));
    await expect(answer).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `${message} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
    });
  });

  test('gets a second task set, which becomes the primary one, and loses the first', async () => {
    const next = await world.define('web');
    await world.ecs.send(
      new CreateTaskSetCommand({
        cluster,
        service,
        externalId: 'd-1',
        taskDefinition: next,
        loadBalancers: balancers(green),
        networkConfiguration: network,
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
        scale: { value: 50, unit: 'PERCENT' },
      }),
    );
    const sets = await untilSteady('d-1');
    expect(sets.map(({ status, runningCount }) => [status, runningCount])).toEqual([
      ['PRIMARY', 2],
      ['ACTIVE', 1],
    ]);
    expect(sets[1]?.startedBy).toBe('CODE_DEPLOY');
    expect(await targetsOf(green)).toHaveLength(1);
    const second = { cluster, service, taskSet: sets[1]?.id };
    await world.ecs.send(new UpdateTaskSetCommand({ ...second, scale: { value: 100, unit: 'PERCENT' } }));
    await until(taskSets, (now) => now[1]?.runningCount === 2 && now[1].stabilityStatus === 'STEADY_STATE');
    expect((await world.service(service)).taskDefinition).toBe(definition);

    const primaryTaskSet = sets[1]?.taskSetArn;
    await world.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet }));
    expect(await world.service(service)).toMatchObject({ taskDefinition: next, loadBalancers: balancers(green) });
    const first = { cluster, service, taskSet: sets[0]?.id };
    await expect(world.ecs.send(new DeleteTaskSetCommand(first))).rejects.toThrow('scaled above 0');
    await world.ecs.send(new DeleteTaskSetCommand({ ...first, force: true }));
    await until(taskSets, (now) => now.length === 1);
    expect(await targetsOf(blue)).toEqual([]);
    const stopped = (await world.tasks(service, 'STOPPED'))[0];
    // 300 s of draining are 0.5 s at this pace.
    const took = (stopped?.stoppedAt?.getTime() ?? 0) - (stopped?.stoppingAt?.getTime() ?? 0);
    expect(took).toBeGreaterThanOrEqual(490);
  }, 20_000);

  test('may be scaled', async () => {
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 3 }));
    const [set] = await until(taskSets, ([now]) => now?.runningCount === 3);
    expect(set?.computedDesiredCount).toBe(3);
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }));
    await untilSteady('d-1');
  });

  test('gets another task for one that the load balancer finds unhealthy', async () => {
    const [before] = await world.tasks(service);
    ill.add(addressOf(before));
    const [after] = await until(
      () => world.tasks(service),
      ([task]) => task !== undefined && task.taskArn !== before?.taskArn,
    );
    expect(addressOf(after)).not.toBe(addressOf(before));
    const events = (await world.service(service)).events?.map(({ message }) => message).join('\n');
    expect(events).toContain('due to (reason Health checks failed with these codes: [500])');
    await untilSteady('d-1');
  });

  test('ends with all that it has', async () => {
    await world.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
    await until(
      () => world.service(service),
      ({ status }) => status === 'INACTIVE',
    );
    expect(await targetsOf(green)).toEqual([]);
    await create();
    await untilSteady(undefined);
  });
});
