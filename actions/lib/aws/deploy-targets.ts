import joi from 'joi';

/** What Terraform writes for those who deploy into an environment, in the SSM parameter of `deployTargetsParameter`. */
export interface DeployTargets {
  readonly lambdas: Readonly<Record<string, { readonly function_name: string }>>;
}

const schema = joi
  .object<DeployTargets>({
    lambdas: joi
      .object()
      .pattern(joi.string(), joi.object({ function_name: joi.string().required() }).unknown())
      .required(),
  })
  .unknown();

/** @throws Error if Terraform wrote something else: the two must change together. */
export function parseDeployTargets(text: string): DeployTargets {
  const wrong = (error: Error): Error =>
    new Error(`The deploy targets parameter is not what is expected: ${error.message}`, { cause: error });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw error instanceof Error ? wrong(error) : error;
  }
  const { value, error } = schema.validate(parsed);
  if (error !== undefined) throw wrong(error);
  return value;
}
