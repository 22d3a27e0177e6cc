import type { Logger as MappingLogger } from '@repo/string-replacement';

type Fields = Readonly<Record<string, unknown>>;

/** Writes one line of JSON per call: `{ level, message, timestamp, ...fields }`. */
export type Logger = MappingLogger & {
  readonly info: (message: string, fields?: Fields) => void;
  /** A logger that adds `fields` to every line. */
  readonly with: (fields: Fields) => Logger;
};

export type LoggerOptions = {
  /** Takes one line, its end included; standard output, which Lambda sends to CloudWatch Logs. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
  readonly fields?: Fields;
};

/**
 * Powertools for AWS Lambda has a logger too. Ours is these lines: no metrics, no sampling, no decorators are wanted here,
 * and each further package is loaded at every cold start.
 */
export function createLogger({
  write = (line) => process.stdout.write(line),
  now = () => new Date(),
  fields: always = {},
}: LoggerOptions = {}): Logger {
  const log =
    (level: string) =>
    (message: string, fields: Fields = {}): void => {
      const line = { level, message, timestamp: now().toISOString(), ...always, ...fields };
      write(
        `${JSON.stringify(line, (_, value: unknown) => (value instanceof Error ? describeError(value) : value))}\n`,
      );
    };
  return {
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    with: (fields) => createLogger({ write, now, fields: { ...always, ...fields } }),
  };
}

/** Of errors only what is the same for all of them: the SDK's also carry the request and the response. */
function describeError({ name, message, stack, cause }: Error): Fields {
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
