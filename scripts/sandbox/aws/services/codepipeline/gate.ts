import type { ExecutionMode } from '@aws-sdk/client-codepipeline';

export type Entry = 'entered' | 'superseded' | 'left';

interface Waiting {
  readonly id: string;
  readonly number: number;
  readonly decide: (entry: Entry) => void;
}

/** The door of one stage: one execution is inside at a time, the others wait. */
export class Gate {
  #inside: string | undefined;
  #waiting: Waiting[] = [];

  /**
   * Waits until the stage is free.
   *
   * In the mode SUPERSEDED only the newest waits: older ones are told that they were superseded.
   *
   * @returns `left` when the execution was taken out by {@link leave} while it waited
   * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
   */
  enter(execution: { readonly id: string; readonly number: number }, mode: ExecutionMode): Promise<Entry> {
    if (mode === 'PARALLEL') return Promise.resolve('entered');
    if (this.#inside === undefined && this.#waiting.length === 0) {
      this.#inside = execution.id;
      return Promise.resolve('entered');
    }
    return new Promise((decide) => {
      this.#waiting.push({ ...execution, decide });
      this.#waiting.sort((a, b) => a.number - b.number);
      if (mode === 'SUPERSEDED') {
        for (const older of this.#waiting.splice(0, this.#waiting.length - 1)) older.decide('superseded');
      }
    });
  }

  /** Goes out, or gives up waiting; who is neither inside nor waiting does nothing by it. */
  leave(id: string): void {
    const waiting = this.#waiting.find((one) => one.id === id);
    if (waiting !== undefined) {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      waiting.decide('left');
    }
    if (this.#inside !== id) return;
    const next = this.#waiting.shift();
    this.#inside = next?.id;
    next?.decide('entered');
  }
}
