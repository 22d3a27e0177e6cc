import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from '../logger.ts';
import { requestIdOf } from './request-id.ts';

/** What becomes an answer `{"message": message}` with this status. The words are the interface: clients compare them. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const forbidden = (): HttpError => new HttpError(403, 'Forbidden');
export const malformedInput = (): HttpError => new HttpError(400, 'Malformed Input');
export const undecodablePayload = (): HttpError => new HttpError(400, 'Something went wrong in decoding Payload');
export const payloadTooLarge = (): HttpError => new HttpError(413, 'Payload Too Large');
export const unsupportedMediaType = (): HttpError => new HttpError(415, 'Unsupported Media Type');
export const tooManyRequests = (): HttpError => new HttpError(429, 'Too Many Requests');

export const notFound: RequestHandler = () => {
  throw new HttpError(404, 'Not Found');
};

/** For a path that exists, asked for with another method: says with which it can be. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  return (_, response) => {
    response.set('allow', methods.join(', '));
    throw new HttpError(405, 'Method Not Allowed');
  };
}

/** The one place where errors become answers: what is not an {@link HttpError} is ours, logged whole and answered without detail. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _, response, next) => {
    if (response.headersSent) {
      // Part of another answer is out. Express ends the connection, so that nobody takes it for whole.
      logger.error('Failed while answering', { requestId: requestIdOf(response), error });
      next(error);
      return;
    }
    const { status, message } = error instanceof HttpError ? error : new HttpError(500, 'Internal Server Error');
    if (status >= 500) logger.error('Failed', { requestId: requestIdOf(response), error });
    response.status(status).json({ message });
  };
}
