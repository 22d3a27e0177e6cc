import Joi from 'joi';
import { parse } from 'yaml';

export interface PhaseSpec {
  readonly 'runtime-versions'?: Readonly<Record<string, string | number>>;
  readonly commands: readonly string[];
  readonly finally: readonly string[];
  readonly 'on-failure'?: 'ABORT' | 'CONTINUE';
}

export interface ArtifactsSpec {
  readonly files: readonly string[];
  readonly 'base-directory'?: string;
  readonly 'discard-paths'?: boolean;
  readonly 'exclude-paths'?: readonly string[];
}

export const COMMAND_PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
export type CommandPhase = (typeof COMMAND_PHASES)[number];

/** What the sandbox does of a buildspec. */
export interface Buildspec {
  readonly env?: {
    readonly variables?: Readonly<Record<string, string>>;
    readonly 'parameter-store'?: Readonly<Record<string, string>>;
    readonly 'exported-variables'?: readonly string[];
  };
  readonly phases: { readonly [Phase in CommandPhase]?: PhaseSpec };
  readonly artifacts?: ArtifactsSpec;
  readonly cache?: { readonly paths?: readonly string[] };
}

/** A phase that cannot go on, for a reason that the build's owner can mend; code and words are those that CodeBuild shows. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const scalar = Joi.alternatives(Joi.string().allow(''), Joi.number(), Joi.boolean()).custom(String);
// The usual slip: "- echo a: b" is a mapping.
const strings = Joi.array().items(scalar.messages({ 'alternatives.types': '{{#label}} is no text: put it in quotes' }));
const phase = Joi.object({
  'on-failure': Joi.valid('ABORT', 'CONTINUE'),
  'runtime-versions': Joi.object().pattern(Joi.string(), scalar),
  commands: strings.default([]),
  finally: strings.default([]),
});
const absent = Joi.forbidden().messages({ 'any.unknown': '{{#label}} is not known to the sandbox' });

// What would change a build and is not here is refused, so that none is green that AWS would do otherwise.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
const keys: Joi.SchemaMap = {
  version: Joi.valid(0.2, '0.2').required(),
  batch: absent,
  proxy: absent,
  reports: absent,
  'run-as': absent,
  env: Joi.object({
    shell: Joi.valid('bash', '/bin/sh'),
    variables: Joi.object().pattern(Joi.string(), scalar),
    'parameter-store': Joi.object().pattern(Joi.string(), Joi.string()),
    'secrets-manager': absent,
    'exported-variables': strings,
    'git-credential-helper': absent,
  }),
  phases: Joi.object(Object.fromEntries(COMMAND_PHASES.map((name) => [name, phase]))).required(),
  artifacts: Joi.object({
    files: strings.min(1).required(),
    name: Joi.string(),
    'base-directory': Joi.string(),
    'discard-paths': Joi.boolean().truthy('yes').falsy('no'),
    'exclude-paths': strings,
    'secondary-artifacts': absent,
  }),
  cache: Joi.object({ key: Joi.string(), 'fallback-keys': strings, action: Joi.string(), paths: strings }),
};
const schema = Joi.object<Buildspec>(keys).required();

/** @throws BuildError `YAML_FILE_ERROR` naming all that is wrong, and what the sandbox does not do */
export function readBuildspec(text: string): Buildspec {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    throw new BuildError('YAML_FILE_ERROR', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const { error, value } = schema.validate(parsed, { abortEarly: false, errors: { wrap: { label: false } } });
  if (error !== undefined) throw new BuildError('YAML_FILE_ERROR', `Invalid buildspec: ${error.message}`);
  return value;
}

/**
 * The commands run with this machine's Node: a build that asks for another would be a lie.
 *
 * @throws BuildError
 */
export function checkRuntimes({ phases }: Buildspec): void {
  const have = process.versions.node.split('.')[0] ?? '';
  for (const [name, version] of Object.entries(phases.install?.['runtime-versions'] ?? {})) {
    if (name !== 'nodejs') {
      const message = `Unknown runtime named '${name}'. This build image has the following runtimes: nodejs`;
      throw new BuildError('YAML_FILE_ERROR', message);
    }
    if (![have, `${have}.x`, 'latest'].includes(String(version))) {
      const message = `Unknown runtime version named '${version}' of nodejs. This build image has the following versions: ${have}`;
      throw new BuildError('YAML_FILE_ERROR', message);
    }
  }
}
