import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetResourcesCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  type APIGatewayClient,
  type GatewayResponseType,
} from '@aws-sdk/client-api-gateway';
import { region } from './sandbox.ts';

export interface RestApi {
  readonly id: string;
  /** The one that it has. */
  readonly method: { readonly restApiId: string; readonly resourceId: string; readonly httpMethod: string };
  readonly apiKey: string;
  readonly apiKeyId: string;
  readonly usagePlanId: string;
}

export interface RestApiOptions {
  readonly functionName: string;
  /** Stage name to its stage variables. */
  readonly stages: Readonly<Record<string, Record<string, string>>>;
  readonly schema: object;
  /** Default: `string/replace`. */
  readonly path?: string;
  readonly gatewayResponses?: readonly {
    readonly responseType: GatewayResponseType;
    readonly statusCode?: string;
    readonly template: string;
  }[];
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The emulator left out a value that AWS always gives.');
  return value;
}

/** `POST` on one path with key, body model and a Lambda behind `${stageVariables.alias}`: the shape of ours. */
export async function createRestApi(client: APIGatewayClient, options: RestApiOptions): Promise<RestApi> {
  const restApiId = given((await client.send(new CreateRestApiCommand({ name: 'test' }))).id);
  const resources = await client.send(new GetResourcesCommand({ restApiId }));
  let resourceId = given(resources.items?.[0]?.id);
  for (const pathPart of (options.path ?? 'string/replace').split('/')) {
    const made = await client.send(new CreateResourceCommand({ restApiId, parentId: resourceId, pathPart }));
    resourceId = given(made.id);
  }
  await client.send(
    new CreateModelCommand({
      restApiId,
      name: 'Body',
      contentType: 'application/json',
      schema: JSON.stringify(options.schema),
    }),
  );
  const validator = await client.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'body-only', validateRequestBody: true }),
  );
  const method = { restApiId, resourceId, httpMethod: 'POST' };
  await client.send(
    new PutMethodCommand({
      ...method,
      authorizationType: 'NONE',
      apiKeyRequired: true,
      requestModels: { 'application/json': 'Body' },
      requestValidatorId: given(validator.id),
    }),
  );
  const functionArn = `arn:aws:lambda:${region}:000000000000:function:${options.functionName}`;
  await client.send(
    new PutIntegrationCommand({
      ...method,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}:\${stageVariables.alias}/invocations`,
    }),
  );
  for (const { template, ...response } of options.gatewayResponses ?? []) {
    await client.send(
      new PutGatewayResponseCommand({ restApiId, ...response, responseTemplates: { 'application/json': template } }),
    );
  }
  const deployment = await client.send(new CreateDeploymentCommand({ restApiId }));
  for (const [stageName, variables] of Object.entries(options.stages)) {
    await client.send(new CreateStageCommand({ restApiId, stageName, deploymentId: given(deployment.id), variables }));
  }
  const apiStages = Object.keys(options.stages).map((stage) => ({ apiId: restApiId, stage }));
  const plan = await client.send(new CreateUsagePlanCommand({ name: `plan-${restApiId}`, apiStages }));
  const key = await client.send(new CreateApiKeyCommand({ name: `key-${restApiId}`, enabled: true }));
  const [usagePlanId, apiKeyId] = [given(plan.id), given(key.id)];
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: apiKeyId, keyType: 'API_KEY' }));
  return { id: restApiId, method, apiKey: given(key.value), apiKeyId, usagePlanId };
}
