import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { InvalidRequestError } from '../invalid-request.ts';
import { createBodyParser, type BodyParser } from '../json-body.ts';
import { readBodies, type Body } from './bodies.ts';
import { lambdaIds } from './events.ts';

// Starts processes, on a machine that may be busy.
jest.setTimeout(60_000);

// One definition per request: request.schema.json. The lambda's parser, the type in request.ts and the schema in docs/openapi.json
// are made of it, as is API Gateway's model, to which the end-to-end test of the API sends the same bodies.

const root = path.join(import.meta.dirname, '../../..');
const inLambda = (id: string, file: string): string => path.join(root, 'lambdas', id, file);
const ids = lambdaIds.filter((id) => existsSync(inLambda(id, 'request.schema.json')));

function readSchema(id: string): { title: string } {
  return JSON.parse(readFileSync(inLambda(id, 'request.schema.json'), 'utf8'));
}

function accepts(parse: BodyParser<unknown>, body: unknown): boolean {
  try {
    parse({ body: JSON.stringify(body), isBase64Encoded: false });
    return true;
  } catch (error) {
    if (error instanceof InvalidRequestError) return false;
    throw error;
  }
}

/** Which of the bodies the type refuses, by TypeScript itself: each is a constant of that type on a line of its own. */
async function refusedByType(id: string, bodies: readonly Body[]): Promise<Body[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'one-definition-'));
  try {
    const type = readSchema(id).title;
    const lines = bodies.map(({ body }, index) => `export const body${index}: ${type} = ${JSON.stringify(body)};`);
    const from = JSON.stringify(inLambda(id, 'request.ts'));
    writeFileSync(path.join(folder, 'bodies.ts'), [`import type { ${type} } from ${from};`, ...lines].join('\n'));
    const compilerOptions = { strict: true, noEmit: true, allowImportingTsExtensions: true, types: [] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['bodies.ts'] }));
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--pretty', 'false'], { cwd: folder }).catch(
      // It ends with 2 where there are errors, which is what is wanted here.
      (failure: { stdout: string }) => failure,
    );
    const found = [...stdout.matchAll(/^bodies\.ts\((\d+),\d+\): error/gm)].map(([, line]) => Number(line));
    if (stdout !== '' && (found.length === 0 || found.includes(1))) throw new Error(stdout);
    return bodies.filter((_, index) => found.includes(index + 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openApiValidator(id: string): ValidateFunction {
  const file = path.join(root, 'docs/openapi.json');
  const document = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const schema: unknown = document.components?.schemas?.[readSchema(id).title];
  if (typeof schema !== 'object' || schema === null) {
    throw new Error(`docs/openapi.json has no components.schemas.${readSchema(id).title}: run "make docs".`);
  }
  return new Ajv().compile(schema);
}

test('there is a lambda that takes a body', () => {
  expect(ids).toContain('replace-strings');
});

describe.each(ids)('the body of %s', (id) => {
  const bodies = existsSync(inLambda(id, 'test/bodies.json')) ? readBodies(id) : [];

  test('is tried with good and bad ones', () => {
    expect(new Set(bodies.map(({ good }) => good))).toEqual(new Set([true, false]));
  });

  test.each(bodies)('$title: the lambda says $good', ({ body, good }) => {
    expect(accepts(createBodyParser(readSchema(id)), body)).toBe(good);
  });

  describe('in docs/openapi.json', () => {
    let validate: ValidateFunction;
    beforeAll(() => {
      validate = openApiValidator(id);
    });

    test.each(bodies)('$title: it says $good', ({ body, good }) => {
      expect(validate(body)).toBe(good);
    });
  });

  test('as a type refuses exactly the bad ones that a type can tell', async () => {
    const expected = bodies.filter(({ good, beyondTypes }) => !good && !beyondTypes);
    expect(expected.length).toBeGreaterThan(0);
    const refused = await refusedByType(id, bodies);
    expect(refused.map(({ title }) => title)).toEqual(expected.map(({ title }) => title));
  });
});
