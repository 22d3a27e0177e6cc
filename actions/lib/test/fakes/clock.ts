import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../promotion/clock.ts';

/** Time that passes only while somebody sleeps, or when a test says so. Whoever sleeps at the same time wakes at the same time. */
export class FakeClock implements Clock {
  #now = Date.parse('2026-03-02T09:00:00Z');
  readonly #listeners: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const end = this.#now + milliseconds;
    await turn();
    this.#to(end);
  }

  advance(milliseconds: number): void {
    this.#to(this.#now + milliseconds);
  }

  /** Called whenever time has passed. */
  onPassing(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #to(end: number): void {
    if (end <= this.#now) return;
    this.#now = end;
    for (const listener of this.#listeners) listener();
  }
}
