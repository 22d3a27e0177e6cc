import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import Joi from 'joi';
import { InvalidRequestError } from '../invalid-request.ts';
import { createParameterReader } from '../request-parameters.ts';

const read = createParameterReader<{ key: string; text?: string; limit: number }>(
  Joi.object({ key: Joi.string().required(), text: Joi.string().max(3), limit: Joi.number().integer().default(20) }),
);
const inPath = (key: string): { pathParameters: { key: string }; queryStringParameters: null } => ({
  pathParameters: { key },
  queryStringParameters: null,
});

describe('parameters of the path come percent-encoded', () => {
  test.each([
    ['ABN%20AMRO', 'ABN AMRO'],
    ['a%2Fb', 'a/b'],
    ['100%25', '100%'],
    ['%2525', '%25'],
    ['C++', 'C++'],
    ['caf%C3%A9%E2%98%95', 'café☕'],
  ])('%s is %j', (encoded, key) => {
    expect(read(inPath(encoded)).key).toBe(key);
  });

  test('so every text arrives as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        expect(read(inPath(encodeURIComponent(key))).key).toBe(key);
      }),
    );
  });

  test.each(['%', '%zz', '%E0%A4%A', '100%'])('%j is refused with the cause', (key) => {
    expect(() => read(inPath(key))).toThrow(
      new InvalidRequestError('Invalid request parameters: key is not percent-encoded UTF-8'),
    );
  });
});

describe('parameters of the query', () => {
  const withQuery = (query: Record<string, string>) =>
    read({ pathParameters: { key: 'k' }, queryStringParameters: query });

  test('come decoded, and are taken as they are', () => {
    expect(withQuery({ text: '%41' })).toEqual({ key: 'k', text: '%41', limit: 20 });
  });

  test('become what the schema says, and others are left out', () => {
    expect(withQuery({ limit: '5', more: 'x' })).toEqual({ key: 'k', limit: 5 });
  });

  test('are no parameters of the path', () => {
    expect(withQuery({ key: 'other' }).key).toBe('k');
  });

  test.each([
    [{ limit: 'all' }, 'limit must be a number'],
    [{ limit: '1.5' }, 'limit must be an integer'],
    [{ text: '' }, 'text is not allowed to be empty'],
    [{ text: 'hunter2' }, 'text length must be less than or equal to 3 characters long'],
  ])('%j is refused with the cause and without the value', (query: Record<string, string>, cause) => {
    expect(() => withQuery(query)).toThrow(new InvalidRequestError(`Invalid request parameters: ${cause}`));
  });
});

test('what is required must be there', () => {
  expect(() => read({ pathParameters: null, queryStringParameters: null })).toThrow(
    new InvalidRequestError('Invalid request parameters: key is required'),
  );
});
