import type { ServiceResponse } from './service-request.ts';

/** An error that the front door answers with in place of the service, or without one only a delay before it, a number of times. */
export interface Fault {
  /** A service of the credential scope, or `*`. */
  readonly service: string;
  /** An operation as in `ServiceRequest.action`; all of the service's without it. */
  readonly action?: string;
  readonly error?: {
    readonly status: number;
    /** Such as `ThrottlingException` or `ExpiredTokenException`. */
    readonly code: string;
  };
  /** How long the call waits before anything is done about it; one whose caller is gone by then is not made. */
  readonly delayMs?: number;
  readonly times: number;
}

/** The faults that are still to come, in the order they were asked for. */
export class Faults {
  readonly path = '/_sandbox/faults';
  #waiting: Fault[] = [];

  /** The next fault for this call, which counts as used. */
  take(service: string, action: string): Fault | undefined {
    const index = this.#waiting.findIndex(
      (fault) => [service, '*'].includes(fault.service) && (fault.action === undefined || fault.action === action),
    );
    const fault = this.#waiting[index];
    if (fault === undefined) return undefined;
    this.#waiting = this.#waiting.flatMap((other) => {
      if (other !== fault) return [other];
      return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    });
    return fault;
  }

  /** The control endpoint: POST adds one, GET lists them, DELETE forgets all. */
  control(method: string, body: string): ServiceResponse {
    switch (method) {
      case 'GET':
        return json(200, this.#waiting.map(shown));
      case 'DELETE':
        this.#waiting = [];
        return json(200, []);
      case 'POST': {
        const fault = parseFault(body);
        if (typeof fault === 'string') return json(400, { message: fault });
        this.#waiting.push(fault);
        return json(201, shown(fault));
      }
      default:
        return json(405, { message: 'Use GET, POST or DELETE.' });
    }
  }
}

/** The fault, or a sentence that says what is wrong with it. */
function parseFault(body: string): Fault | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'The body is not JSON.';
  }
  if (typeof value !== 'object' || value === null) return 'The body is not a JSON object.';
  const { service, action, status, code, times, delayMs, ...rest }: Partial<Record<string, unknown>> = { ...value };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `Unknown field "${unknown}": use service, action, status, code, times, delayMs.`;
  if (typeof service !== 'string' || service === '') return '"service" must be the name of a service, or "*".';
  if (action !== undefined && typeof action !== 'string') return '"action" must be the name of an operation.';
  if (!isInteger(times, 1, 1000)) return '"times" must be from 1 to 1000.';
  if (delayMs !== undefined && !isInteger(delayMs, 1, 600_000)) return '"delayMs" must be from 1 to 600000.';
  const common = {
    service,
    times,
    ...(action === undefined ? {} : { action }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
  if (delayMs !== undefined && status === undefined && code === undefined) return common;
  if (!isInteger(status, 400, 599)) return '"status" must be from 400 to 599.';
  if (typeof code !== 'string' || code === '') return '"code" must be the code of an error.';
  return { ...common, error: { status, code } };
}

/** As it was given. */
function shown({ error, ...rest }: Fault): object {
  return { ...rest, ...error };
}

function isInteger(value: unknown, lowest: number, highest: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= lowest && value <= highest;
}

function json(status: number, value: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
