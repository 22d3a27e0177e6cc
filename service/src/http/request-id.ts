import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';

const HEADER = 'x-request-id';
// Enough for UUIDs, ULIDs and trace ids; nothing that a reader of logs could take for something else.
const wellFormed = /^[\w.:=@/+-]{1,128}$/;

/**
 * Gives each request an id, in the answer's header `x-request-id` and in the log: the caller's, if it is well-formed, or the load
 * balancer's trace id, or a new one.
 */
export const requestId: RequestHandler = (request, response, next) => {
  response.set(HEADER, callersId(request) ?? traceIdOf(request) ?? randomUUID());
  next();
};

export function requestIdOf(response: Response): string {
  return response.get(HEADER) ?? '';
}

/**
 * The root of `X-Amzn-Trace-Id`, which a load balancer gives to each request that has none.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function traceIdOf(request: Request): string | undefined {
  return /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/.exec(request.get('x-amzn-trace-id') ?? '')?.[1];
}

function callersId(request: Request): string | undefined {
  const id = request.get(HEADER);
  return id !== undefined && wellFormed.test(id) ? id : undefined;
}
