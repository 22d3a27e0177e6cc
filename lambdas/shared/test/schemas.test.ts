import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const lambdas = new URL('../../', import.meta.url);
const schemas = readdirSync(lambdas)
  .map((id) => ({ id, file: new URL(`${id}/request.schema.json`, lambdas) }))
  .filter(({ file }) => existsSync(file))
  .map(({ id, file }) => ({ id, schema: JSON.parse(readFileSync(file, 'utf8')) }));

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

describe.each(schemas)('request.schema.json of $id', ({ schema }) => {
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
