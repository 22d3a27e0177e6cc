import type { CapacityProviderStrategyItem } from '@aws-sdk/client-ecs';
import type { TaskSetRecord } from './records.ts';

/** Where a task of this set runs, as DescribeTasks tells it. All run on this machine; a mix of providers is not kept. */
export function providerFor(set: Pick<TaskSetRecord, 'launchType' | 'capacityProviderStrategy'>): {
  launchType?: string;
  capacityProvider?: string;
} {
  const provider = heaviest(set.capacityProviderStrategy)?.capacityProvider;
  if (provider === undefined) return set.launchType === undefined ? {} : { launchType: set.launchType };
  return { capacityProvider: provider, launchType: provider.startsWith('FARGATE') ? 'FARGATE' : 'EC2' };
}

function heaviest(strategy: readonly CapacityProviderStrategyItem[]): CapacityProviderStrategyItem | undefined {
  return strategy.toSorted((a, b) => (b.base ?? 0) - (a.base ?? 0) || (b.weight ?? 0) - (a.weight ?? 0))[0];
}
