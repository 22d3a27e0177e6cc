import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parseDeployTargets } from './deploy-targets.ts';
import { deployTargetsParameter } from './parameters.ts';

/** A package that is deployed. */
export interface DeployedPackage {
  /** SHA-256 of the zip, in base64. */
  readonly sha256Base64: string;
  readonly bytes: number;
}

/** What an environment's functions were last deployed with, by the id of the lambda; what is not there yet is left out. */
export type DeployedPackages = (environment: string) => Promise<ReadonlyMap<string, DeployedPackage>>;

/** Needs `ssm:GetParameters` on the deploy targets and `lambda:GetFunctionConfiguration`. */
export function lambdaPackages(
  client: LambdaClient = new LambdaClient({}),
  ssm: SSMClient = new SSMClient({}),
): DeployedPackages {
  return async (environment) => {
    const { Parameters } = await ssm.send(new GetParametersCommand({ Names: [deployTargetsParameter(environment)] }));
    const value = Parameters?.[0]?.Value;
    const found = new Map<string, DeployedPackage>();
    if (value === undefined) return found;
    for (const [id, { function_name: FunctionName }] of Object.entries(parseDeployTargets(value).lambdas)) {
      try {
        // Without a qualifier it is the newest code, which Terraform deploys and the test alias runs.
        const { CodeSha256, CodeSize } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
        if (CodeSha256 !== undefined && CodeSize !== undefined) {
          found.set(id, { sha256Base64: CodeSha256, bytes: CodeSize });
        }
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    }
    return found;
  };
}
