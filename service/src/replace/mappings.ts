import { SSMClient } from '@aws-sdk/client-ssm';
import { createMappingCache, type MappingCache } from '@repo/string-replacement';
import { readParameter } from '../../../lambdas/shared/parameter.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';

/** The map of replacements, from an SSM parameter and then from memory: one per process. */
export function openMappings(
  { mappingParameterName, region }: Pick<Config, 'mappingParameterName' | 'region'>,
  logger: Logger,
): MappingCache {
  // Only callers that come before there is a map wait for this, and not for long.
  const client = new SSMClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return createMappingCache({ read: () => readParameter(client, mappingParameterName), logger });
}
