import { Ajv, type ErrorObject, type SchemaObject } from 'ajv';
import { InvalidRequestError } from './invalid-request.ts';

/** The part of a proxy event that carries the body. */
export type BodyEvent = { readonly body: string | null; readonly isBase64Encoded: boolean };

/** @throws InvalidRequestError with the cause */
export type BodyParser<Body> = (event: BodyEvent) => Body;

/**
 * Makes the parser for the bodies that `schema` describes: the same JSON schema that API Gateway has as its model. API Gateway
 * reads it as draft 4 and ajv as draft 7, so it may use only keywords that mean the same in both, and no `$schema`.
 *
 * API Gateway checks the body too, but only for requests that say `content-type: application/json`.
 */
export function createBodyParser<Body>(schema: SchemaObject): BodyParser<Body> {
  // Checking the schema itself against draft 7 would take two thirds of ajv's time at a cold start. A test does it instead.
  const isValid = new Ajv({ meta: false, validateSchema: false }).compile<Body>(schema);
  return (event) => {
    const body = parseJson(decode(event));
    if (isValid(body)) return body;
    throw new InvalidRequestError(explain(isValid.errors?.[0]));
  };
}

function decode({ body, isBase64Encoded }: BodyEvent): string {
  if (body === null || body === '') throw new InvalidRequestError('Invalid request body: it is empty');
  if (!isBase64Encoded) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch (cause) {
    throw new InvalidRequestError('Invalid request body: it is not UTF-8', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause: the parser's message quotes the body, and errors end in the log.
    throw new InvalidRequestError('Invalid request body: it is not JSON');
  }
}

function explain(error: ErrorObject | undefined): string {
  if (error === undefined) return 'Invalid request body';
  const where = error.instancePath === '' ? 'it' : error.instancePath.slice(1).replaceAll('/', '.');
  return `Invalid request body: ${where} ${error.message ?? 'is not valid'}`;
}
