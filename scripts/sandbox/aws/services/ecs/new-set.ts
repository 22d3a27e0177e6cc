import type { CreateTaskSetRequest, Scale } from '@aws-sdk/client-ecs';
import { newSetId } from './names.ts';
import type { TaskSetRecord } from './records.ts';
import type { CheckedSet } from './validation.ts';

/** A task set or a deployment of what was asked for and checked. */
export function newSet(
  checked: CheckedSet,
  asked: Pick<
    CreateTaskSetRequest,
    'externalId' | 'loadBalancers' | 'networkConfiguration' | 'platformVersion' | 'serviceRegistries' | 'tags'
  >,
  as: { readonly status: TaskSetRecord['status']; readonly startedBy?: string; readonly scale?: Scale },
): TaskSetRecord {
  const now = Date.now();
  const { externalId, networkConfiguration, platformVersion = 'LATEST' } = asked;
  const { launchType, capacityProviderStrategy, taskDefinition } = checked;
  return {
    id: newSetId(),
    ...(externalId === undefined ? {} : { externalId }),
    ...(as.startedBy === undefined ? {} : { startedBy: as.startedBy }),
    status: as.status,
    taskDefinition: taskDefinition.taskDefinitionArn,
    ...(launchType === undefined ? {} : { launchType }),
    capacityProviderStrategy,
    platformVersion,
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
    loadBalancers: asked.loadBalancers ?? [],
    serviceRegistries: asked.serviceRegistries ?? [],
    scale: as.scale ?? { value: 100, unit: 'PERCENT' },
    tags: asked.tags ?? [],
    createdAt: now,
    updatedAt: now,
    wanted: 0,
    failedTasks: 0,
    failuresInARow: 0,
    retryAt: 0,
  };
}
