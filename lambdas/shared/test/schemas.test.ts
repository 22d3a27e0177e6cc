import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { lambdaIds } from './events.ts';

const lambdas = new URL('../../', import.meta.url);
const schemas = lambdaIds
  .flatMap((id) => [`${id}/request.schema.json`, `${id}/response.schema.json`])
  .filter((file) => existsSync(new URL(file, lambdas)))
  .map((file) => ({ file, schema: JSON.parse(readFileSync(new URL(file, lambdas), 'utf8')) }));

// What API Gateway's models (draft 4) and ajv (draft 7) know and understand in the same way. exclusiveMinimum, id, const, if,
// contains, propertyNames, examples and format are not among them.
const common = [
  ...['title', 'description', 'type', 'enum', 'required', 'properties', 'additionalProperties', 'patternProperties'],
  ...[
    'minProperties',
    'maxProperties',
    'items',
    'minItems',
    'maxItems',
    'uniqueItems',
    'minLength',
    'maxLength',
    'pattern',
  ],
  ...['minimum', 'maximum', 'multipleOf', 'allOf', 'anyOf', 'oneOf', 'not'],
];

test('no two schemas have the same title, which would make one model, type and part of the documentation of them', () => {
  const titles = schemas.map(({ schema }): unknown => schema.title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

describe.each(schemas)('$file', ({ schema }) => {
  test('has a title, which names the model and the type, and says what it is', () => {
    expect(schema).toMatchObject({
      title: expect.stringMatching(/^[A-Z][A-Za-z0-9]*$/),
      description: expect.any(String),
    });
  });

  test('is a JSON schema', () => {
    const ajv = new Ajv();
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  test('uses only keywords that API Gateway and ajv read alike', () => {
    const used = new Set<string>();
    const collect = (node: unknown): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
      for (const [keyword, value] of Object.entries(node)) {
        used.add(keyword);
        if (keyword === 'properties' || keyword === 'patternProperties') Object.values(value).forEach(collect);
        else if (['allOf', 'anyOf', 'oneOf'].includes(keyword)) value.forEach(collect);
        else collect(value);
      }
    };
    collect(schema);
    expect([...used].filter((keyword) => !common.includes(keyword))).toEqual([]);
  });
});
