import { ApiError } from './answers.ts';

/** An answer to give instead of the real one, or (without `status`) only a delay before it. */
export interface Fault {
  /** Any method if left out. */
  method?: string;
  /** Regular expression that the request's path and query must match. */
  path: string;
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
    this.#faults.push({ ...fault, pattern: new RegExp(fault.path), left: fault.times ?? 1 });
  }

  /** As it arrives over HTTP. */
  addText(text: string): void {
    try {
      const fault: Fault = JSON.parse(text);
      if (typeof fault.path !== 'string') throw new SyntaxError('there is no "path"');
      this.add(fault);
    } catch (error) {
      throw new ApiError(422, `A fault is JSON with a "path", a regular expression: ${String(error)}`);
    }
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that this request meets, counted. */
  take(method: string, path: string): Fault | undefined {
    const hit = this.#faults.find((fault) => (fault.method ?? method) === method && fault.pattern.test(path));
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) this.#faults = this.#faults.filter((fault) => fault !== hit);
    return hit;
  }
}
