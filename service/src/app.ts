import express, { type Express } from 'express';
import type { MappingCache } from '@repo/string-replacement';
import { requireApiKey } from './access/api-key.ts';
import { limitRate } from './access/rate-limit.ts';
import type { Config } from './config.ts';
import type { DocsAssets } from './docs/assets.ts';
import { docsRoutes } from './docs/routes.ts';
import { healthRoutes, type Health } from './health/routes.ts';
import { errorHandler, notFound } from './http/errors.ts';
import { requestId } from './http/request-id.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security.ts';
import type { Logger } from './logger.ts';
import { replaceRoutes } from './replace/routes.ts';

export type AppDependencies = {
  readonly config: Pick<Config, 'apiKeys' | 'rateLimitPerMinute' | 'version'>;
  readonly mappings: MappingCache;
  readonly health: Health;
  readonly docs: DocsAssets;
  readonly logger: Logger;
};

/** What answers requests, without the server that brings them. The order is the meaning: what comes first also holds for errors. */
export function createApp({ config, mappings, health, docs, logger }: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use(requestId, requestLog(logger), securityHeaders);
  app.use((_, response, next) => {
    response.set('x-service-version', config.version);
    next();
  });
  app.use(healthRoutes(health, config.version));
  app.use(docsRoutes(docs));
  // The key before the path: without one nobody learns what there is. And both before the body, which is not even read.
  app.use('/api', requireApiKey(config.apiKeys), limitRate(config.rateLimitPerMinute));
  app.use('/api', (_, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  app.use('/api', replaceRoutes(mappings));
  app.use(notFound);
  app.use(errorHandler(logger));
  return app;
}
