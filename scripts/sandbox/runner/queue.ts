import type { Concurrency } from './workflows.ts';

export interface QueueEntry {
  readonly id: number;
  readonly concurrency: readonly Concurrency[];
  /** Runs it; never rejects. */
  readonly start: () => Promise<void>;
  /** Ends it, whether it waits or runs. */
  readonly cancel: () => void;
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
      if (cancelInProgress) this.#cancel([...this.#running.values()], group);
      if (queue === 'single') this.#cancel(this.#waiting, group);
    }
    this.#waiting.push(entry);
    this.#next();
  }

  /** Takes a waiting run out; answers `false` if it is not waiting. */
  remove(id: number): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((entry) => entry.id !== id);
    return this.#waiting.length < before;
  }

  #cancel(entries: readonly QueueEntry[], group: string): void {
    for (const entry of entries.filter((candidate) => inGroup(candidate, group))) {
      this.remove(entry.id);
      entry.cancel();
    }
  }

  #next(): void {
    const ahead = [...this.#running.values()];
    for (const entry of [...this.#waiting]) {
      if (!ahead.some((other) => other.concurrency.some(({ group }) => inGroup(entry, group)))) {
        this.remove(entry.id);
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
