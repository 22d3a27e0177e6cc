import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { ApiKeys } from '../config.ts';
import { forbidden } from '../http/errors.ts';
import { addToLog } from '../http/request-log.ts';

/**
 * Lets through who sends one of the keys in `x-api-key`; the log says which of the two. What is compared are digests, which have one
 * length, in a time that does not depend on where they differ.
 */
export function requireApiKey({ current, previous }: ApiKeys): RequestHandler {
  const accepted = [
    { name: 'current', digest: digest(current) },
    ...(previous === undefined ? [] : [{ name: 'previous', digest: digest(previous) }]),
  ];
  return (request, response, next) => {
    const given = digest(keyOf(request));
    // All of them, whichever fits.
    const [match] = accepted.filter((key) => timingSafeEqual(key.digest, given));
    if (match === undefined) throw forbidden();
    addToLog(response, { key: match.name });
    next();
  };
}

/** What stands for the key of this request where the key itself must not be kept. */
export function keyDigest(request: Request): string {
  return digest(keyOf(request)).toString('base64url');
}

function keyOf(request: Request): string {
  return request.get('x-api-key') ?? '';
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
