import { SSMClient } from '@aws-sdk/client-ssm';
import { createMappingCache, type MappingCache } from '@repo/string-replacement';
import type { Logger } from './logger.ts';
import { readParameter } from './parameter.ts';

/** What the lambdas that use the map are made from. */
export type MappingDependencies = {
  readonly mappings: MappingCache;
  readonly logger: Logger;
  /** The lambda's version, for the header `x-lambda-version`. */
  readonly version: string | undefined;
};

/** The map of replacements, from an SSM parameter and then from memory: one per process. */
export function openMappings(parameterName: string, logger: Logger): MappingCache {
  // Short enough that a caller gets an answer before the lambda's own time is up.
  const client = new SSMClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return createMappingCache({
    read: () => readParameter(client, parameterName),
    logger: {
      warn: (message, fields = {}) => logger.warn(message, fields),
      error: (message, fields = {}) => logger.error(message, fields),
    },
  });
}
