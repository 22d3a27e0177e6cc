import { ApiError } from './answers.ts';

/** An answer to give instead of the real one, or (without `status`) only a delay before it. */
export interface Fault {
  /** Any method if left out. */
  method?: string;
  /** GitHub's name of an operation, such as `issues/create-comment`. */
  operation?: string;
  /** Regular expression that the request's path and query must match; one of the two must be given. */
  path?: string;
  status?: number;
  /** Default: `{ "message": "Fault on demand" }`. Text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** How many requests it hits; 1 if left out. */
  times?: number;
  delayMs?: number;
}

export class Faults {
  #faults: (Fault & { pattern: RegExp; left: number })[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault, pattern: new RegExp(fault.path ?? ''), left: fault.times ?? 1 });
  }

  /** As it arrives over HTTP. */
  addText(text: string): void {
    try {
      const fault: Fault = JSON.parse(text);
      const given = [fault.path, fault.operation].filter((one) => typeof one === 'string');
      if (given.length === 0) throw new SyntaxError('there is neither "path" nor "operation"');
      this.add(fault);
    } catch (error) {
      throw new ApiError(
        422,
        `A fault is JSON with a "path" (a regular expression) or an "operation": ${String(error)}`,
      );
    }
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that this request meets, counted. */
  take(method: string, path: string, operation: string | undefined): Fault | undefined {
    const hit = this.#faults
      .filter((fault) => (fault.method ?? method) === method && (fault.operation ?? operation) === operation)
      .find((fault) => fault.pattern.test(path));
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) this.#faults = this.#faults.filter((fault) => fault !== hit);
    return hit;
  }
}
