import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceCall, ServiceClient } from '../demo/service.ts';

export interface Sample {
  /** Milliseconds since the load began, when it was sent. */
  readonly at: number;
  /** Until its answer, in milliseconds. */
  readonly took: number;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly version: string;
  readonly error?: string;
}

export interface Load {
  /** Milliseconds since it began. */
  now(): number;
  /** Sends no more, and waits for the answers to what was sent. */
  stop(): Promise<readonly Sample[]>;
}

/** Sends a request every 1/rate seconds, whether or not the ones before are answered, until it is stopped. */
export function startLoad(client: ServiceClient, request: ServiceCall, rate: number): Load {
  const started = performance.now();
  const samples: Sample[] = [];
  const waiting = new Set<Promise<void>>();
  const stopped = new AbortController();

  const send = async (at: number): Promise<void> => {
    const sent = performance.now();
    try {
      const { status, headers } = await client.call(request);
      samples.push({ at, took: performance.now() - sent, status, version: String(headers['x-service-version'] ?? '') });
    } catch (error) {
      samples.push({ at, took: performance.now() - sent, status: 0, version: '', error: String(error) });
    }
  };
  const run = (async () => {
    for (let count = 0; !stopped.signal.aborted; count += 1) {
      const at = (count * 1000) / rate;
      await delay(Math.max(0, at - (performance.now() - started)));
      const one = send(performance.now() - started).finally(() => waiting.delete(one));
      waiting.add(one);
    }
  })();

  return {
    now: () => performance.now() - started,
    stop: async () => {
      stopped.abort();
      await run;
      await Promise.all(waiting);
      return samples;
    },
  };
}

/** How many per cent of the samples within a time (in milliseconds since the load began) a version answered. */
export function share(samples: readonly Sample[], version: string, from: number, to: number): number {
  const within = samples.filter(({ at }) => at >= from && at < to);
  return (100 * within.filter((sample) => sample.version === version).length) / within.length;
}
