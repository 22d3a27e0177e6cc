import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';

/**
 * Powertools' logger: one line of JSON per call, with the request id, the function and whether it was a cold start once it has
 * the context; POWERTOOLS_LOG_LEVEL says from which level on (INFO). This is what we use of it: not `logEvent`, which would
 * write bodies and keys.
 */
export type Logger = Pick<PowertoolsLogger, 'info' | 'warn' | 'error' | 'addContext' | 'appendKeys' | 'resetKeys'>;

/** @param env - AWS_LAMBDA_FUNCTION_NAME becomes the `service` of each line, unless POWERTOOLS_SERVICE_NAME says otherwise. */
export function createLogger(env: NodeJS.ProcessEnv = process.env): Logger {
  const serviceName = env['POWERTOOLS_SERVICE_NAME'] ?? env['AWS_LAMBDA_FUNCTION_NAME'];
  return new PowertoolsLogger({
    ...(serviceName === undefined ? {} : { serviceName }),
    jsonReplacerFn: (_, value) => (value instanceof Error ? describeError(value) : value),
  });
}

/** Of errors only what all of them have: the SDK's also carry the request and the response, and Powertools would keep both. */
function describeError({ name, message, stack, cause }: Error): Record<string, unknown> {
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
