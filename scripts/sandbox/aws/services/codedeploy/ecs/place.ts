import type { EcsNeighbours, Place } from '../neighbours.ts';
import { DeploymentFailure } from '../platform.ts';
import type { DeploymentRecord, GroupRecord, SideRecord } from '../records.ts';

/** A load balancer's listeners and target groups, of which one is in production. */
export interface Route {
  readonly production: readonly string[];
  readonly test: readonly string[];
}

export interface Sides {
  readonly original: SideRecord;
  readonly replacement: SideRecord;
}

export function placeOf({ ecsServices }: GroupRecord): Place {
  const [{ clusterName: cluster = '', serviceName: service = '' } = {}] = ecsServices ?? [];
  return { cluster, service };
}

export function routeOf({ loadBalancerInfo }: GroupRecord): Route {
  const [pair] = loadBalancerInfo?.targetGroupPairInfoList ?? [];
  return {
    production: pair?.prodTrafficRoute?.listenerArns ?? [],
    test: pair?.testTrafficRoute?.listenerArns ?? [],
  };
}

/** Who is in production, and which target group is free. */
export async function findSides({ settings }: DeploymentRecord, neighbours: EcsNeighbours): Promise<Sides> {
  const place = placeOf(settings);
  const service = await neighbours.service(place);
  if (service === undefined) {
    throw new DeploymentFailure(
      'INVALID_ECS_SERVICE',
      `ECS has no active service ${place.service} in the cluster ${place.cluster}.`,
    );
  }
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY');
  const current = primary?.loadBalancers?.[0]?.targetGroupArn;
  const sides: SideRecord[] = [];
  for (const { name = '' } of settings.loadBalancerInfo?.targetGroupPairInfoList?.[0]?.targetGroups ?? []) {
    const targetGroupArn = await neighbours.targetGroupArn(name);
    sides.push({ taskSet: '', targetGroupName: name, targetGroupArn, weight: 0 });
  }
  const original = sides.find(({ targetGroupArn }) => targetGroupArn === current);
  const replacement = sides.find(({ targetGroupArn }) => targetGroupArn !== current);
  if (primary?.id === undefined || original === undefined || replacement === undefined) {
    throw new DeploymentFailure(
      'INVALID_ECS_SERVICE',
      'The primary task set of the service must be behind one of the two target groups of the deployment group.',
    );
  }
  return { original: { ...original, taskSet: primary.id, weight: 100 }, replacement };
}
