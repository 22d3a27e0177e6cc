import { GetLogEventsCommand, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  UpdateServiceCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive } from '../../../../processes.ts';
import { addressOf, ask, network, startEcsWorld, until, type EcsWorld } from './world.ts';

const cluster = 'c';

let world: EcsWorld;
beforeAll(async () => {
  world = await startEcsWorld();
}, 30_000);
afterAll(() => world.end());

async function create(serviceName: string, taskDefinition: string, desiredCount: number): Promise<void> {
  await world.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition,
      desiredCount,
      launchType: 'FARGATE',
      networkConfiguration: network,
    }),
  );
}

function untilSteady(name: string, count: number): Promise<Task[]> {
  return until(
    () => world.tasks(name),
    (tasks) => tasks.length === count && tasks.every(({ lastStatus }) => lastStatus === 'RUNNING'),
  );
}

describe('a service of two tasks', () => {
  test('runs, each at an address of its own, with its settings and secrets', async () => {
    await world.ssm.send(new PutParameterCommand({ Name: '/api/key', Value: 'the key', Type: 'SecureString' }));
    await world.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/web' }));
    const definition = await world.define('web', {
      environment: [
        { name: 'BOTH', value: 'definition' },
        { name: 'PORT', value: '8080' },
      ],
      secrets: [
        { name: 'BY_NAME', valueFrom: '/api/key' },
        { name: 'BY_ARN', valueFrom: 'arn:aws:ssm:eu-west-1:000000000000:parameter/api/key' },
      ],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/ecs/web', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' },
      },
    });
    await create('web', definition, 2);
    const tasks = await untilSteady('web', 2);
    expect(new Set(tasks.map(addressOf)).size).toBe(2);
    const seen = await until(
      () => ask(tasks[0]).catch(() => undefined),
      (answer) => answer !== undefined,
    );
    expect(seen?.env).toMatchObject({
      HOST: addressOf(tasks[0]),
      OF_IMAGE: 'yes',
      BOTH: 'definition',
      BY_NAME: 'the key',
      BY_ARN: 'the key',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: world.context.endpointUrl,
    });
    const id = tasks[0]?.taskArn?.split('/').at(-1);
    const events = await until(
      async () => {
        const wanted = { logGroupName: '/ecs/web', logStreamName: `ecs/web/${id}` };
        return (await world.logs.send(new GetLogEventsCommand(wanted))).events ?? [];
      },
      (found) => found.length > 1,
    );
    expect(events.map(({ message }) => message)).toEqual(expect.arrayContaining(['listening', '/']));
    const service = await until(
      () => world.service('web'),
      ({ deployments = [] }) => deployments[0]?.rolloutState === 'COMPLETED',
    );
    expect(service).toMatchObject({ runningCount: 2, pendingCount: 0 });
    expect(service.events?.[0]?.message).toBe('(service web) has reached a steady state.');
  }, 20_000);

  test('gets another task for one that ended', async () => {
    const [first, second] = await world.tasks('web');
    await ask(first, '/crash').catch(() => undefined);
    const tasks = await until(
      () => world.tasks('web'),
      (now) => now.length === 2 && now.every((t) => t.taskArn !== first?.taskArn && t.lastStatus === 'RUNNING'),
    );
    expect(tasks.map(({ taskArn }) => taskArn)).toContain(second?.taskArn);
    const stopped = (await world.tasks('web', 'STOPPED')).find(({ taskArn }) => taskArn === first?.taskArn);
    expect(stopped).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 7 }],
    });
  });

  test('is scaled up and down', async () => {
    await world.ecs.send(new UpdateServiceCommand({ cluster, service: 'web', desiredCount: 3 }));
    await untilSteady('web', 3);
    await world.ecs.send(new UpdateServiceCommand({ cluster, service: 'web', desiredCount: 1 }));
    await untilSteady('web', 1);
    expect(await world.service('web')).toMatchObject({ desiredCount: 1, runningCount: 1 });
  });

  test('gets a new task definition by a rolling update', async () => {
    const definition = await world.define('web', { environment: [{ name: 'NEXT', value: 'yes' }] });
    await world.ecs.send(new UpdateServiceCommand({ cluster, service: 'web', taskDefinition: definition }));
    await until(
      () => world.service('web'),
      ({ deployments = [] }) => deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED',
    );
    const tasks = await untilSteady('web', 1);
    expect((await ask(tasks[0])).env['NEXT']).toBe('yes');
  }, 20_000);

  test('is replaced as a whole when the sandbox starts again', async () => {
    const [before] = await world.tasks('web');
    const { pid } = await ask(before);
    await world.restart();
    expect(isAlive(pid)).toBe(false);
    const tasks = await untilSteady('web', 1);
    expect(tasks[0]?.taskArn).not.toBe(before?.taskArn);
    await until(
      () => ask(tasks[0]).catch(() => undefined),
      (answer) => answer?.env['NEXT'] === 'yes',
    );
  }, 20_000);

  test('is deleted with its tasks, and only then its cluster', async () => {
    const [task] = await untilSteady('web', 1);
    const { pid } = await ask(task);
    const scaled = world.ecs.send(new DeleteServiceCommand({ cluster, service: 'web' }));
    await expect(scaled).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const inUse = world.ecs.send(new DeleteClusterCommand({ cluster }));
    await expect(inUse).rejects.toMatchObject({ name: 'ClusterContainsServicesException' });
    await world.ecs.send(new DeleteServiceCommand({ cluster, service: 'web', force: true }));
    await until(
      () => world.service('web'),
      ({ status }) => status === 'INACTIVE',
    );
    expect(isAlive(pid)).toBe(false);
  });
});
