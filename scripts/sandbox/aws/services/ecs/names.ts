import { randomBytes, randomInt } from 'node:crypto';
import { ACCOUNT } from '../context.ts';
import { AwsError } from '../json-protocol.ts';
import type { EcsState, ServiceRecord, TaskRecord } from './records.ts';

/** ARNs in the form that accounts have since 2021: with the cluster's name. */
export class Names {
  readonly #prefix: string;

  constructor(region: string) {
    this.#prefix = `arn:aws:ecs:${region}:${ACCOUNT}`;
  }

  /** Of a cluster by name or ARN; the one called `default` without. */
  clusterArn(reference: string | undefined): string {
    return `${this.#prefix}:cluster/${tail(reference ?? 'default')}`;
  }

  serviceArn(clusterArn: string, name: string): string {
    return `${this.#prefix}:service/${tail(clusterArn)}/${name}`;
  }

  taskArn(clusterArn: string, id: string): string {
    return `${this.#prefix}:task/${tail(clusterArn)}/${id}`;
  }

  containerArn(clusterArn: string, taskId: string): string {
    return `${this.#prefix}:container/${tail(clusterArn)}/${taskId}/${randomBytes(16).toString('hex')}`;
  }

  taskSetArn(service: ServiceRecord, setId: string): string {
    return `${this.#prefix}:task-set/${tail(service.clusterArn)}/${service.name}/${setId}`;
  }

  capacityProviderArn(name: string): string {
    return `${this.#prefix}:capacity-provider/${name}`;
  }
}

/** What is behind the last slash: a name out of a name or an ARN. */
export function tail(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

export function newTaskId(): string {
  return randomBytes(16).toString('hex');
}

export function newSetId(): string {
  const digits = Array.from({ length: 18 }, () => randomInt(10)).join('');
  return `ecs-svc/${1 + randomInt(9)}${digits}`;
}

/** The service by name or ARN in this cluster; an INACTIVE one too. */
export function findService(state: EcsState, clusterArn: string, reference: string): ServiceRecord | undefined {
  return Object.values(state.services).find(
    (service) => service.clusterArn === clusterArn && service.name === tail(reference),
  );
}

/** @throws {AwsError} ServiceNotFoundException, ServiceNotActiveException */
export function activeService(state: EcsState, clusterArn: string, reference: string | undefined): ServiceRecord {
  const service = findService(state, clusterArn, reference ?? '');
  if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  return service;
}

export function findTask(state: EcsState, clusterArn: string, reference: string): TaskRecord | undefined {
  return Object.values(state.tasks).find(
    (task) => task.clusterArn === clusterArn && (task.id === reference || task.arn === reference),
  );
}
