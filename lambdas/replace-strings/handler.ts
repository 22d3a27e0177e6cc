import { SSMClient } from '@aws-sdk/client-ssm';
import { createMappingCache } from '@repo/string-replacement';
import { createLogger } from '../shared/logger.ts';
import { readParameter } from '../shared/parameter.ts';
import { readConfig } from './config.ts';
import { createHandler } from './replace-strings.ts';

// All this once per process. A mistake in the configuration ends it here, where Lambda logs it with its message.
const { mappingParameterName, version } = readConfig(process.env);
const logger = createLogger();
// Short enough that a caller gets an answer before the lambda's own time is up.
const client = new SSMClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});
const mappings = createMappingCache({ read: () => readParameter(client, mappingParameterName), logger });

export const handler = createHandler({ mappings, logger, version });
