import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What one service remembers; plain JSON, so dates as numbers. Change it in place. */
export interface Store<T> {
  readonly value: T;
}

/**
 * What our services remember: one JSON file each, read when a store is opened and written by `save()`. The emulator saves on a
 * graceful stop only, and so do we: half an account of yesterday's and half of today's would be worse than one of yesterday's.
 */
export class Stores {
  readonly #dir: string | undefined;
  readonly #open = new Map<string, Store<unknown>>();

  /** @param dir where the files are; without one, nothing outlives the process. */
  constructor(dir?: string) {
    this.#dir = dir;
  }

  /** Opens the store of this name, with what it held at the last `save()`, or empty. Each name is opened once. */
  open<T>(name: string, empty: T): Store<T> {
    if (this.#open.has(name)) throw new Error(`The store "${name}" is open already.`);
    const file = this.#file(name);
    const value: T = file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : empty;
    const store = { value };
    this.#open.set(name, store);
    return store;
  }

  async save(): Promise<void> {
    for (const [name, { value }] of this.#open) {
      const file = this.#file(name);
      if (file === undefined) continue;
      await mkdir(dirname(file), { recursive: true });
      // It may hold what only its owner should read.
      await writeFile(`${file}.next`, JSON.stringify(value), { mode: 0o600 });
      await rename(`${file}.next`, file);
    }
  }

  #file(name: string): string | undefined {
    return this.#dir === undefined ? undefined : join(this.#dir, `${name}.json`);
  }
}
