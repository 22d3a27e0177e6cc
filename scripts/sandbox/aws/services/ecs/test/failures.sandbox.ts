import {
  CreateServiceCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  type ContainerDefinition,
  type Task,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive } from '../../../../processes.ts';
import { ask, network, startEcsWorld, until, type EcsWorld } from './world.ts';

const cluster = 'c';

let world: EcsWorld;
beforeAll(async () => {
  world = await startEcsWorld({ startMs: 4_000 });
}, 30_000);
afterAll(() => world.end(), 20_000);

/** A service of one task of this container. */
async function serve(serviceName: string, container: Partial<ContainerDefinition>): Promise<void> {
  const taskDefinition = await world.define(serviceName, container);
  const where = { launchType: 'FARGATE' as const, networkConfiguration: network };
  await world.ecs.send(new CreateServiceCommand({ cluster, serviceName, taskDefinition, desiredCount: 1, ...where }));
}

async function stoppedOf(serviceName: string, count = 1): Promise<Task[]> {
  const tasks = await until(
    () => world.tasks(serviceName, 'STOPPED'),
    (stopped) => stopped.filter(({ lastStatus }) => lastStatus === 'STOPPED').length >= count,
  );
  await world.ecs.send(new UpdateServiceCommand({ cluster, service: serviceName, desiredCount: 0 }));
  return tasks;
}

async function runningOf(serviceName: string): Promise<Task | undefined> {
  const tasks = await until(
    () => world.tasks(serviceName),
    ([task]) => task?.lastStatus === 'RUNNING',
  );
  await until(
    () => ask(tasks[0]).catch(() => undefined),
    (answer) => answer !== undefined,
  );
  return tasks[0];
}

describe('a task that cannot start says why', () => {
  test('a secret that is not there', async () => {
    await serve('secret', { secrets: [{ name: 'KEY', valueFrom: '/not/there' }] });
    const [task] = await stoppedOf('secret');
    expect(task?.stopCode).toBe('TaskFailedToStart');
    expect(task?.stoppedReason).toMatch(
      /^ResourceInitializationError: unable to pull secrets .* invalid ssm parameters: \/not\/there$/,
    );
  });

  test('an image that is not there', async () => {
    await serve('image', { image: 'registry/other:1' });
    const [task] = await stoppedOf('image');
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: registry/other:1: not found',
    });
  });

  test('a log group that is not there', async () => {
    const options = { 'awslogs-group': '/not/there', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' };
    await serve('log', { logConfiguration: { logDriver: 'awslogs', options } });
    const [task] = await stoppedOf('log');
    expect(task?.stoppedReason).toMatch(
      /^ResourceInitializationError: failed to validate logger args.*ResourceNotFound/,
    );
  });

  test('a program that is not there', async () => {
    await serve('program', { entryPoint: ['no-such-program'] });
    const [task] = await stoppedOf('program');
    expect(task?.stoppedReason).toBe(
      'CannotStartContainerError: exec: "no-such-program": executable file not found in $PATH',
    );
  });
});

describe('a task that does not stay', () => {
  test('is started again and again, more and more slowly', async () => {
    await serve('ends', { environment: [{ name: 'EXIT_AT_ONCE', value: '3' }] });
    const tasks = await stoppedOf('ends', 5);
    expect(tasks[0]).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 3 }] });
    const starts = tasks.map(({ createdAt }) => createdAt?.getTime() ?? 0).toSorted((a, b) => a - b);
    const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(190);
    const service = await world.service('ends');
    expect(service.deployments?.[0]?.failedTasks).toBeGreaterThanOrEqual(5);
    expect(service.events?.map(({ message }) => message).join('\n')).toContain(
      '(service ends) is unable to consistently start tasks successfully.',
    );
  }, 20_000);

  test('is replaced when its own health check fails, and is not when it passes', async () => {
    const check = (path: string): Partial<ContainerDefinition> => ({
      healthCheck: {
        command: ['CMD', 'node', '-e', `fetch('http://127.0.0.1:8080${path}').then((r) => process.exit(r.ok ? 0 : 1))`],
        retries: 1,
      },
    });
    await serve('well', check('/health'));
    const [well] = await until(
      () => world.tasks('well'),
      ([task]) => task?.healthStatus === 'HEALTHY',
    );
    expect(well?.lastStatus).toBe('RUNNING');
    await serve('ill', { ...check('/health'), environment: [{ name: 'ILL', value: 'yes' }] });
    const [ill] = await until(
      () => world.tasks('ill', 'STOPPED'),
      (tasks) => tasks.length > 0,
      25_000,
    );
    expect(ill).toMatchObject({ healthStatus: 'UNHEALTHY', stoppedReason: 'Task failed container health checks' });
    await world.ecs.send(new UpdateServiceCommand({ cluster, service: 'ill', desiredCount: 0 }));
  }, 40_000);

  test('that somebody stops is replaced, and killed if it does not heed', async () => {
    await serve('stubborn', { stopTimeout: 2 });
    const task = await runningOf('stubborn');
    const { pid } = await ask(task, '/stubborn');
    await world.ecs.send(new StopTaskCommand({ cluster, task: task?.taskArn, reason: 'by hand' }));
    const [stopped] = await stoppedOf('stubborn');
    expect(stopped).toMatchObject({
      taskArn: task?.taskArn,
      stopCode: 'UserInitiated',
      stoppedReason: 'by hand',
      containers: [{ exitCode: 137 }],
    });
    const took = (stopped?.stoppedAt?.getTime() ?? 0) - (stopped?.stoppingAt?.getTime() ?? 0);
    expect(took).toBeGreaterThanOrEqual(2_000);
    expect(isAlive(pid)).toBe(false);
  }, 20_000);
});
