import type { DeleteClusterRequest, DescribeClustersResponse } from '@aws-sdk/client-ecs';
import { AwsError } from '../json-protocol.ts';
import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import type { Names } from './names.ts';
import { isLive, type EcsState } from './records.ts';

/** Clusters are the emulator's; how many services and tasks they have is ours to say. */
export async function describeClusters(request: ServiceRequest, state: EcsState): Promise<ServiceResponse> {
  const answer = await request.forward();
  if (answer.status !== 200) return answer;
  const described: DescribeClustersResponse = JSON.parse(Buffer.from(answer.body ?? '').toString('utf8'));
  for (const cluster of described.clusters ?? []) {
    const tasks = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.clusterArn && isLive(task));
    cluster.runningTasksCount = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
    cluster.pendingTasksCount = tasks.filter(
      ({ desiredStatus, lastStatus }) => desiredStatus === 'RUNNING' && lastStatus !== 'RUNNING',
    ).length;
    cluster.activeServicesCount = Object.values(state.services).filter(
      (service) => service.clusterArn === cluster.clusterArn && service.status === 'ACTIVE',
    ).length;
  }
  return { ...answer, body: JSON.stringify(described) };
}

/** @throws {AwsError} ClusterContainsServicesException, ClusterContainsTasksException */
export async function refuseUsedCluster(request: ServiceRequest, state: EcsState, names: Names): Promise<void> {
  const input: DeleteClusterRequest = JSON.parse((await request.body()).toString('utf8') || '{}');
  const clusterArn = names.clusterArn(input.cluster);
  const services = Object.values(state.services).filter((service) => service.clusterArn === clusterArn);
  if (services.some(({ status }) => status !== 'INACTIVE')) {
    throw new AwsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
  }
  if (Object.values(state.tasks).some((task) => task.clusterArn === clusterArn && isLive(task))) {
    throw new AwsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
  }
}
