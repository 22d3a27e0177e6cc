import { UserError } from '../../../actions/lib/errors.ts';
import type { Schema } from '../schemas.ts';
import type { Architecture, Integration } from './architecture.ts';
import { bodyOf, type Event, type LambdaFiles, type Model } from './lambda-files.ts';
import type { Example, MediaType, OpenApi, Operation, Parameter, Response } from './types.ts';

const SECURITY = 'apiKey';

const ERROR: Model = {
  title: 'Error',
  schema: {
    title: 'Error',
    description: 'Every answer that is not 2xx',
    type: 'object',
    required: ['message'],
    properties: { message: { description: 'What went wrong', type: 'string' } },
  },
};

/**
 * The API as OpenAPI 3.0.3, such that API Gateway can import it: no references but to schemas, and security by operation.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 *
 * Examples of the same name in one operation, of the body and of the parameters, make one call.
 *
 * @param files per lambda id what its folder says.
 * @throws UserError if two different schemas have the same title, or an event calls something else than its lambda's method.
 */
export function describeApi(
  { api, stages, commonResponses, integrations }: Architecture,
  files: Readonly<Record<string, LambdaFiles>>,
): OpenApi {
  const models = new Map<string, Schema>();
  const paths: Record<string, Record<string, Operation>> = {};
  const entries = Object.entries(integrations).toSorted(([, a], [, b]) => compare(a.path, b.path));
  for (const [id, integration] of entries) {
    const { request, response, events } = files[id] ?? { events: {} };
    for (const model of [request, response, ERROR]) if (model !== undefined) add(models, model);
    for (const [name, event] of Object.entries(events))
      mustCall(event, integration, `lambdas/${id}/events/${name}.json`);
    const path = integration.path.replaceAll('+}', '}');
    (paths[path] ??= {})[keyOf(integration.method)] = {
      operationId: id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      summary: integration.summary ?? sentence(id),
      ...(integration.description === undefined ? {} : { description: integration.description }),
      tags: [tagOf(path)],
      parameters: parametersOf(integration, events),
      ...requestBody(request, integration, events),
      responses: responsesOf(integration, commonResponses, response),
      security: integration.api_key_required ? [{ [SECURITY]: [] }] : [],
    };
  }
  return {
    openapi: '3.0.3',
    info: { title: api.title, description: api.description, version: '1' },
    servers: [server(stages)],
    tags: [...new Set(Object.keys(paths).map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...models].toSorted(([a], [b]) => compare(a, b))),
      securitySchemes: {
        [SECURITY]: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'The key of the stage that is called.',
        },
      },
    },
  };
}

function server(stages: readonly string[]): OpenApi['servers'][number] {
  const first = stages.includes('test') ? 'test' : (stages[0] ?? '');
  return {
    url: '{endpoint}/{stage}',
    description: 'Each stage has its own key, quota and rate.',
    variables: {
      endpoint: { default: 'https://api.example.com', description: 'Terraform’s output api_endpoint.' },
      stage: { default: first, enum: stages, description: 'test runs the newest code, prod what has been promoted.' },
    },
  };
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html */
function keyOf(method: string): string {
  return method === 'ANY' ? 'x-amazon-apigateway-any-method' : method.toLowerCase();
}

function add(models: Map<string, Schema>, { title, schema }: Model): void {
  const known = models.get(title);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new UserError(`Two schemas in lambdas/ have the title ${title}.`, 'Give each its own.');
  }
  models.set(title, schema);
}

function mustCall({ httpMethod, resource }: Event, { method, path }: Integration, file: string): void {
  if ([httpMethod, 'ANY'].includes(method) && resource === path) return;
  throw new UserError(
    `${file} calls ${httpMethod} ${resource}, but its lambda answers ${method} ${path}.`,
    'Correct httpMethod and resource in it, or the entry in terraform/api-gateway/lambdas.tf.',
  );
}

function parametersOf(integration: Integration, events: LambdaFiles['events']): readonly Parameter[] {
  const names = [...integration.path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  const inPath = names.map((name) =>
    parameter(name, 'path', { ...integration.path_parameters[name], required: true }, events, ({ pathParameters }) => {
      const value = pathParameters?.[name];
      return value === undefined ? undefined : decodeURIComponent(value);
    }),
  );
  const inQuery = Object.entries(integration.query_parameters).map(([name, settings]) =>
    parameter(name, 'query', settings, events, ({ queryStringParameters }) => queryStringParameters?.[name]),
  );
  const inHeader = Object.entries(integration.header_parameters).map(([name, settings]) =>
    parameter(
      name,
      'header',
      settings,
      events,
      ({ headers }) => Object.entries(headers ?? {}).find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1],
    ),
  );
  return [...inPath, ...inQuery, ...inHeader].toSorted((a, b) => Number(b.required) - Number(a.required));
}

function parameter(
  name: string,
  place: Parameter['in'],
  { description, required }: { readonly description?: string; readonly required: boolean },
  events: LambdaFiles['events'],
  valueOf: (event: Event) => unknown,
): Parameter {
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema: { type: 'string' },
    ...examples(events, valueOf),
  };
}

function requestBody(
  model: Model | undefined,
  { validator }: Integration,
  events: LambdaFiles['events'],
): Pick<Operation, 'requestBody'> {
  if (model === undefined) return {};
  const required = validator === 'all' || validator === 'body-only';
  return { requestBody: { required, content: json(model.title, examples(events, bodyOf)) } };
}

function responsesOf(
  { responses, validator }: Integration,
  common: Architecture['commonResponses'],
  model: Model | undefined,
): Readonly<Record<string, Response>> {
  const gateway = Object.entries(common).filter(([status]) => status !== '400' || validator !== 'none');
  // Keys that are whole numbers come in their order, whatever the order in which they are set.
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(gateway), ...responses }).map(([status, description]) => {
      const title = status.startsWith('2') ? (status === '200' ? model?.title : undefined) : ERROR.title;
      return [status, { description, ...(title === undefined ? {} : { content: json(title) }) }];
    }),
  );
}

function json(title: string, more: Pick<MediaType, 'examples'> = {}): Readonly<Record<string, MediaType>> {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${title}` }, ...more } };
}

/** `good-empty-text` is shown as "Empty text"; `good` speaks for itself. */
function examples(events: LambdaFiles['events'], valueOf: (event: Event) => unknown): Pick<MediaType, 'examples'> {
  const found = Object.entries(events).flatMap(([name, event]): [string, Example][] => {
    const value = valueOf(event);
    if (value === undefined) return [];
    const summary = sentence(name.replace(/^good-?/, ''));
    return [[name, { ...(summary === '' ? {} : { summary }), value }]];
  });
  return found.length === 0 ? {} : { examples: Object.fromEntries(found) };
}

/** Operations are grouped by the first part of their path. */
function tagOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** `replace-strings` as words: "Replace strings". */
function sentence(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
