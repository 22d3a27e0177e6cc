import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RunQueue } from '../queue.ts';
import type { Concurrency } from '../workflows.ts';

const line = (group: string): Concurrency => ({ group, cancelInProgress: false, queue: 'max' });
const single = (group: string): Concurrency => ({ group, cancelInProgress: false, queue: 'single' });
const newest = (group: string): Concurrency => ({ group, cancelInProgress: true, queue: 'single' });

describe('RunQueue', () => {
  let queue: RunQueue;
  let events: string[];
  let ends: Map<number, () => void>;

  beforeEach(() => {
    queue = new RunQueue();
    events = [];
    ends = new Map();
  });

  /** A run that goes on until `end`, and that ends soon after it was cancelled. */
  function add(id: number, ...concurrency: readonly Concurrency[]): void {
    queue.add({
      id,
      concurrency,
      start: () => {
        events.push(`start ${id}`);
        return new Promise((resolve) => {
          ends.set(id, () => {
            events.push(`end ${id}`);
            resolve();
          });
        });
      },
      cancel: (was) => {
        events.push(`cancel ${was} ${id}`);
        if (was === 'running') ends.get(id)?.();
      },
    });
  }

  async function end(id: number): Promise<void> {
    ends.get(id)?.();
    await turn();
  }

  test('runs without a group all at once', () => {
    add(1);
    add(2);
    expect(events).toEqual(['start 1', 'start 2']);
  });

  test('runs of different groups all at once', () => {
    add(1, line('environment-test'));
    add(2, line('environment-production'));
    add(3, line('environment-test-2'));
    expect(events).toEqual(['start 1', 'start 2', 'start 3']);
  });

  test('lets all of one group wait, in order, and skips none', async () => {
    for (const id of [1, 2, 3, 4]) add(id, line('environment-test'));
    expect(events).toEqual(['start 1']);
    for (const id of [1, 2, 3, 4]) await end(id);
    expect(events).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3', 'start 4', 'end 4']);
  });

  // Known fault K1: what GitHub does without `queue: max`.
  test('with "single" a newer run takes the place of the one that waits, which is told', async () => {
    for (const id of [1, 2, 3]) add(id, single('environment-test'));
    expect(events).toEqual(['start 1', 'cancel waiting 2']);
    await end(1);
    expect(events).toEqual(['start 1', 'cancel waiting 2', 'end 1', 'start 3']);
  });

  test('cancel-in-progress ends the running one, and starts the newer when it has ended', async () => {
    add(1, newest('pull-request-7'));
    add(2, newest('pull-request-8'));
    add(3, newest('pull-request-7'));
    expect(events).toEqual(['start 1', 'start 2', 'cancel running 1', 'end 1']);
    await turn();
    expect(events.slice(4)).toEqual(['start 3']);
  });

  test('a group that only a job knows meets every one that it could be', async () => {
    add(1, line('environment-*'));
    add(2, line('environment-test'));
    add(3, line('pull-request-7'));
    expect(events).toEqual(['start 1', 'start 3']);
    await end(1);
    add(4, line('environment-*'));
    expect(events).toEqual(['start 1', 'start 3', 'end 1', 'start 2']);
    await end(2);
    expect(events.at(-1)).toBe('start 4');
  });

  test('what is no wildcard is taken as it is written', () => {
    add(1, line('a.b'));
    add(2, line('aXb'));
    add(3, line('(a'));
    expect(events).toEqual(['start 1', 'start 2', 'start 3']);
  });

  test('one that waits keeps its place before those that came later, in all of its groups', async () => {
    add(1, line('a'));
    add(2, line('a'), line('b'));
    add(3, line('b'));
    expect(events).toEqual(['start 1']);
    await end(1);
    expect(events.slice(2)).toEqual(['start 2']);
    await end(2);
    expect(events.slice(4)).toEqual(['start 3']);
  });

  test('a waiting run that is cancelled never starts, and gives way at once to those behind it', async () => {
    add(1, line('a'));
    add(2, line('a'), line('b'));
    add(3, line('b'));
    expect(queue.cancel(2)).toBe(true);
    expect(events).toEqual(['start 1', 'cancel waiting 2', 'start 3']);
    await end(1);
    await end(3);
    expect(events.filter((event) => event.startsWith('start'))).toEqual(['start 1', 'start 3']);
  });

  test('a running run is cancelled by its id, and an unknown one is not', async () => {
    add(1, line('a'));
    expect(queue.cancel(1)).toBe(true);
    expect(events).toEqual(['start 1', 'cancel running 1', 'end 1']);
    await turn();
    expect(queue.cancel(1)).toBe(false);
    expect(queue.cancel(9)).toBe(false);
  });
});
