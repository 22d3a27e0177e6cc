/** Where progress goes: `@actions/core` in a workflow, the terminal from Make, a recorder in tests. */
export interface Log {
  info(message: string): void;
  warning(message: string): void;
  /** An error that belongs to a place in a file is shown there by GitHub. */
  error(message: string, place?: { readonly file?: string; readonly line?: number; readonly title?: string }): void;
  group<T>(name: string, body: () => Promise<T>): Promise<T>;
  /** From here on the value is shown as `***`. */
  mask(value: string): void;
}

/** For the terminal: everything on standard error, so that standard output stays for results. */
export function terminalLog(write: (text: string) => void = (text) => void process.stderr.write(text)): Log {
  return {
    info: (message) => write(`${message}\n`),
    warning: (message) => write(`Warning: ${message}\n`),
    error: (message, place) => write(`Error: ${place?.file === undefined ? '' : `${place.file}: `}${message}\n`),
    group: (name, body) => {
      write(`${name}\n`);
      return body();
    },
    // A terminal has no masking of its own: whoever prints is careful, and nothing here prints a secret.
    mask: () => undefined,
  };
}
