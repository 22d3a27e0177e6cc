import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../../actions/lib/test/fakes/temp.ts';
import { readArchitecture } from '../openapi/architecture.ts';
import { readLambdaFiles } from '../openapi/lambda-files.ts';
import { writeProject } from './project.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const VARIABLES = `
  variable "identifier" { type = string }
  variable "topic_arn" {
    type = string
    validation {
      condition     = startswith(var.topic_arn, "arn:")
      error_message = "topic_arn must be an ARN."
    }
  }
  variable "lambda_packages" { type = map(object({ key = string })) }
  variable "stages" {
    type    = map(object({}))
    default = { test = {}, prod = {} }
  }
`;
const LOCALS = `
  locals {
    api_documentation = { title = "Notes", description = "Costs $\${money}." }
    common_responses  = { "500" = "Ours." }
    lambdas = {
      "write-note" = {
        lambda      = { parameters = { NAME = "/\${var.identifier}" } }
        integration = { method = "GET", path = "/notes", query_parameters = { a = { description = "Which." } } }
      }
    }
  }
`;

function project(files: Readonly<Record<string, string>> = {}): string {
  return writeProject(make(), {
    'terraform/api-gateway/variables.tf': VARIABLES,
    'terraform/api-gateway/locals.tf': LOCALS,
    'lambdas/write-note/handler.ts': '',
    ...files,
  });
}

describe('the map of lambdas', () => {
  test('is read as Terraform understands it, with what an entry does not say', async () => {
    expect(await readArchitecture(project())).toEqual({
      api: { title: 'Notes', description: 'Costs ${money}.' },
      stages: ['prod', 'test'],
      commonResponses: { '500': 'Ours.' },
      integrations: {
        'write-note': {
          method: 'GET',
          path: '/notes',
          validator: 'all',
          path_parameters: {},
          query_parameters: { a: { description: 'Which.', required: false } },
          header_parameters: {},
          api_key_required: true,
          responses: { '200': 'The answer.' },
        },
      },
    });
  }, 30_000);

  test('that Terraform refuses is told in Terraform’s words', async () => {
    const refused = readArchitecture(project({ 'terraform/api-gateway/more.tf': 'locals {\n  a = local.none\n}\n' }));
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('Terraform cannot evaluate'),
      hint: expect.stringContaining('A local value with the name "none" has not been declared.'),
    });
  }, 30_000);

  test('that says too little is told what is missing', async () => {
    const locals = LOCALS.replace('method = "GET", ', '');
    await expect(readArchitecture(project({ 'terraform/api-gateway/locals.tf': locals }))).rejects.toMatchObject({
      message: 'terraform/api-gateway/lambdas.tf cannot be documented.',
      hint: expect.stringContaining('method" is required'),
    });
  }, 30_000);
});

describe('the files of a lambda', () => {
  const EVENT = { httpMethod: 'GET', resource: '/notes', queryStringParameters: null, body: null };

  test('are its schemas and its good events, the plain one first', async () => {
    const root = project({
      'lambdas/write-note/response.schema.json': '{"title": "Note", "type": "object"}',
      'lambdas/write-note/events/good-two.json': JSON.stringify(EVENT),
      'lambdas/write-note/events/good.json': JSON.stringify(EVENT),
      'lambdas/write-note/events/bad.json': '{}',
    });
    const { request, response, events } = await readLambdaFiles(root, 'write-note');
    expect(request).toBeUndefined();
    expect(response).toEqual({ title: 'Note', schema: { title: 'Note', type: 'object' } });
    expect(Object.keys(events)).toEqual(['good', 'good-two']);
  });

  test.each([
    ['{', 'is not JSON.'],
    ['{"body": 1}', 'is not an event as API Gateway sends it.'],
  ])('that hold the event %s are refused', async (text, message) => {
    const root = project({ 'lambdas/write-note/events/good.json': text });
    await expect(readLambdaFiles(root, 'write-note')).rejects.toMatchObject({
      message: `lambdas/write-note/events/good.json ${message}`,
    });
  });
});
