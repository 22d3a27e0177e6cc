import type { Logger } from '../logger.ts';

export type Line = { readonly level: string; readonly message: string } & Readonly<Record<string, unknown>>;

/** Keeps what would be written, with the keys that were there at that moment. */
export class RecordingLogger implements Logger {
  readonly lines: Line[] = [];
  #keys: Record<string, unknown> = {};

  readonly info = this.#record('info');
  readonly warn = this.#record('warn');
  readonly error = this.#record('error');

  readonly addContext: Logger['addContext'] = ({ awsRequestId }) => {
    this.#keys['function_request_id'] = awsRequestId;
  };
  readonly appendKeys: Logger['appendKeys'] = (keys) => {
    Object.assign(this.#keys, keys);
  };
  readonly resetKeys = (): void => {
    this.#keys = {};
  };

  #record(level: string): Logger['info'] {
    return (input, ...extra) => {
      const main = typeof input === 'string' ? { message: input } : input;
      this.lines.push({ level, ...this.#keys, ...main, ...Object.assign({}, ...extra) });
    };
  }
}
