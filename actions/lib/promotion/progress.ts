import type { LifecycleEvent, Shift } from '../aws/code-deploy.ts';
import type { Alias } from '../aws/functions.ts';
import { minutesAndSeconds } from './clock.ts';
import { factsOf } from './strategies.ts';

/** The event in which the weights move. */
const SHIFTING_EVENT = 'AllowTraffic';

/** What is seen of a shift at one moment. */
export interface Snapshot {
  readonly shift: Shift;
  readonly events: readonly LifecycleEvent[];
  readonly alias: Alias | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whether it has come so far as to move weights. */
export function hasMoved({ events }: Snapshot): boolean {
  return events.some(({ name, status }) => name === SHIFTING_EVENT && status !== 'Pending' && status !== 'Skipped');
}

/** Says what has changed since it was last asked: a line for new weights, and one for each lifecycle event that moves on. */
export class Progress {
  readonly #id: string;
  readonly #to: string;
  #share: number | undefined;
  readonly #events = new Map<string, string>();

  constructor(id: string, to: string) {
    this.#id = id;
    this.#to = to;
  }

  lines(snapshot: Snapshot): readonly string[] {
    return [...this.#eventLines(snapshot), ...this.#weightLine(snapshot)];
  }

  #eventLines({ events }: Snapshot): string[] {
    return events.flatMap(({ name, status, message }) => {
      if (status === 'Pending' || this.#events.get(name) === status) return [];
      this.#events.set(name, status);
      const why = message === undefined || message === '' || status === 'Succeeded' ? '' : `: ${message}`;
      return [`${this.#id}: ${name} ${STATUS_WORDS[status] ?? status}${why}`];
    });
  }

  #weightLine({ alias, shift, events, at }: Snapshot): string[] {
    if (alias === undefined) return [];
    const share = shareOf(alias, this.#to);
    // Nobody has to be told that nothing has happened yet.
    if (share === this.#share || (this.#share === undefined && share === 0)) {
      this.#share = share;
      return [];
    }
    this.#share = share;
    const { kind, shiftMs } = factsOf(shift.config);
    const began = events.find(({ name }) => name === SHIFTING_EVENT)?.startedAt ?? shift.createdAt;
    const left = began.getTime() + shiftMs - at;
    const detail = share === 1 || share === 0 || left <= 0 ? kind : `${kind}, ${minutesAndSeconds(left)} left`;
    return [`${this.#id}: ${percent(share)} of calls go to version ${this.#to} (${detail})`];
  }
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  InProgress: 'has begun',
  Succeeded: 'is done',
  Failed: 'has failed',
  Skipped: 'is skipped',
};

/** Which share of the calls a version gets, from 0 to 1. */
export function shareOf({ version, shifting = {} }: Alias, wanted: string): number {
  const others = Object.values(shifting).reduce((sum, share) => sum + share, 0);
  return version === wanted ? 1 - others : (shifting[wanted] ?? 0);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
