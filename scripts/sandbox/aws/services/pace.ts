import { setTimeout as sleep } from 'node:timers/promises';

/** How much faster than AWS things go here that AWS only waits for: a minute between two steps is a second. */
export const DEFAULT_SPEED = 60;

/**
 * Time as the services count it. What only waits (the steps of a shift, health checks, cooldowns, draining) is waited for
 * `speed` times shorter; what really works (a build, a start) takes the time that it takes.
 */
export class Pace {
  readonly speed: number;

  constructor(speed: number = DEFAULT_SPEED) {
    if (!Number.isFinite(speed) || speed <= 0) throw new Error(`${speed} is no speed: give a number above 0.`);
    this.speed = speed;
  }

  /** Milliseconds of this machine for milliseconds of AWS. */
  toReal(milliseconds: number): number {
    return milliseconds / this.speed;
  }

  /** Waits for so many milliseconds of AWS's; rejects with an AbortError when the signal comes. */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await sleep(this.toReal(milliseconds), undefined, signal === undefined ? {} : { signal });
  }
}
