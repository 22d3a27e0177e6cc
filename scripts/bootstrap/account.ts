import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { STATE_BUCKET_PARAMETER, unreachable } from '../../actions/lib/aws/parameters.ts';
import { UserError } from '../../actions/lib/errors.ts';

export interface Account {
  /** Twelve digits. */
  readonly id: string;
  /** Who is asking. */
  readonly arn: string;
}

/** @throws UserError if there are no credentials, or none that AWS takes. */
export async function whoAmI(client: STSClient = new STSClient({})): Promise<Account> {
  try {
    const { Account: id, Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
    if (id !== undefined && arn !== undefined) return { id, arn };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (!/^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch)/.test(name))
      throw unreachable(error);
    throw new UserError(`AWS does not take these credentials (${name}).`, 'Sign in again.', { cause: error });
  }
  throw new Error('STS answered without an account.');
}

/** The state bucket's name, as an earlier run has written it down; nothing if none has. */
export async function findStateBucket(client: SSMClient = new SSMClient({})): Promise<string | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: STATE_BUCKET_PARAMETER }));
    return Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw unreachable(error);
  }
}
