import type { DescribeTasksRequest, ListTasksRequest, RunTaskRequest, StopTaskRequest } from '@aws-sdk/client-ecs';
import { operation, type Operation } from '../json-protocol.ts';
import { findTask, tail } from './names.ts';
import { page } from './pages.ts';
import { providerFor } from './placement.ts';
import type { TaskRecord } from './records.ts';
import type { EcsParts } from './service-operations.ts';
import type { Tasks } from './tasks.ts';
import { checkSet, invalid } from './validation.ts';

const MAX_COUNT = 10;

export function taskOperations(parts: EcsParts & { readonly tasks: Tasks }): Record<string, Operation> {
  const { state, names, neighbours, tasks, views } = parts;
  return {
    RunTask: operation<RunTaskRequest>(async (input) => {
      const clusterArn = names.clusterArn(input.cluster);
      const { count = 1, startedBy, networkConfiguration, overrides, tags } = input;
      if (count < 1 || count > MAX_COUNT)
        throw invalid(`Invalid count: from 1 to ${MAX_COUNT} tasks can be run at once.`);
      const checked = await checkSet(neighbours, {
        clusterArn,
        taskDefinition: input.taskDefinition,
        loadBalancers: [],
        networkConfiguration,
        launchType: input.launchType,
        capacityProviderStrategy: input.capacityProviderStrategy ?? [],
      });
      const started = Array.from({ length: count }, () =>
        tasks.start(checked.taskDefinition, {
          clusterArn,
          group: input.group ?? `family:${checked.taskDefinition.family}`,
          ...providerFor(checked),
          ...(startedBy === undefined ? {} : { startedBy }),
          ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
          ...(overrides === undefined ? {} : { overrides }),
          ...(tags === undefined ? {} : { tags }),
        }),
      );
      return { tasks: started.map((task) => views.task(task, true)), failures: [] };
    }),

    StopTask: operation<StopTaskRequest>((input) => {
      const task = findTask(state, names.clusterArn(input.cluster), input.task ?? '');
      if (task === undefined) throw invalid('The referenced task was not found.');
      tasks.stop(task, 'UserInitiated', input.reason ?? 'Task stopped by user');
      return { task: views.task(task, false) };
    }),

    DescribeTasks: operation<DescribeTasksRequest>((input) => {
      const { tasks: references = [] } = input;
      if (references.length === 0) throw invalid('Tasks cannot be empty.');
      const clusterArn = names.clusterArn(input.cluster);
      const withTags = input.include?.includes('TAGS') === true;
      const found = references.map((reference) => ({ reference, task: findTask(state, clusterArn, reference) }));
      return {
        tasks: found.flatMap(({ task }) => (task === undefined ? [] : [views.task(task, withTags)])),
        failures: found.flatMap(({ reference, task }) =>
          task === undefined ? [{ arn: names.taskArn(clusterArn, tail(reference)), reason: 'MISSING' }] : [],
        ),
      };
    }),

    ListTasks: operation<ListTasksRequest>((input) => {
      const { desiredStatus = 'RUNNING', family, serviceName, startedBy } = input;
      const clusterArn = names.clusterArn(input.cluster);
      const matches = (task: TaskRecord): boolean =>
        task.clusterArn === clusterArn &&
        task.desiredStatus === desiredStatus &&
        (family === undefined || tail(task.taskDefinition).startsWith(`${family}:`)) &&
        (serviceName === undefined || task.group === `service:${tail(serviceName)}`) &&
        (startedBy === undefined || task.startedBy === startedBy);
      const { items, nextToken } = page(Object.values(state.tasks).filter(matches), input);
      return { taskArns: items.map(({ arn }) => arn), nextToken };
    }),
  };
}
