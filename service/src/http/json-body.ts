import { MIMEType } from 'node:util';
import express, { type Request, type RequestHandler } from 'express';
import { malformedInput, payloadTooLarge, undecodablePayload, unsupportedMediaType } from './errors.ts';

/** As the WAF and the OpenAPI document say too. */
export const MAX_BODY_BYTES = 1024 * 1024;

// Bytes as they are sent: nothing is unpacked, so no small body becomes a large one (415 for those that are compressed), and
// the decoding of text is our own, because Express's replaces what is not UTF-8 without a word.
const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });

/** Leaves in `request.body` the value of a JSON body. Whether its shape is right is for the route to say. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _, next) => {
    // Without a body and without a type nothing is of the wrong type: something is missing.
    if (request.get('content-type') === undefined && isEmpty(request)) throw malformedInput();
    if (!isJson(request.get('content-type'))) throw unsupportedMediaType();
    next();
  },
  (request, response, next) => {
    readBytes(request, response, (error?: unknown) => {
      next(error === undefined ? undefined : toHttpError(error));
    });
  },
  (request, _, next) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body) || body.length === 0) throw malformedInput();
    request.body = parse(body);
    next();
  },
];

function isEmpty({ headers }: Request): boolean {
  return headers['transfer-encoding'] === undefined && ['0', undefined].includes(headers['content-length']);
}

/** `application/json`, in UTF-8 if it says in what: RFC 8259 knows no other. */
function isJson(contentType: string | undefined): boolean {
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    const charset = params.get('charset')?.toLowerCase() ?? 'utf-8';
    return essence === 'application/json' && ['utf-8', 'utf8', 'us-ascii'].includes(charset);
  } catch {
    // Not a media type at all.
    return false;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Without its cause: the parser's message quotes the body.
    throw undecodablePayload();
  }
}

/** Source: https://github.com/expressjs/body-parser#errors */
function toHttpError(error: unknown): unknown {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return payloadTooLarge();
    case 'encoding.unsupported':
      return unsupportedMediaType();
    // Less or more than was announced.
    case 'request.size.invalid':
    case 'request.aborted':
      return undecodablePayload();
    default:
      return error;
  }
}
