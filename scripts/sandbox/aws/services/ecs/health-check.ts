import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthCheck } from '@aws-sdk/client-ecs';
import type { Pace } from '../pace.ts';
import { runCheck, type Command } from './container-process.ts';
import type { Guard } from '../../../guard.ts';

/** Each check is a process of its own: not more often than this, whatever the pace, once the container is healthy. */
const SLOWEST_MS = 5_000;
/** Until then somebody waits for it. */
const STARTING_MS = 1_000;

export interface HealthCheckPlan {
  readonly healthCheck: HealthCheck;
  /** The container's own: a check runs in the same place with the same environment. */
  readonly command: Command;
  readonly address: string;
  readonly pace: Pace;
  /** A start takes the time that it takes: failures in it do not count, whatever `startPeriod` is at this pace. */
  readonly startMs: number;
}

/** Runs a container's health check until the signal, and tells when it becomes healthy or unhealthy. Never rejects. */
export async function watchHealth(
  { healthCheck, command, address, pace, startMs }: HealthCheckPlan,
  guard: Guard,
  tell: (status: 'HEALTHY' | 'UNHEALTHY') => void,
  signal: AbortSignal,
): Promise<void> {
  const check = checkCommand(healthCheck.command ?? [], command, address);
  if (check === undefined) return;
  const intervalMs = Math.max(pace.toReal((healthCheck.interval ?? 30) * 1_000), SLOWEST_MS);
  const startEnd = Date.now() + Math.max(pace.toReal((healthCheck.startPeriod ?? 0) * 1_000), startMs);
  let healthy = false;
  let failures = 0;
  for (;;) {
    await sleep(healthy ? intervalMs : STARTING_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const passed = await runCheck(check, guard, (healthCheck.timeout ?? 5) * 1_000);
    if (signal.aborted) return;
    if (passed) {
      failures = 0;
      if (!healthy) tell('HEALTHY');
      healthy = true;
      continue;
    }
    if (healthy || Date.now() > startEnd) failures += 1;
    if (failures >= (healthCheck.retries ?? 3)) {
      tell('UNHEALTHY');
      return;
    }
  }
}

/** In a task, 127.0.0.1 and localhost are the task itself; here they are its address. */
function checkCommand(test: readonly string[], container: Command, address: string): Command | undefined {
  const [kind, ...words] = test.map((word) => word.replaceAll(/\b(127\.0\.0\.1|localhost)\b/g, address));
  const [program, ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : kind === 'CMD' ? words : [];
  return program === undefined ? undefined : { ...container, program, args };
}
