import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import Joi from 'joi';
import { UserError } from '../../../actions/lib/errors.ts';
import { readSchema, type Schema } from '../schemas.ts';

/** The part of an event that its caller has chosen; as API Gateway sends it to a lambda. */
export interface Event {
  readonly httpMethod: string;
  readonly resource: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly queryStringParameters: Readonly<Record<string, string>> | null;
  /** Percent-encoded, unlike the query. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** A schema of a body, and its name. */
export interface Model {
  readonly title: string;
  readonly schema: Schema;
}

/** What a lambda's folder says of calls to it. */
export interface LambdaFiles {
  readonly request?: Model;
  readonly response?: Model;
  /** Calls that succeed, by the name of their file in events/, without the ending. */
  readonly events: Readonly<Record<string, Event>>;
}

const values = Joi.object().pattern(Joi.string(), Joi.string().allow('')).allow(null).default(null);
const EVENT = Joi.object<Event>({
  httpMethod: Joi.string().required(),
  resource: Joi.string().required(),
  headers: values,
  queryStringParameters: values,
  pathParameters: values,
  body: Joi.string().allow('', null).default(null),
  isBase64Encoded: Joi.boolean().default(false),
}).unknown();

/**
 * Reads the schemas and the good events of a lambda.
 *
 * @throws UserError if one of them is not what its name says.
 */
export async function readLambdaFiles(root: string, id: string): Promise<LambdaFiles> {
  const folder = join('lambdas', id);
  const model = async (name: string): Promise<Model | undefined> =>
    existsSync(join(root, folder, name)) ? readSchema(root, join(folder, name)) : undefined;
  const [request, response] = [await model('request.schema.json'), await model('response.schema.json')];
  const names = globSync(join(folder, 'events/good*.json'), { cwd: root }).map((file) => basename(file, '.json'));
  const events: Record<string, Event> = {};
  for (const name of names.toSorted()) events[name] = await readEvent(root, join(folder, 'events', `${name}.json`));
  return {
    ...(request === undefined ? {} : { request }),
    ...(response === undefined ? {} : { response }),
    events,
  };
}

async function readEvent(root: string, file: string): Promise<Event> {
  let event: unknown;
  try {
    event = JSON.parse(await readFile(join(root, file), 'utf8'));
  } catch (cause) {
    throw new UserError(`${file} is not JSON.`, 'Correct it.', { cause });
  }
  const { value, error } = EVENT.required().validate(event);
  if (error === undefined) return value;
  throw new UserError(`${file} is not an event as API Gateway sends it.`, `${error.message}.`, { cause: error });
}

/** The body as JSON; undefined if there is none. */
export function bodyOf({ body, isBase64Encoded }: Event): unknown {
  if (body === null || body === '') return undefined;
  return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
}
