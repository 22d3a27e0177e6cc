import Joi from 'joi';
import { parse } from 'yaml';
import { DeploymentFailure } from '../platform.ts';
import { AwsError } from '../../json-protocol.ts';

/** What an AppSpec of Lambda says. */
export interface AppSpec {
  readonly functionName: string;
  readonly alias: string;
  readonly currentVersion: string;
  readonly targetVersion: string;
  /** Lambda by event. */
  readonly hooks: Readonly<Record<string, string>>;
}

interface Written {
  version: number;
  Resources: Record<
    string,
    { Properties: { Name: string; Alias: string; CurrentVersion: string; TargetVersion: string } }
  >[];
  Hooks?: Record<string, string>[];
}

/** Also as a number, as YAML reads a version without quotes. */
const version = Joi.alternatives(Joi.string(), Joi.number().custom(String))
  .custom((value: string, helpers) => (/^[1-9]\d*$/.test(value) ? value : helpers.error('version.number')))
  .messages({ 'version.number': '{{#label}} must be the number of a published version' });

// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html: all four are required, and a
// version is a positive integer, so that $LATEST is none.
const schema = Joi.object<Written>({
  version: Joi.number().valid(0).required(),
  Resources: Joi.array()
    .items(
      Joi.object()
        .pattern(
          Joi.string(),
          Joi.object({
            Type: Joi.valid('AWS::Lambda::Function').required(),
            Properties: Joi.object({
              Name: Joi.string().required(),
              Alias: Joi.string().required(),
              CurrentVersion: version.required(),
              TargetVersion: version.required(),
            }).required(),
          }),
        )
        .length(1),
    )
    .length(1)
    .required(),
  Hooks: Joi.array().items(Joi.object().pattern(Joi.valid('BeforeAllowTraffic', 'AfterAllowTraffic'), Joi.any())),
});

/** @throws AwsError when it is no document at all, so that CreateDeployment refuses it */
export function parseAppSpec(content: string): unknown {
  try {
    // JSON is YAML too.
    return parse(content);
  } catch {
    throw new AwsError('InvalidRevisionException', 'The AppSpec is neither YAML nor JSON.');
  }
}

/** @throws DeploymentFailure when it says what cannot be: that AWS finds out when the deployment begins */
export function readAppSpec(content: string): AppSpec {
  const { error, value } = schema.validate(parseAppSpec(content));
  if (error !== undefined) throw invalidAppSpec(`${error.message}.`);
  const [properties] = Object.values(value.Resources[0] ?? {}).map(({ Properties }) => Properties);
  if (properties === undefined) throw invalidAppSpec('It has no function.');
  const hooks: Record<string, string> = Object.assign({}, ...(value.Hooks ?? []));
  for (const name of Object.values(hooks)) {
    if (typeof name !== 'string' || name === '')
      throw invalidAppSpec('The Lambda function name cannot be null or empty');
  }
  const { Name, Alias, CurrentVersion, TargetVersion } = properties;
  // AWS says no more than that (terraform-aws-modules/terraform-aws-lambda#82).
  if (CurrentVersion === TargetVersion) throw invalidAppSpec('');
  return { functionName: Name, alias: Alias, currentVersion: CurrentVersion, targetVersion: TargetVersion, hooks };
}

/**
 * In AWS's words, as users have reported them: aws/serverless-application-model#291, terraform-aws-modules/terraform-aws-lambda#75 and #82.
 *
 * @param reason what AWS adds to them
 */
export function invalidAppSpec(reason: string): DeploymentFailure {
  const message =
    'The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is missing or has an invalid configuration.';
  return new DeploymentFailure('INVALID_LAMBDA_CONFIGURATION', `${message} ${reason}`.trim());
}
