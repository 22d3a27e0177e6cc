import type Joi from 'joi';
import { InvalidRequestError } from './invalid-request.ts';
import type { RestEvent } from './rest-handler.ts';

/** @throws InvalidRequestError with the cause */
export type ParameterReader<Parameters> = (
  event: Pick<RestEvent, 'pathParameters' | 'queryStringParameters'>,
) => Parameters;

/**
 * Makes the reader of a request's path and query parameters. API Gateway has looked whether the required ones are there; the
 * schema says the rest, and names of which it says nothing are left out.
 *
 * A REST API hands on the parameters of the path as they came, percent-encoded, and those of the query decoded; that is not
 * in its documentation, but in many reports (serverless/serverless#5037, middleapi/standard-server#93).
 */
export function createParameterReader<Parameters>(schema: Joi.ObjectSchema<Parameters>): ParameterReader<Parameters> {
  return ({ pathParameters, queryStringParameters }) => {
    const path = Object.entries(pathParameters ?? {}).map(([name, value]) => [name, decode(name, value)]);
    const given: unknown = { ...queryStringParameters, ...Object.fromEntries(path) };
    const { error, value } = schema.validate(given, { stripUnknown: true, errors: { wrap: { label: false } } });
    // Without its cause: joi's error holds the values.
    if (error !== undefined) throw new InvalidRequestError(`Invalid request parameters: ${error.message}`);
    return value;
  };
}

function decode(name: string, value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    throw new InvalidRequestError(`Invalid request parameters: ${name} is not percent-encoded UTF-8`);
  }
}
