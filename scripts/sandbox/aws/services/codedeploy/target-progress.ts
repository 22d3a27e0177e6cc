import type { LifecycleEvent, TargetStatus } from '@aws-sdk/client-codedeploy';
import type { DeploymentRecord, Status } from './records.ts';

export interface TargetProgress {
  readonly deploymentId: string;
  readonly lastUpdatedAt: Date;
  readonly status: TargetStatus;
  readonly lifecycleEvents: LifecycleEvent[];
}

/** How far a deployment is, as each kind of target tells it. */
export function targetProgress({ id, events, createdAt, status }: DeploymentRecord): TargetProgress {
  const times = events.flatMap(({ startedAt = 0, endedAt = 0 }) => [startedAt, endedAt]);
  return {
    deploymentId: id,
    lastUpdatedAt: new Date(Math.max(createdAt, ...times)),
    status: targetStatus(status),
    lifecycleEvents: events.map((event) => ({
      lifecycleEventName: event.name,
      status: event.status,
      ...(event.startedAt === undefined ? {} : { startTime: new Date(event.startedAt) }),
      ...(event.endedAt === undefined ? {} : { endTime: new Date(event.endedAt) }),
      ...(event.message === undefined ? {} : { diagnostics: { errorCode: 'UnknownError', message: event.message } }),
    })),
  };
}

function targetStatus(status: Status): TargetStatus {
  if (status === 'Created') return 'Pending';
  return status === 'Stopped' ? 'Failed' : status;
}
