import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** Reads the value of a parameter; its name is in the error, what it holds is not. */
export async function readParameter(client: SSMClient, name: string): Promise<string> {
  let value: string | undefined;
  try {
    const { Parameter: parameter } = await client.send(new GetParameterCommand({ Name: name }));
    value = parameter?.Value;
  } catch (cause) {
    throw new Error(`The SSM parameter "${name}" could not be read: see the cause.`, { cause });
  }
  if (value === undefined) throw new Error(`The SSM parameter "${name}" has no value.`);
  return value;
}
