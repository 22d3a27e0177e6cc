import type { ServiceContext } from '../context.ts';
import { Guard } from '../../../guard.ts';
import type { Neighbours } from './neighbours.ts';
import type { BuildRecord, State } from './records.ts';
import { BuildEnd, BuildRun, endPhase } from './run.ts';

/** Runs builds, each at once. */
export class Engine {
  readonly #context: ServiceContext;
  readonly #state: State;
  readonly #neighbours: Neighbours;
  readonly #machine: Readonly<Record<string, string>>;
  readonly #guard = new Guard();
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();

  constructor(
    context: ServiceContext,
    state: State,
    neighbours: Neighbours,
    machine: Readonly<Record<string, string>>,
  ) {
    this.#context = context;
    this.#state = state;
    this.#neighbours = neighbours;
    this.#machine = machine;
  }

  start(build: BuildRecord): void {
    const stop = new AbortController();
    // Real minutes: a build takes the time that it takes.
    const timer = setTimeout(
      () => stop.abort(new BuildEnd('TIMED_OUT', 'BUILD_TIMED_OUT', 'Build has timed out.')),
      build.timeoutInMinutes * 60_000,
    );
    const parts = { context: this.#context, neighbours: this.#neighbours, guard: this.#guard, machine: this.#machine };
    const ended = new BuildRun(build, { ...parts, signal: stop.signal }).run().finally(() => {
      clearTimeout(timer);
      this.#running.delete(build.id);
    });
    this.#running.set(build.id, { stop, ended });
  }

  /** Settles when it has ended. */
  async stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    running?.stop.abort(new BuildEnd('STOPPED', 'BUILD_STOPPED', 'The build was stopped by a request.'));
    await running?.ended;
  }

  /** A build does not outlive the sandbox that ran it. */
  buryOld(): void {
    for (const build of Object.values(this.#state.builds)) {
      if (build.status !== 'IN_PROGRESS' || this.#running.has(build.id)) continue;
      endPhase(build, interrupted());
      build.status = 'FAULT';
      build.end = Date.now();
    }
  }

  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort(interrupted());
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await this.#guard.close();
  }
}

function interrupted(): BuildEnd {
  return new BuildEnd('FAULT', 'INTERNAL_SERVICE_ERROR', 'The sandbox was stopped in the middle of this build.');
}
