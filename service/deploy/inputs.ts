import Joi from 'joi';
import { UserError } from '../../actions/lib/errors.ts';
import type { Release } from './documents.ts';

/** What is looked at of RegisterTaskDefinition's input, which Terraform writes; the rest is handed on as it is. */
export type TaskDefinition = {
  readonly family: string;
  readonly containerDefinitions: readonly Container[];
};

type Container = {
  readonly name: string;
  readonly image: string;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly portMappings?: readonly { readonly containerPort: number }[];
};

export type AppSpec = {
  readonly containerName: string;
  readonly containerPort: number;
  readonly capacityProvider?: string;
  readonly network?: Network;
  /** Lambdas by the event after which they are called, in the order of the events. */
  readonly hooks: readonly (readonly [event: string, lambda: string])[];
};

/** Where tasks run. */
export type Network = {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
};

/** Where the values come from, as they come. */
export type Sources = {
  readonly taskDefinition: string | undefined;
  readonly appSpec: string | undefined;
  readonly commit: string | undefined;
  /** The text of imageDetail.json, or why it could not be read. */
  readonly imageDetail: string | Error;
};

const HOOKS = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic'];

const taskDefinitionSchema = Joi.object({
  family: Joi.string().required(),
  containerDefinitions: Joi.array()
    .items(
      Joi.object({
        name: Joi.string().required(),
        image: Joi.string().required(),
        environment: Joi.array().items(Joi.object({ name: Joi.string().required() }).unknown()),
        portMappings: Joi.array().items(Joi.object({ containerPort: Joi.number().required() }).unknown()),
      }).unknown(),
    )
    .min(1)
    .required(),
}).unknown();

type WrittenAppSpec = {
  containerName: string;
  containerPort: number;
  capacityProvider?: string;
  network?: Network;
  hooks?: Record<string, string>;
};

// Terraform writes what is not set as null.
const appSpecSchema = Joi.object<WrittenAppSpec>({
  containerName: Joi.string().required(),
  containerPort: Joi.number().port().required(),
  capacityProvider: Joi.string().empty(null),
  network: Joi.object({
    subnets: Joi.array().items(Joi.string()).min(1).required(),
    securityGroups: Joi.array().items(Joi.string()).min(1).required(),
    assignPublicIp: Joi.boolean().required(),
  }).empty(null),
  hooks: Joi.object()
    .pattern(Joi.valid(...HOOKS), Joi.string().empty(null))
    .empty(null),
});

const imageDetailSchema = Joi.object<{ ImageURI: string }>({
  ImageURI: Joi.string()
    .pattern(/^[^\s@]+@sha256:[0-9a-f]{64}$/, 'an image by digest, <repository>@sha256:<64 hexadecimal digits>')
    .required(),
}).unknown();

const commitSchema = Joi.string()
  .pattern(/^[0-9a-f]{40}$/, 'a commit, 40 hexadecimal digits')
  .empty('');

/** @throws UserError that names everything that is wrong */
export function readInputs(sources: Sources): Release {
  const problems: string[] = [];
  const check = <T>(name: string, schema: Joi.Schema<T>, given: unknown): T | undefined => {
    const { error, value } = schema.label(name).validate(given, {
      abortEarly: false,
      convert: false,
      // Without the values, which may be long, and without quotes around the names.
      errors: { wrap: { label: false } },
      messages: { 'string.pattern.name': '{{#label}} is not {{#name}}' },
    });
    if (error === undefined) return value;
    problems.push(...error.details.map(({ message, path }) => (path.length === 0 ? message : `${name}: ${message}`)));
    return undefined;
  };
  const parse = (name: string, hint: string, text: string | Error | undefined): { value: unknown } | undefined => {
    if (typeof text === 'string' && text !== '') {
      try {
        return { value: JSON.parse(text) };
      } catch {
        problems.push(`${name} is not JSON: ${hint}`);
        return undefined;
      }
    }
    problems.push(`${name} ${text instanceof Error ? `cannot be read (${text.message})` : 'is not set'}: ${hint}`);
    return undefined;
  };
  const read = <T>(
    name: string,
    hint: string,
    schema: Joi.Schema<T>,
    text: string | Error | undefined,
  ): T | undefined => {
    const parsed = parse(name, hint, text);
    return parsed === undefined ? undefined : check(name, schema.required(), parsed.value);
  };

  const fromTerraform = 'Terraform gives it to the build project';
  const taskDefinition = read<TaskDefinition>(
    'TASK_DEFINITION',
    fromTerraform,
    taskDefinitionSchema,
    sources.taskDefinition,
  );
  const appSpec = read('APPSPEC', fromTerraform, appSpecSchema, sources.appSpec);
  const fromPublishing = 'node scripts/publish-image.ts --detail writes it';
  const detail = read('The image detail', fromPublishing, imageDetailSchema, sources.imageDetail);
  const commit = check<string | undefined>('COMMIT', commitSchema, sources.commit);
  if (taskDefinition !== undefined && appSpec !== undefined) problems.push(...mismatches(taskDefinition, appSpec));
  if (taskDefinition === undefined || appSpec === undefined || detail === undefined || problems.length > 0) {
    throw new UserError('The release cannot be rendered.', `${problems.join('; ')}.`);
  }
  const { containerName, containerPort, capacityProvider, network, hooks = {} } = appSpec;
  return {
    taskDefinition,
    appSpec: {
      containerName,
      containerPort,
      ...(capacityProvider === undefined ? {} : { capacityProvider }),
      ...(network === undefined ? {} : { network }),
      hooks: HOOKS.flatMap((event) => {
        const lambda = hooks[event];
        return lambda === undefined ? [] : [[event, lambda] as const];
      }),
    },
    image: detail.ImageURI,
    ...(commit === undefined ? {} : { commit }),
  };
}

/** CodeDeploy would only say so in the middle of the release. */
function mismatches(
  { containerDefinitions }: TaskDefinition,
  { containerName, containerPort }: WrittenAppSpec,
): string[] {
  const container = containerDefinitions.find(({ name }) => name === containerName);
  if (container === undefined) return ['APPSPEC: containerName names no container of TASK_DEFINITION'];
  const ports = (container.portMappings ?? []).map((mapping) => mapping.containerPort);
  return ports.includes(containerPort) ? [] : ['APPSPEC: containerPort is not among the ports of that container'];
}
