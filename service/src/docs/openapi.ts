import requestSchema from '../../../lambdas/replace-strings/request.schema.json' with { type: 'json' };
import responseSchema from '../../../lambdas/replace-strings/response.schema.json' with { type: 'json' };

const json = (schema: string, more: object = {}): object => ({
  'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, ...more },
});

const header = (name: string): object => ({ $ref: `#/components/headers/${name}` });
const always = { 'x-request-id': header('RequestId'), 'x-service-version': header('ServiceVersion') };
const limits = {
  'RateLimit-Policy': header('RateLimitPolicy'),
  'RateLimit-Limit': header('RateLimitLimit'),
  'RateLimit-Remaining': header('RateLimitRemaining'),
  'RateLimit-Reset': header('RateLimitReset'),
};

function failure(description: string, messages: readonly string[], headers: object = {}): object {
  const examples = Object.fromEntries(messages.map((message) => [message, { value: { message } }]));
  return { description, headers: { ...always, ...headers }, content: json('Error', { examples }) };
}

const allow = { allow: header('Allow') };

/** What every path answers that is asked for in the wrong way, or at a bad moment. */
const common = {
  '404': failure('There is no such path.', ['Not Found']),
  '405': failure('There is such a path, but not for this method.', ['Method Not Allowed'], allow),
  '500': failure('Our fault; the log says more, under the request id.', ['Internal Server Error']),
};

const health = {
  operationId: 'readHealth',
  summary: 'Whether this process takes requests',
  tags: ['status'],
  security: [],
  responses: {
    '200': { description: 'It does.', headers: always, content: json('Health') },
    ...common,
    '503': { description: 'It is about to end: ask another.', headers: always, content: json('Health') },
  },
};

const replace = {
  operationId: 'replaceStrings',
  summary: 'Replace words in a text',
  description:
    'Every key of the map is replaced by its value where it stands as a whole word, in any case. What is a value already stays as it is, so that replacing twice is replacing once.',
  tags: ['string'],
  security: [{ apiKey: [] }],
  requestBody: {
    required: true,
    description: 'At most 1 MiB, in UTF-8 and not compressed.',
    content: json('ReplaceStringsRequest', {
      examples: {
        one: { summary: 'One word', value: { content: 'The analysts of ABN did a great job!' } },
        several: { summary: 'Several words, in any case', value: { content: 'Rabo, ing and VOLKSBANK' } },
        empty: { summary: 'An empty text', value: { content: '' } },
      },
    }),
  },
  responses: {
    '200': {
      description: 'The text with its words replaced.',
      headers: { ...always, ...limits },
      content: json('ReplaceStringsResponse'),
    },
    '400': failure(
      'The body is JSON of another shape, or is missing (Malformed Input), or is not JSON in UTF-8.',
      ['Malformed Input', 'Something went wrong in decoding Payload'],
      limits,
    ),
    '403': failure('The key is missing or wrong.', ['Forbidden']),
    ...common,
    '413': failure('The body is larger than 1 MiB.', ['Payload Too Large'], limits),
    '415': failure(
      'The body is not application/json in UTF-8, or it is compressed.',
      ['Unsupported Media Type'],
      limits,
    ),
    '429': failure('The key has made too many requests in this minute.', ['Too Many Requests'], {
      ...limits,
      'retry-after': header('RetryAfter'),
    }),
  },
};

const document = {
  operationId: 'readOpenApi',
  summary: 'This document',
  tags: ['documentation'],
  security: [],
  responses: {
    '200': {
      description: 'OpenAPI 3.1.',
      headers: always,
      content: { 'application/json': { schema: { type: 'object', required: ['openapi', 'info', 'paths'] } } },
    },
    ...common,
  },
};

const docsPage = {
  operationId: 'readDocs',
  summary: 'A page to read this document and to try it',
  tags: ['documentation'],
  security: [],
  responses: {
    '200': { description: 'The page.', headers: always, content: { 'text/html': { schema: { type: 'string' } } } },
    ...common,
  },
};

const text = (description: string, schema: object = { type: 'string' }): object => ({ description, schema });
const count = (description: string, minimum = 0): object => text(description, { type: 'integer', minimum });

/** The service as OpenAPI 3.1, which has JSON schema as it is: the bodies' schemas are the lambda's own files. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Strings service',
    description:
      'Replaces words in texts by a map. Every request under /api needs an API key in the header x-api-key. Every error is answered with a message.',
    version: '1',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'Where this document comes from.' }],
  tags: [{ name: 'string' }, { name: 'status' }, { name: 'documentation' }],
  paths: {
    '/api/string/replace': { post: replace },
    '/status/health': { get: health },
    '/openapi.json': { get: document },
    '/docs': { get: docsPage },
  },
  components: {
    schemas: {
      ReplaceStringsRequest: requestSchema,
      ReplaceStringsResponse: responseSchema,
      Health: {
        title: 'Health',
        type: 'object',
        required: ['status', 'version'],
        additionalProperties: false,
        properties: {
          status: { type: 'string', enum: ['ok', 'draining'] },
          version: { type: 'string', description: 'The commit that runs.' },
        },
      },
      Error: {
        title: 'Error',
        description: 'Every answer that is neither 2xx nor about health',
        type: 'object',
        required: ['message'],
        additionalProperties: false,
        properties: { message: { type: 'string', description: 'What went wrong, always in the same words.' } },
      },
    },
    headers: {
      RequestId: text('The id of this request in the log: the one that was sent in x-request-id, or a new one.'),
      ServiceVersion: text('The commit that has answered.'),
      RateLimitPolicy: text('How many requests a key may make in how many seconds, as `6000;w=60`.'),
      RateLimitLimit: count('How many requests a key may make in a minute.', 1),
      RateLimitRemaining: count('How many of them are left.'),
      RateLimitReset: count('In how many seconds they all are there again.'),
      RetryAfter: count('After how many seconds to try again.'),
      Allow: text('The methods that this path has.'),
    },
    securitySchemes: {
      apiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'x-api-key',
        description: 'The service’s key; while keys are rotated, the previous one as well.',
      },
    },
  },
};
