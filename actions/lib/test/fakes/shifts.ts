import { isOver, type LifecycleEvent, type Shift, type ShiftRequest, type Shifts } from '../../aws/code-deploy.ts';
import { factsOf } from '../../promotion/strategies.ts';
import type { FakeClock } from './clock.ts';
import type { FakeFunctions } from './functions.ts';

interface Deployment {
  shift: Shift;
  readonly request: ShiftRequest;
  readonly events: LifecycleEvent[];
}

/** How a shift is to fail: so long after it began, in these words. */
export interface Failure {
  readonly afterMs: number;
  readonly code: string;
  readonly message: string;
}

const ALL_AT_ONCE_MS = 1_000;

/**
 * CodeDeploy for lambdas: it goes on as its clock does, whether somebody looks or not, and moves the aliases of its functions. Every
 * call that changes something is kept in `calls`.
 */
export class FakeShifts implements Shifts {
  readonly calls: string[] = [];
  /** Whether a failed or stopped one goes back by itself. */
  rollsBack = true;
  /** Which shifts fail, and how. */
  fails: (request: ShiftRequest) => Failure | undefined = () => undefined;
  readonly #clock: FakeClock;
  readonly #functions: FakeFunctions;
  readonly #deployments: Deployment[] = [];

  constructor(clock: FakeClock, functions: FakeFunctions) {
    this.#clock = clock;
    this.#functions = functions;
    clock.onPassing(() => this.#pass());
  }

  /** What was asked for, oldest first. */
  get requests(): readonly ShiftRequest[] {
    return this.#deployments.map(({ request }) => request);
  }

  active(application: string, functionName: string): Promise<Shift | undefined> {
    return Promise.resolve(this.#active(application, functionName)?.shift);
  }

  start(request: ShiftRequest): Promise<string | undefined> {
    if (this.#active(request.application, request.functionName) !== undefined) {
      return Promise.resolve(undefined);
    }
    this.calls.push(`start ${request.functionName} ${request.from} ${request.to} ${factsOf(request.config).kind}`);
    return Promise.resolve(this.#start(request, 'user').shift.id);
  }

  get(id: string): Promise<Shift> {
    return Promise.resolve(this.#find(id).shift);
  }

  events(id: string): Promise<readonly LifecycleEvent[]> {
    return Promise.resolve([...this.#find(id).events]);
  }

  stop(id: string): Promise<boolean> {
    const deployment = this.#find(id);
    if (isOver(deployment.shift)) return Promise.resolve(false);
    this.calls.push(`stop ${id}`);
    this.#fail(deployment, { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' });
    return Promise.resolve(true);
  }

  #start(request: ShiftRequest, creator: string): Deployment {
    const deployment: Deployment = {
      request,
      events: [],
      shift: {
        id: `d-${this.#deployments.length + 1}`,
        status: 'Created',
        config: request.config,
        createdAt: new Date(this.#clock.now()),
        creator,
        description: request.description,
        from: request.from,
        to: request.to,
      },
    };
    this.#deployments.push(deployment);
    return deployment;
  }

  #pass(): void {
    // One that begins on the way is as old as this moment.
    for (const deployment of [...this.#deployments]) if (!isOver(deployment.shift)) this.#step(deployment);
  }

  #step(deployment: Deployment): void {
    const { request, shift, events } = deployment;
    const passed = this.#clock.now() - shift.createdAt.getTime();
    if (shift.status === 'Created') {
      if (shift.creator === 'user' && this.#functions.now(request.functionName, request.alias) !== request.from) {
        const message = 'The current version of the alias is not the one in the AppSpec.';
        deployment.shift = { ...shift, status: 'Failed', error: { code: 'CUSTOMER_APPLICATION_UNHEALTHY', message } };
        return;
      }
      deployment.shift = { ...shift, status: 'InProgress' };
      events.push({ name: 'AllowTraffic', status: 'InProgress', startedAt: shift.createdAt });
    }
    const failure = this.fails(request);
    if (failure !== undefined && passed >= failure.afterMs && shift.creator === 'user') {
      this.#fail(deployment, failure);
      return;
    }
    const { shiftMs, kind } = factsOf(request.config);
    if (passed >= Math.max(shiftMs, ALL_AT_ONCE_MS)) {
      this.#set(request, request.to);
      events[0] = { name: 'AllowTraffic', status: 'Succeeded', startedAt: shift.createdAt };
      deployment.shift = { ...deployment.shift, status: 'Succeeded' };
      return;
    }
    if (shiftMs === 0) return;
    const share = kind === 'linear' ? (Math.floor(passed / 60_000) + 1) / 10 : 0.1;
    this.#set(request, request.from, { [request.to]: share });
  }

  #fail(deployment: Deployment, error: { readonly code: string; readonly message: string }): void {
    const { request, shift } = deployment;
    const { code, message } = error;
    deployment.shift = {
      ...shift,
      status: code === 'HOOK_EXECUTION_FAILURE' ? 'Failed' : 'Stopped',
      error: { code, message },
    };
    if (!this.rollsBack) return;
    const back = this.#start(
      { ...request, from: request.to, to: request.from, config: 'CodeDeployDefault.LambdaAllAtOnce' },
      'codeDeployRollback',
    );
    deployment.shift = { ...deployment.shift, rollback: { id: back.shift.id } };
  }

  #set({ functionName, alias }: ShiftRequest, version: string, shifting?: Readonly<Record<string, number>>): void {
    this.#functions.set(functionName, alias, version, shifting);
  }

  #active(application: string, functionName: string): Deployment | undefined {
    return this.#deployments.find(
      ({ request, shift }) =>
        request.application === application && request.functionName === functionName && !isOver(shift),
    );
  }

  #find(id: string): Deployment {
    const found = this.#deployments.find(({ shift }) => shift.id === id);
    if (found === undefined) throw new Error(`There is no deployment ${id}.`);
    return found;
  }
}
