import type { Writable } from 'node:stream';
import winston from 'winston';

// Where winston's transports look for the line: https://github.com/winstonjs/triple-beam
const MESSAGE = Symbol.for('message');

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Fields = Readonly<Record<string, unknown>>;
type Write = (message: string, fields?: Fields) => void;

/** One line of JSON per call. What is given must hold no key and nothing of a body. */
export type Logger = { readonly error: Write; readonly warn: Write; readonly info: Write; readonly debug: Write };

export type LoggerOptions = {
  readonly level: LogLevel;
  /** In each line, so that a log of two versions can be told apart. */
  readonly version?: string;
  readonly output?: Writable;
};

export function createLogger({ level, version, output = process.stdout }: LoggerOptions): Logger {
  const logger = winston.createLogger({
    level,
    levels: winston.config.npm.levels,
    ...(version === undefined ? {} : { defaultMeta: { version } }),
    format: winston.format.combine(
      winston.format.timestamp(),
      winston.format((info) => Object.assign(info, { [MESSAGE]: JSON.stringify(toLine(info)) }))(),
    ),
    transports: new winston.transports.Stream({ stream: output, eol: '\n' }),
  });
  // Copied, because winston writes the level and the line into the object that it is given.
  const write =
    (to: LogLevel): Write =>
    (message, fields = {}) => {
      logger.log(to, message, { ...fields });
    };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** First what each line has, and then the rest. winston's own format for errors would keep what hangs on them. */
function toLine({ timestamp, level, message, ...fields }: Fields): Fields {
  const rest = Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]);
  return { timestamp, level, message, ...Object.fromEntries(rest) };
}

// Causes may go round in a circle.
const MAX_DEPTH = 8;

/** Of errors only what all of them have: the SDK's also carry the request, with its credentials, and the response. */
function describe(error: Error, depth = 1): Fields {
  const { name, message, stack, cause } = error;
  if (depth === MAX_DEPTH) return { name, message, stack };
  return {
    name,
    message,
    stack,
    ...(cause === undefined ? {} : { cause: describeAny(cause, depth + 1) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.map((each: unknown) => describeAny(each, depth + 1)) }
      : {}),
  };
}

function describeAny(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describe(value, depth);
  // Of anything else only that it is there: it may hold what no log should.
  return typeof value === 'string' ? value : typeof value;
}
