import { Router } from 'express';
import { onlyMethods } from '../http/errors.ts';
import { pageSecurityHeaders } from '../http/security.ts';
import type { DocsAssets } from './assets.ts';
import { openApi } from './openapi.ts';
import { page, startScript } from './page.ts';

/** `GET /openapi.json`, and `GET /docs`: a page to read it and to try it. Neither needs a key, or anything from the network. */
export function docsRoutes(assets: DocsAssets): Router {
  const router = Router();
  const files: DocsAssets = {
    ...assets,
    'start.js': { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(startScript) },
  };
  router
    .route('/openapi.json')
    .get((_, response) => {
      response.set('cache-control', 'no-cache').json(openApi);
    })
    .all(onlyMethods('GET', 'HEAD'));
  router
    .route('/docs')
    .get(pageSecurityHeaders, (_, response) => {
      response.set('cache-control', 'no-cache').type('html').send(page);
    })
    .all(onlyMethods('GET', 'HEAD'));
  for (const [name, { type, bytes }] of Object.entries(files)) {
    router.get(`/docs/${name}`, (_, response) => {
      response.set('cache-control', 'public, max-age=3600').type(type).send(bytes);
    });
  }
  return router;
}
