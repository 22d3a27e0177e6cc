import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { ROOT } from '../../tools.ts';
import type { Architecture, Integration } from '../openapi/architecture.ts';
import { describeApi } from '../openapi/document.ts';
import type { Event, LambdaFiles } from '../openapi/lambda-files.ts';
import type { OpenApi, Operation } from '../openapi/types.ts';

const INTEGRATION: Integration = {
  method: 'PUT',
  path: '/orders/{id}/notes',
  validator: 'all',
  path_parameters: { id: { description: 'Which order.' } },
  query_parameters: {
    colour: { description: 'Which colour.', required: false },
    size: { required: true },
  },
  header_parameters: { 'X-Trace': { description: 'Which trace.', required: false } },
  api_key_required: true,
  summary: 'Write a note',
  description: 'Writes a note on an order.',
  responses: { '200': 'Written.', '404': 'No such order.', '429': 'Too many of yours.' },
};
const COMMON = { '400': 'Bad.', '403': 'No key.', '429': 'Too many.', '500': 'Ours.' };
const REQUEST = { title: 'NoteRequest', schema: { title: 'NoteRequest', type: 'object', required: ['text'] } };
const RESPONSE = { title: 'NoteResponse', schema: { title: 'NoteResponse', type: 'object' } };
const EVENT: Event = {
  httpMethod: 'PUT',
  resource: '/orders/{id}/notes',
  headers: { 'x-trace': 'abc' },
  queryStringParameters: { size: '1 m' },
  pathParameters: { id: 'a%2Fb' },
  body: '{"text":"hi"}',
  isBase64Encoded: false,
};
const FILES: LambdaFiles = {
  request: REQUEST,
  response: RESPONSE,
  events: { good: EVENT, 'good-in-base64': { ...EVENT, body: btoa('{"text":"ho"}'), isBase64Encoded: true } },
};

function describeOne(change: Partial<Integration> = {}, files: LambdaFiles = FILES): OpenApi {
  const architecture: Architecture = {
    api: { title: 'Orders', description: 'All of them.' },
    stages: ['prod', 'test'],
    commonResponses: COMMON,
    integrations: { 'write-note': { ...INTEGRATION, ...change } },
  };
  return describeApi(architecture, { 'write-note': files });
}

function operation(document: OpenApi): Operation {
  const [found] = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  if (found === undefined) throw new Error('There is no operation.');
  return found;
}

