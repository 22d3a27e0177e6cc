import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { UserError } from '../errors.ts';

/** What `bootstrap` writes down once per account, so that nothing has to be configured twice. */
export const STATE_BUCKET_PARAMETER = '/terraform/statefiles/bucket';
export const ARTIFACTS_BUCKET_PARAMETER = '/terraform/artifacts/bucket';

/** What Terraform tells those who deploy into an environment: which functions there are, as JSON. */
export function deployTargetsParameter(environment: string): string {
  return `/terraform/${environment}/deploy-targets`;
}

export interface ParameterReader {
  /** @throws UserError if there is no such parameter. */
  get(name: string): Promise<string>;
}

export function ssmParameters(client: SSMClient = new SSMClient({})): ParameterReader {
  return {
    async get(name) {
      try {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
        if (Parameter?.Value !== undefined) return Parameter.Value;
      } catch (error) {
        if (!(error instanceof ParameterNotFound)) throw unreachable(error);
      }
      throw new UserError(
        `There is no SSM parameter "${name}" in this account and region.`,
        'The account is bootstrapped first, and an environment is applied before anything is deployed into it.',
      );
    },
  };
}

/** The SDK's own words for "nobody there" and "who are you" do not say what to do. */
export function unreachable(error: unknown): unknown {
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    const endpoint = process.env['AWS_ENDPOINT_URL'] ?? 'AWS';
    return new UserError(
      `Nobody answers at ${endpoint}.`,
      'Start the sandbox with "make sandbox/up", or unset AWS_ENDPOINT_URL.',
      { cause: error },
    );
  }
  if (name === 'CredentialsProviderError') {
    return new UserError(
      'There are no AWS credentials.',
      'Sign in (for example with "aws sso login") and set AWS_PROFILE.',
      { cause: error },
    );
  }
  if (name === 'Error' && error instanceof Error && error.message.includes('Region is missing')) {
    return new UserError('AWS_REGION is not set.', 'Set it, for example AWS_REGION=eu-west-1.', { cause: error });
  }
  return error;
}
