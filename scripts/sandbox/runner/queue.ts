import type { Concurrency } from './workflows.ts';

export interface QueueEntry {
  readonly id: number;
  readonly concurrency: readonly Concurrency[];
  /** Runs it; never rejects. */
  readonly start: () => Promise<void>;
  /** Ends it. One that waited is out of the queue by then, and will not be started. */
  readonly cancel: (was: 'waiting' | 'running') => void;
}

/**
 * GitHub's concurrency groups, which act does not enforce: runs that share a group run one after the other. A job's group
 * counts for its whole run, and a group that only the job can tell (`environment-*`) meets all that it could be, so that the
 * sandbox waits sometimes where GitHub would not, and never the reverse.
 */
export class RunQueue {
  #waiting: QueueEntry[] = [];
  readonly #running = new Map<number, QueueEntry>();

  add(entry: QueueEntry): void {
    for (const { group, cancelInProgress, queue } of entry.concurrency) {
      if (cancelInProgress) this.#cancelGroup([...this.#running.values()], group);
      if (queue === 'single') this.#cancelGroup(this.#waiting, group);
    }
    this.#waiting.push(entry);
    this.#next();
  }

  /** Answers `false` if there is no such run, waiting or running. */
  cancel(id: number): boolean {
    const waiting = this.#waiting.find((entry) => entry.id === id);
    const entry = waiting ?? this.#running.get(id);
    if (waiting !== undefined) this.#remove(id);
    entry?.cancel(waiting === undefined ? 'running' : 'waiting');
    // One that waited may have kept later ones back.
    if (waiting !== undefined) this.#next();
    return entry !== undefined;
  }

  #remove(id: number): void {
    this.#waiting = this.#waiting.filter((entry) => entry.id !== id);
  }

  #cancelGroup(entries: readonly QueueEntry[], group: string): void {
    for (const { id } of entries.filter((candidate) => inGroup(candidate, group))) this.cancel(id);
  }

  #next(): void {
    const ahead = [...this.#running.values()];
    for (const entry of [...this.#waiting]) {
      if (!ahead.some((other) => other.concurrency.some(({ group }) => inGroup(entry, group)))) {
        this.#remove(entry.id);
        this.#running.set(entry.id, entry);
        void entry.start().finally(() => {
          this.#running.delete(entry.id);
          this.#next();
        });
      }
      // One that waits keeps its place before those that came later.
      ahead.push(entry);
    }
  }
}

function inGroup(entry: QueueEntry, group: string): boolean {
  return entry.concurrency.some((own) => meets(own.group, group));
}

function meets(left: string, right: string): boolean {
  const pattern = (text: string): RegExp =>
    new RegExp(
      `^${text
        .split('*')
        .map((part) => RegExp.escape(part))
        .join('.*')}$`,
    );
  return pattern(left).test(right) || pattern(right).test(left);
}
