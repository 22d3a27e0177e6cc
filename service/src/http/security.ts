import type { RequestHandler } from 'express';
import helmet, { contentSecurityPolicy } from 'helmet';

/** Answers are data: nothing in them may load, run or be framed. */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
  },
});

/**
 * For pages: their own scripts and styles, and calls to where they come from. Without `upgrade-insecure-requests`, which helmet has by
 * default, because without a domain the load balancer speaks HTTP and the page would find nothing.
 */
export const pageSecurityHeaders: RequestHandler = contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});
