import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './api.ts';

/** How many calls there were while a stage was being shifted, and who answered them. */
export interface Traffic {
  readonly calls: number;
  /** By version of the lambda, the calls that it answered well. */
  readonly answered: Readonly<Record<string, number>>;
  /** What did not answer 200. */
  readonly failed: number;
}

/** Below the 10 calls a second that a stage of `test` takes. */
const CALLS_PER_SECOND = 8;

/** Calls a stage again and again until it is stopped, as customers do. */
export function startTraffic(call: () => Promise<Answer>): { stop(): Promise<Traffic> } {
  const answered: Record<string, number> = {};
  const stopped = new AbortController();
  const counts = { calls: 0, failed: 0 };
  const waiting = new Set<Promise<void>>();
  const one = async (): Promise<void> => {
    const { status, version } = await call();
    counts.calls += 1;
    if (status === 200) answered[version] = (answered[version] ?? 0) + 1;
    else counts.failed += 1;
  };
  const run = (async () => {
    while (!stopped.signal.aborted) {
      const sent = one().finally(() => waiting.delete(sent));
      waiting.add(sent);
      await delay(1000 / CALLS_PER_SECOND);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await run;
      await Promise.all(waiting);
      return { ...counts, answered };
    },
  };
}

/** `41 calls: 37 by version 1, 4 by version 2, 0 failed`. */
export function describeTraffic({ calls, answered, failed }: Traffic): string {
  const by = Object.entries(answered).map(([version, count]) => `${count} by version ${version}`);
  return `${calls} calls: ${[...by, `${failed} failed`].join(', ')}`;
}
