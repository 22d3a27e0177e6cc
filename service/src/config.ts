import Joi from 'joi';
import { LOG_LEVELS, type LogLevel } from './logger.ts';

export type Config = {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly apiKeys: ApiKeys;
  /** The SSM parameter that holds the map of replacements, as JSON. */
  readonly mappingParameterName: string;
  readonly region: string;
  readonly logLevel: LogLevel;
  /** How many requests a minute one key may make of one process. */
  readonly rateLimitPerMinute: number;
  readonly keepAliveTimeoutSeconds: number;
  readonly shutdownDelaySeconds: number;
  readonly shutdownTimeoutSeconds: number;
  /** The commit that runs, for people to see. */
  readonly version: string;
};

/** `previous` is accepted too while keys are rotated. */
export type ApiKeys = { readonly current: string; readonly previous?: string };

/** Something in the environment is missing or wrong. The message names all of it and what to set, and quotes no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = {
  HOST: string;
  PORT: number;
  API_KEY: string;
  API_KEY_PREVIOUS?: string;
  STRINGS_MAPPING_PARAMETER_NAME: string;
  AWS_REGION: string;
  LOG_LEVEL: LogLevel;
  RATE_LIMIT_PER_MINUTE: number;
  KEEP_ALIVE_TIMEOUT_SECONDS: number;
  SHUTDOWN_DELAY_SECONDS: number;
  SHUTDOWN_TIMEOUT_SECONDS: number;
  VERSION: string;
};

// What a header can carry without a doubt about its encoding or its ends.
const key = Joi.string().pattern(/^[\x21-\x7e]{20,1024}$/);
const seconds = (from: number, to: number): Joi.NumberSchema => Joi.number().min(from).max(to);

// Put in before anything is checked, because one variable is compared with another.
const defaults = {
  HOST: '0.0.0.0',
  PORT: '8080',
  LOG_LEVEL: 'info',
  RATE_LIMIT_PER_MINUTE: '6000',
  KEEP_ALIVE_TIMEOUT_SECONDS: '75',
  SHUTDOWN_DELAY_SECONDS: '5',
  SHUTDOWN_TIMEOUT_SECONDS: '25',
  VERSION: 'unknown',
};

/** Each variable with the sentence that says what to set. */
const variables: Readonly<Record<keyof Environment, readonly [schema: Joi.Schema, hint: string]>> = {
  HOST: [Joi.string().hostname(), 'set it to the address to listen on, or leave it out for 0.0.0.0'],
  PORT: [Joi.number().port(), 'set it to a port from 0 to 65535, or leave it out for 8080'],
  API_KEY: [key.required(), 'set it to the key that callers send: 20 to 1024 visible ASCII characters'],
  API_KEY_PREVIOUS: [
    key,
    'set it to the key that is accepted too while keys are rotated, 20 to 1024 visible ASCII characters, or leave it out',
  ],
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
  STRINGS_MAPPING_PARAMETER_NAME: [
    Joi.string()
      .pattern(/^[\w./:-]+$/)
      .max(2048)
      .required(),
    'set it to the name of the SSM parameter that holds the map of replacements',
  ],
  AWS_REGION: [
    Joi.string()
      .pattern(/^[a-z]{2}(-[a-z]+)+-\d+$/)
      .required(),
    'set it to the region of that parameter, for example eu-west-1',
  ],
  LOG_LEVEL: [Joi.string().valid(...LOG_LEVELS), `set it to one of ${LOG_LEVELS.join(', ')}, or leave it out for info`],
  RATE_LIMIT_PER_MINUTE: [
    Joi.number().integer().min(1).max(10_000_000),
    'set it to a whole number from 1 to 10000000, or leave it out for 6000',
  ],
  KEEP_ALIVE_TIMEOUT_SECONDS: [
    seconds(1, 3600),
    'set it to seconds from 1 to 3600, more than the idle timeout of the load balancer, or leave it out for 75',
  ],
  SHUTDOWN_DELAY_SECONDS: [seconds(0, 110), 'set it to seconds from 0 to 110, or leave it out for 5'],
  SHUTDOWN_TIMEOUT_SECONDS: [
    // 120 is the longest stopTimeout of a task on Fargate.
    seconds(1, 120).greater(Joi.ref('SHUTDOWN_DELAY_SECONDS')),
    'set it to seconds from 1 to 120, more than SHUTDOWN_DELAY_SECONDS and less than the stop timeout of the task, or leave it out for 25',
  ],
  VERSION: [
    Joi.string().pattern(/^[\w.+-]{1,128}$/),
    'set it to the commit that runs: letters, digits and ._+- alone, or leave it out',
  ],
};

const schema = Joi.object<Environment>(
  Object.fromEntries(Object.entries(variables).map(([name, [variable]]) => [name, variable])),
)
  .unknown()
  .prefs({ abortEarly: false });

/**
 * A variable that is set to nothing counts as not set.
 *
 * @throws ConfigError that names everything that is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.entries(env).filter(([, text]) => text !== '' && text !== undefined);
  const { error, value } = schema.validate({ ...defaults, ...Object.fromEntries(given) });
  if (error !== undefined) throw new ConfigError(explain(error));
  return {
    host: value.HOST,
    port: value.PORT,
    apiKeys: {
      current: value.API_KEY,
      ...(value.API_KEY_PREVIOUS === undefined ? {} : { previous: value.API_KEY_PREVIOUS }),
    },
    mappingParameterName: value.STRINGS_MAPPING_PARAMETER_NAME,
    region: value.AWS_REGION,
    logLevel: value.LOG_LEVEL,
    rateLimitPerMinute: value.RATE_LIMIT_PER_MINUTE,
    keepAliveTimeoutSeconds: value.KEEP_ALIVE_TIMEOUT_SECONDS,
    shutdownDelaySeconds: value.SHUTDOWN_DELAY_SECONDS,
    shutdownTimeoutSeconds: value.SHUTDOWN_TIMEOUT_SECONDS,
    version: value.VERSION,
  };
}

/** joi's own messages quote values, and some of these are keys. */
function explain({ details }: Joi.ValidationError): string {
  const missing = new Set(details.filter(({ type }) => type === 'any.required').map(({ path }) => path[0]));
  const wrong = new Set(details.map(({ path }) => path[0]));
  const problems = Object.entries(variables)
    .filter(([name]) => wrong.has(name))
    .map(([name, [, hint]]) => `${name} is ${missing.has(name) ? 'missing' : 'not usable'}: ${hint}.`);
  return `The configuration is not usable. ${problems.join(' ')}`;
}
