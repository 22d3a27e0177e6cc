import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import supertest from 'supertest';
import { readBodies } from '../../lambdas/shared/test/bodies.ts';
import { openApi } from '../src/docs/openapi.ts';
import { page } from '../src/docs/page.ts';
import { KEY, prepare } from './service.ts';

const documented = Object.entries(openApi.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => ({ path, method })),
);

describe('/openapi.json', () => {
  test('is OpenAPI 3.1, needs no key and is the one definition', async () => {
    const { status, body, type } = await supertest(prepare().app).get('/openapi.json');
    expect({ status, type, body }).toEqual({ status: 200, type: 'application/json', body: openApi });
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test.each(documented)('$method $path is there', async ({ path, method }) => {
    const { app } = prepare();
    const request = method === 'get' ? supertest(app).get(path) : supertest(app).post(path).send({ content: '' });
    expect((await request.set('x-api-key', KEY)).status).toBe(200);
  });

  test.each(readBodies('replace-strings'))(
    'says of the body "$title" what the service says: $good',
    ({ body, good }) => {
      expect(new Ajv().compile(openApi.components.schemas.ReplaceStringsRequest)(body)).toBe(good);
    },
  );

  test('has an example of each kind that the service answers as its schema says', async () => {
    const validate = new Ajv().compile(openApi.components.schemas.ReplaceStringsResponse);
    const document: { paths: Record<string, { post: { requestBody: { content: Record<string, unknown> } } }> } =
      JSON.parse(JSON.stringify(openApi));
    const content = document.paths['/api/string/replace']?.post.requestBody.content['application/json'];
    const examples = Object.values(Object(content).examples);
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      const { body } = await prepare().post(JSON.stringify(Object(example).value));
      expect(validate(body)).toBe(true);
    }
  });
});

describe('/docs', () => {
  test('is a page of which every part comes from here', async () => {
    const { app } = prepare();
    const { status, type, text, headers } = await supertest(app).get('/docs');
    expect({ status, type, text }).toEqual({ status: 200, type: 'text/html', text: page });
    const parts = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, part = '']) => part);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\//);
      expect((await supertest(app).get(part)).status).toBe(200);
    }
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
  });

  test('holds no script and no style itself, which its policy would not let run', () => {
    expect(page).not.toMatch(/<script>|<style|style=|onload=/);
  });
});
