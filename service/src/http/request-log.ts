import type { Request, RequestHandler, Response } from 'express';
import type { Fields, Logger } from '../logger.ts';
import { requestIdOf, traceIdOf } from './request-id.ts';

const MAX_PATH = 256;
const added = new WeakMap<Response, Fields>();

/** More for the line of this request: numbers and the like, never a text of the caller's. */
export function addToLog(response: Response, fields: Fields): void {
  added.set(response, { ...added.get(response), ...fields });
}

/**
 * One line per request, once it is answered or given up. It holds no body, no query and no header but ids. Good answers to health
 * checks, several a minute from each load balancer node, are there on the level `debug` only.
 */
export function requestLog(logger: Logger, now: () => number = () => performance.now()): RequestHandler {
  return (request, response, next) => {
    const start = now();
    const { socket } = request;
    const writtenBefore = socket.bytesWritten;
    response.once('close', () => {
      const aborted = !response.writableFinished;
      const path = pathOf(request);
      const traceId = traceIdOf(request);
      const quiet = path === '/status/health' && response.statusCode === 200;
      logger[quiet ? 'debug' : 'info'](aborted ? 'Given up' : 'Answered', {
        requestId: requestIdOf(response),
        ...(traceId === undefined ? {} : { traceId }),
        method: request.method,
        path,
        status: response.statusCode,
        durationMs: Math.round((now() - start) * 10) / 10,
        requestBytes: Number(request.get('content-length') ?? 0),
        responseBytes: socket.bytesWritten - writtenBefore,
        ...(aborted ? { aborted } : {}),
        ...added.get(response),
      });
    });
    next();
  };
}

/** Without the query. Routers change `request.path`. */
function pathOf({ originalUrl }: Request): string {
  return (originalUrl.split('?', 1)[0] ?? '').slice(0, MAX_PATH);
}
