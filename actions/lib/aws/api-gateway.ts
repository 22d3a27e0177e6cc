import { APIGatewayClient, GetApiKeyCommand } from '@aws-sdk/client-api-gateway';
import type { ApiTarget } from './deploy-targets.ts';

/** The keys of an API's stages; the real one is `apiGatewayKeys`. */
export interface ApiKeys {
  /** The value of a key: whoever asks masks it. */
  value(id: string): Promise<string>;
}

export function apiGatewayKeys(client: APIGatewayClient = new APIGatewayClient({})): ApiKeys {
  return {
    async value(id) {
      const { value } = await client.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }));
      if (value === undefined) throw new Error(`API Gateway answered the key ${id} without its value.`);
      return value;
    },
  };
}

/**
 * The address of a stage, without a slash at the end.
 *
 * @param awsEndpoint where AWS is, if not at AWS (AWS_ENDPOINT_URL): the sandbox serves a stage below it
 */
export function stageUrl(api: ApiTarget, stage: string, awsEndpoint: string | undefined): string {
  const base =
    awsEndpoint === undefined || awsEndpoint === ''
      ? api.endpoint
      : `${awsEndpoint.replace(/\/+$/, '')}/_aws/execute-api/${api.rest_api_id}`;
  return `${base.replace(/\/+$/, '')}/${stage}`;
}
