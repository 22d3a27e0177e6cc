import { readConfig } from '../shared/config.ts';
import { createLogger } from '../shared/logger.ts';
import { openMappings } from '../shared/mappings.ts';
import { createHandler } from './search-mappings.ts';

// All this once per process. A mistake in the configuration ends it here, where Lambda logs it with its message.
const { mappingParameterName, version } = readConfig(process.env);
const logger = createLogger();

export const handler = createHandler({ mappings: openMappings(mappingParameterName, logger), logger, version });
