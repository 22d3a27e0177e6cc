import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { tooManyRequests } from '../http/errors.ts';
import { keyDigest } from './api-key.ts';

/**
 * So many requests a minute for each key, counted by this process alone: with n tasks a key may make up to n times as many. It
 * protects the process; quotas are for the API Gateway half. Who has no key does not get here, and is limited by the WAF.
 */
export function limitRate(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator: keyDigest,
    // `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`; later drafts send a part of the key's digest.
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    handler: () => {
      throw tooManyRequests();
    },
  });
}
