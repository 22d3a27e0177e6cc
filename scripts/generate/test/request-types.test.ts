import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { temporaryFolders } from '../../../actions/lib/test/fakes/temp.ts';
import { requestTypes } from '../request-types.ts';
import { writeProject } from './project.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const SCHEMA = {
  title: 'OrderRequest',
  type: 'object',
  required: ['items'],
  additionalProperties: false,
  properties: {
    items: { description: 'What is ordered', type: 'array', items: { enum: ['a', 'b'] } },
    note: { type: 'string', maxLength: 5 },
  },
};

describe('the type of a request', () => {
  test('is the schema’s, by its title, beside it', async () => {
    const root = writeProject(make(), {
      'lambdas/order/request.schema.json': JSON.stringify(SCHEMA),
      'lambdas/no-body/handler.ts': '',
    });
    const files = await requestTypes(root);
    expect(files.map(({ file }) => file)).toEqual([join(root, 'lambdas/order/request.ts')]);
    const [{ text } = { text: '' }] = files;
    expect(text).toMatch(/^\/\/ Made from request\.schema\.json by `make docs`/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'export interface OrderRequest { /** * What is ordered */ items: ("a" | "b")[]; note?: string; }',
    );
  });

  test.each([
    ['no JSON', '{', 'is not JSON.'],
    ['no object', '[]', 'is not a schema.'],
    ['without a title', '{"type": "object"}', 'has no usable title.'],
    ['with a title that is no name', '{"title": "My order"}', 'has no usable title.'],
  ])('of a schema that is %s is refused', async (_, text, message) => {
    const root = writeProject(make(), { 'lambdas/order/request.schema.json': text });
    await expect(requestTypes(root)).rejects.toMatchObject({
      name: 'UserError',
      message: `lambdas/order/request.schema.json ${message}`,
    });
  });
});
