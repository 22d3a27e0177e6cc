import type { Alarm, Alarms } from '../../aws/alarms.ts';

/** Alarms in memory; what was told to measure what is kept in `calls`. */
export class FakeAlarms implements Alarms {
  readonly calls: string[] = [];
  readonly #alarms = new Map<string, Alarm>();

  add(name: string, firing = false, reason = ''): void {
    this.#alarms.set(name, { name, firing, reason });
  }

  beginningWith(prefix: string): Promise<readonly Alarm[]> {
    return Promise.resolve([...this.#alarms.values()].filter(({ name }) => name.startsWith(prefix)));
  }

  measure(name: string, version: string): Promise<void> {
    if (!this.#alarms.has(name)) return Promise.reject(new Error(`There is no alarm ${name}.`));
    this.calls.push(`measure ${name} ${version}`);
    this.add(name);
    return Promise.resolve();
  }
}
