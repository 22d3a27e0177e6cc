import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';

/** The name of the service's image repository; written by `bootstrap`. */
export const SERVICE_REPOSITORY_PARAMETER = '/terraform/images/service';

/**
 * The base image of the service in place of the one that its Dockerfile names: for an account that has a mirror, or takes nothing
 * from outside. An account without this parameter has the Dockerfile's.
 */
export const BASE_IMAGE_PARAMETER = '/terraform/images/base';

export async function baseImageOf(client: SSMClient): Promise<string | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: BASE_IMAGE_PARAMETER }));
    return Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}
