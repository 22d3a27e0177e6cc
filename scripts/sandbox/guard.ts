import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const program = path.join(import.meta.dirname, 'guardian.ts');

/** Keeps process groups, such as those of tasks, from outliving their owner that was killed; see guardian.ts. One for all, started when needed. */
export class Guard {
  #guardian: ChildProcess | undefined;
  readonly #groups = new Set<number>();
  #closed = false;

  add(group: number): void {
    this.#groups.add(group);
    if (this.#guardian === undefined) this.#start();
    else this.#tell(`+${group}`);
  }

  remove(group: number): void {
    this.#groups.delete(group);
    this.#tell(`-${group}`);
  }

  /** When no process is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const guardian = this.#guardian;
    if (guardian === undefined || guardian.exitCode !== null || guardian.signalCode !== null) return;
    const exited = once(guardian, 'exit');
    // It may be all that there is left to wait for.
    guardian.ref();
    guardian.stdin?.end();
    await exited;
  }

  #start(): void {
    // A group of its own: what ends the sandbox's group must not end the one that cleans up after it.
    const guardian = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      detached: true,
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#guardian = guardian;
    guardian.unref();
    // One that was killed is replaced; a write to it before that is noticed may fail.
    guardian.stdin.on('error', () => undefined);
    guardian.once('exit', () => {
      if (this.#guardian !== guardian) return;
      this.#guardian = undefined;
      if (!this.#closed && this.#groups.size > 0) this.#start();
    });
    for (const group of this.#groups) this.#tell(`+${group}`);
  }

  #tell(line: string): void {
    this.#guardian?.stdin?.write(`${line}\n`);
  }
}
