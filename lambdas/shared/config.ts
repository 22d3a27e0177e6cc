import Joi from 'joi';

export type Config = {
  /** The SSM parameter that holds the map of replacements, as JSON. */
  readonly mappingParameterName: string;
  /** The published version that runs, or `$LATEST`; absent outside Lambda. */
  readonly version: string | undefined;
};

/** Something in the environment is missing or wrong; the message says what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = { STRINGS_MAPPING_PARAMETER_NAME: string; AWS_LAMBDA_FUNCTION_VERSION?: string };

const schema = Joi.object<Environment>({
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
  STRINGS_MAPPING_PARAMETER_NAME: Joi.string()
    .pattern(/^[\w./:-]+$/)
    .max(2048)
    .required(),
  AWS_LAMBDA_FUNCTION_VERSION: Joi.string(),
}).unknown();

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { error, value } = schema.validate(env);
  if (error !== undefined) {
    throw new ConfigError(
      'STRINGS_MAPPING_PARAMETER_NAME is missing or not a parameter name: set it to the name of the SSM parameter that holds the map of replacements.',
    );
  }
  return { mappingParameterName: value.STRINGS_MAPPING_PARAMETER_NAME, version: value.AWS_LAMBDA_FUNCTION_VERSION };
}
