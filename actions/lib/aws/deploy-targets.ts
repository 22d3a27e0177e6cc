import joi from 'joi';

/** What Terraform writes for those who deploy into an environment, in the SSM parameter of `deployTargetsParameter`. */
export interface DeployTargets {
  /** By lambda id. A function's CodeDeploy deployment group has its name. */
  readonly lambdas: Readonly<Record<string, { readonly function_name: string }>>;
  /** The CodeDeploy application of all lambdas; absent where there are none. */
  readonly lambda_application?: string;
  /** Absent where the environment has no REST API. */
  readonly api?: ApiTarget;
  /** Absent where the environment has no service. */
  readonly service?: ServiceTarget;
}

export interface ApiTarget {
  readonly rest_api_id: string;
  /** The address without a stage. */
  readonly endpoint: string;
  /** The id, not the value, of each stage's API key. */
  readonly api_keys: Readonly<Record<string, string>>;
}

export interface ServiceTarget {
  readonly pipeline: string;
  readonly cluster: string;
  readonly service: string;
  readonly build_project: string;
  readonly deploy_application: string;
  readonly deploy_group: string;
}

const text = joi.string().required();

const schema = joi
  .object({
    lambdas: joi
      .object()
      .pattern(joi.string(), joi.object({ function_name: text }).unknown())
      .required(),
    lambda_application: joi.string().allow(null),
    api: joi
      .object({ rest_api_id: text, endpoint: text, api_keys: joi.object().pattern(joi.string(), text).required() })
      .unknown()
      .allow(null),
    service: joi
      .object({
        pipeline: text,
        cluster: text,
        service: text,
        build_project: text,
        deploy_application: text,
        deploy_group: text,
      })
      .unknown()
      .allow(null),
  })
  .unknown();

/** Terraform has no way to leave a key out. */
type Written = { readonly [Key in keyof DeployTargets]: DeployTargets[Key] | null };

/** @throws Error if Terraform wrote something else: the two must change together. */
export function parseDeployTargets(json: string): DeployTargets {
  const wrong = (error: Error): Error =>
    new Error(`The deploy targets parameter is not what is expected: ${error.message}`, { cause: error });
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw error instanceof Error ? wrong(error) : error;
  }
  const { value, error }: { value: Written & Pick<DeployTargets, 'lambdas'>; error?: Error | undefined } =
    schema.validate(parsed);
  if (error !== undefined) throw wrong(error);
  const { lambdas, lambda_application: application, api, service } = value;
  return {
    lambdas,
    ...(application == null ? {} : { lambda_application: application }),
    ...(api == null ? {} : { api }),
    ...(service == null ? {} : { service }),
  };
}
