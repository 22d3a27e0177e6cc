import { Router } from 'express';
import { onlyMethods } from '../http/errors.ts';

export type Health = { readonly draining: boolean };

/**
 * `GET /status/health`: whether this process takes requests; 503 once it is about to end. It does not look at SSM: a process without a
 * map is not mended by being replaced, and all of them would be replaced at once, those too that still have their last good map.
 * That a version cannot work is for the alarms on its 5xx to say, which roll a release back.
 */
export function healthRoutes(health: Health, version: string): Router {
  const router = Router();
  router
    .route('/status/health')
    .get((_, response) => {
      response.set('cache-control', 'no-store');
      response.status(health.draining ? 503 : 200).json({ status: health.draining ? 'draining' : 'ok', version });
    })
    .all(onlyMethods('GET', 'HEAD'));
  return router;
}
