import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parseDeployTargets, type ServiceTarget } from '../aws/deploy-targets.ts';
import { deployTargetsParameter } from '../aws/parameters.ts';

/** The service of an environment; `undefined` if it has none, or was never applied. */
export type FindService = (environment: string) => Promise<ServiceTarget | undefined>;

export function ssmServiceTarget(client: SSMClient = new SSMClient({})): FindService {
  return async (environment) => {
    // Of one that is not there, GetParameters says nothing, where GetParameter fails.
    const { Parameters } = await client.send(
      new GetParametersCommand({ Names: [deployTargetsParameter(environment)] }),
    );
    const value = Parameters?.[0]?.Value;
    return value === undefined ? undefined : parseDeployTargets(value).service;
  };
}
