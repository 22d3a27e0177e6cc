import { Router, type RequestHandler } from 'express';
import type { MappingCache } from '@repo/string-replacement';
import { onlyMethods } from '../http/errors.ts';
import { jsonBody } from '../http/json-body.ts';
import { addToLog } from '../http/request-log.ts';
import { parseReplaceRequest } from './request.ts';

/** `POST /string/replace` `{"content": string}`: 200 `{"message": string}`. */
export function replaceRoutes(mappings: MappingCache): Router {
  const replaceStrings: RequestHandler = async (request, response) => {
    const { content } = parseReplaceRequest(request.body);
    const { replace } = await mappings.get();
    const message = replace(content);
    addToLog(response, { characters: content.length, changed: message !== content });
    response.json({ message });
  };
  const router = Router();
  router
    .route('/string/replace')
    .post(...jsonBody, replaceStrings)
    .all(onlyMethods('POST'));
  return router;
}
