import { join } from 'node:path';
import Joi from 'joi';
import { UserError } from '../../../actions/lib/errors.ts';
import { lambdaIds } from '../../../actions/lib/packaging/folders.ts';
import { evaluate, initOffline } from '../../offline-terraform.ts';
import { readVariables, type Variable } from '../module.ts';

export interface Parameter {
  readonly description?: string;
  readonly required: boolean;
}

/** How a lambda is called: its entry's `integration` in terraform/api-gateway/lambdas.tf, as far as a caller can see it. */
export interface Integration {
  readonly method: string;
  /** With the names of path parameters in braces: `/mappings/{key}`. */
  readonly path: string;
  readonly validator: string;
  readonly path_parameters: Readonly<Record<string, { readonly description?: string }>>;
  readonly query_parameters: Readonly<Record<string, Parameter>>;
  readonly header_parameters: Readonly<Record<string, Parameter>>;
  readonly api_key_required: boolean;
  readonly summary?: string;
  readonly description?: string;
  /** What the lambda itself answers, by status. */
  readonly responses: Readonly<Record<string, string>>;
}

/** What Terraform says of the API. */
export interface Architecture {
  readonly api: { readonly title: string; readonly description: string };
  readonly stages: readonly string[];
  /** What every method may answer besides, by status. */
  readonly commonResponses: Readonly<Record<string, string>>;
  readonly integrations: Readonly<Record<string, Integration>>;
}

/** Of the lambdas only what a caller sees: the rest may hang on resources. */
const EXPRESSION = `{
  api             = local.api_documentation,
  stages          = keys(var.stages),
  commonResponses = local.common_responses,
  integrations    = { for id, entry in local.lambdas : id => entry.integration }
}`;

const text = Joi.string();
const texts = Joi.object().pattern(Joi.string(), text);
const parameters = Joi.object()
  .pattern(Joi.string(), Joi.object({ description: text, required: Joi.boolean().default(false) }))
  .default({});

/** The same defaults as in the module api-gateway-integration, which sees the map only after this. */
const INTEGRATION = Joi.object({
  method: text.required(),
  path: text.required(),
  validator: text.default('all'),
  path_parameters: Joi.object()
    .pattern(Joi.string(), Joi.object({ description: text }))
    .default({}),
  query_parameters: parameters,
  header_parameters: parameters,
  api_key_required: Joi.boolean().default(true),
  summary: text,
  description: text,
  responses: texts.default({ '200': 'The answer.' }),
}).unknown();

const ARCHITECTURE = Joi.object<Architecture>({
  api: Joi.object({ title: text.required(), description: text.required() }).unknown().required(),
  stages: Joi.array().items(text).min(1).required(),
  commonResponses: texts.required(),
  integrations: Joi.object().pattern(Joi.string(), INTEGRATION).required(),
}).required();

/**
 * Reads the map of lambdas as Terraform understands it.
 *
 * @throws UserError if Terraform cannot evaluate it, or it does not say what it has to.
 */
export async function readArchitecture(root: string): Promise<Architecture> {
  const module = join(root, 'terraform/api-gateway');
  await initOffline(module);
  const required = (await readVariables(module)).filter((variable) => variable.default === undefined);
  const ids = await lambdaIds(join(root, 'lambdas'));
  const values = Object.fromEntries(required.map((variable) => [variable.name, placeholder(variable, ids)]));
  const { value, error } = ARCHITECTURE.validate(await evaluate(module, EXPRESSION, values));
  if (error === undefined) return value;
  throw new UserError(`terraform/api-gateway/lambdas.tf cannot be documented.`, `${error.message}.`, { cause: error });
}

/** What stands in for a variable; the documentation does not depend on it, but the variable's validation has to accept it. */
function placeholder({ name, type }: Variable, ids: readonly string[]): unknown {
  const stub = { key: 'key', sha256_base64: 'c2hhMjU2', bytes: 1 };
  switch (name) {
    case 'identifier':
      return 'rest-api';
    case 'environment':
      return 'test';
    case 'lambda_packages':
      return Object.fromEntries(ids.map((id) => [id, stub]));
  }
  if (name.endsWith('_arn')) return 'arn:aws:sns:eu-west-1:123456789012:placeholder';
  const [, outer, inner] = /^(map|list|set)\((string)?/.exec(type) ?? [];
  if (outer === 'map') return inner === undefined ? {} : { placeholder: 'placeholder' };
  if (outer !== undefined) return inner === undefined ? [] : ['placeholder'];
  return { string: '/placeholder', number: 1, bool: false }[type] ?? {};
}
