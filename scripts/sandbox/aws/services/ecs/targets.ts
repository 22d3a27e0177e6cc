import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceContext } from '../context.ts';
import type { Neighbours } from './neighbours.ts';
import type { TargetRecord } from './records.ts';

/** The load balancer's own end of draining is a little after ours: how long to wait for it, and how often to look. */
const LATE_MS = 2_000;
const LOOK_MS = 50;

/**
 * Waits until the requests of a target that was deregistered have had their time: the deregistration delay of its group.
 *
 * @param cut ends the wait at once
 */
export async function waitForDraining(
  { neighbours, context }: { readonly neighbours: Neighbours; readonly context: ServiceContext },
  { targetGroupArn, port }: TargetRecord,
  address: string,
  cut: AbortSignal,
): Promise<void> {
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: cut }).catch(() => undefined);
  await pause(context.pace.toReal(await neighbours.deregistrationDelay(targetGroupArn)));
  const end = Date.now() + LATE_MS;
  while (!cut.aborted && Date.now() < end) {
    const targets = await neighbours.targetHealth(targetGroupArn);
    const own = targets.find(({ Target }) => Target?.Id === address && Target.Port === port);
    if (own?.TargetHealth?.State !== 'draining') return;
    await pause(LOOK_MS);
  }
}