describe('the document', () => {
  test('is valid OpenAPI 3.0.3, with and without what may be left out', async () => {
    const documents = [
      describeOne(),
      describeOne({ validator: 'none', path: '/notes', api_key_required: false }, { events: {} }),
      describeOne({ method: 'ANY', path: '/{rest+}' }, { events: {} }),
    ];
    for (const document of documents) {
      expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
    }
  });

  test('names the API, and the address of each stage', () => {
    const { info, servers, components } = describeOne();
    expect(info).toMatchObject({ title: 'Orders', description: 'All of them.' });
    expect(servers).toMatchObject([
      { url: '{endpoint}/{stage}', variables: { stage: { default: 'test', enum: ['prod', 'test'] } } },
    ]);
    expect(components.securitySchemes).toMatchObject({ apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } });
  });

  test('says of an operation what the map says', () => {
    const { paths } = describeOne();
    expect(paths['/orders/{id}/notes']?.['put']).toMatchObject({
      operationId: 'writeNote',
      summary: 'Write a note',
      description: 'Writes a note on an order.',
      tags: ['orders'],
      security: [{ apiKey: [] }],
    });
  });

  test('has a summary for an entry without one, and no key where none is needed', () => {
    const { summary: _, description: __, ...bare } = INTEGRATION;
    const document = describeApi(
      {
        api: { title: 'a', description: 'b' },
        stages: ['test'],
        commonResponses: {},
        integrations: { 'write-note': { ...bare, api_key_required: false } },
      },
      {},
    );
    expect(operation(document)).toMatchObject({ summary: 'Write note', security: [] });
    expect(operation(document)).not.toHaveProperty('description');
  });

  test('has the parameters, required ones first, with examples that are not encoded', () => {
    const { parameters } = operation(describeOne());
    const base64 = { summary: 'In base64' };
    expect(parameters).toEqual([
      {
        name: 'id',
        in: 'path',
        required: true,
        description: 'Which order.',
        schema: { type: 'string' },
        examples: { good: { value: 'a/b' }, 'good-in-base64': { ...base64, value: 'a/b' } },
      },
      {
        name: 'size',
        in: 'query',
        required: true,
        schema: { type: 'string' },
        examples: { good: { value: '1 m' }, 'good-in-base64': { ...base64, value: '1 m' } },
      },
      {
        name: 'colour',
        in: 'query',
        required: false,
        description: 'Which colour.',
        schema: { type: 'string' },
      },
      {
        name: 'X-Trace',
        in: 'header',
        required: false,
        description: 'Which trace.',
        schema: { type: 'string' },
        examples: { good: { value: 'abc' }, 'good-in-base64': { ...base64, value: 'abc' } },
      },
    ]);
  });

  test('has a path parameter also where the map does not explain it, and one for the rest of a path', () => {
    const { paths } = describeOne({ path: '/a/{b}/{rest+}', path_parameters: {} }, { events: {} });
    expect(Object.keys(paths)).toEqual(['/a/{b}/{rest}']);
    expect(paths['/a/{b}/{rest}']?.['put']?.parameters).toMatchObject([
      { name: 'b', in: 'path', required: true },
      { name: 'rest', in: 'path', required: true },
      { name: 'size' },
      { name: 'colour' },
      { name: 'X-Trace' },
    ]);
  });

  test('has the schema of the body, and the bodies of the events', () => {
    const document = describeOne();
    expect(operation(document).requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/NoteRequest' },
          examples: {
            good: { value: { text: 'hi' } },
            'good-in-base64': { summary: 'In base64', value: { text: 'ho' } },
          },
        },
      },
    });
    expect(document.components.schemas['NoteRequest']).toEqual(REQUEST.schema);
    expect(operation(describeOne({ validator: 'params-only' })).requestBody?.required).toBe(false);
    expect(operation(describeOne({}, { events: {} }))).not.toHaveProperty('requestBody');
  });

  test('has what the lambda answers and what the gateway answers, the lambda’s own words first', () => {
    const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
    expect(operation(describeOne()).responses).toEqual({
      '200': {
        description: 'Written.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/NoteResponse' } } },
      },
      '400': { description: 'Bad.', content: error },
      '403': { description: 'No key.', content: error },
      '404': { description: 'No such order.', content: error },
      '429': { description: 'Too many of yours.', content: error },
      '500': { description: 'Ours.', content: error },
    });
    expect(operation(describeOne({ validator: 'none' })).responses).not.toHaveProperty('400');
    expect(operation(describeOne({}, { events: {} })).responses['200']).toEqual({ description: 'Written.' });
  });

  test('refuses an event of another method, and two schemas of one title', () => {
    const wrong = { ...EVENT, httpMethod: 'GET' };
    expect(() => describeOne({}, { events: { good: wrong } })).toThrow(
      'lambdas/write-note/events/good.json calls GET /orders/{id}/notes, but its lambda answers PUT /orders/{id}/notes.',
    );
    const other = { title: 'NoteRequest', schema: { title: 'NoteRequest', type: 'string' } };
    expect(() => describeOne({}, { ...FILES, response: other })).toThrow(
      'Two schemas in lambdas/ have the title NoteRequest.',
    );
  });
});

describe('docs/openapi.json', () => {
  const document: OpenApi = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));
  const bodies = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId, requestBody }) =>
      Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
        title: `${operationId}, ${name}`,
        value,
        model: requestBody?.content['application/json']?.schema.$ref.split('/').at(-1) ?? '',
      })),
    );

  test('is valid OpenAPI 3.0.3', async () => {
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
    expect(bodies.length).toBeGreaterThan(0);
  });

  test.each(bodies)('the example $title satisfies its schema', ({ value, model }) => {
    const ajv = new Ajv();
    ajv.validate(document.components.schemas[model] ?? false, value);
    expect(ajv.errors).toBeNull();
  });
});
