import { APIGatewayClient, paginateGetApiKeys, paginateGetRestApis } from '@aws-sdk/client-api-gateway';
import type { SandboxInfo } from '../sandbox/state.ts';

export interface Answer {
  readonly status: number;
  readonly message: string;
  /** The code's own mark (`x-lambda-revision`), empty if the lambda did not answer. */
  readonly revision: string;
  readonly version: string;
}

export interface DeployedApi {
  /** The address without a stage, as `API_ENDPOINT` is for `npm run query`. */
  readonly endpoint: string;
  /** By stage. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Finds the REST API of the account and the keys of its stages, as the console shows them. */
export async function findApi(sandbox: SandboxInfo): Promise<DeployedApi> {
  const client = new APIGatewayClient({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  const ids: string[] = [];
  for await (const page of paginateGetRestApis({ client }, {}))
    ids.push(...(page.items ?? []).flatMap(({ id }) => id ?? []));
  const keys: Record<string, string> = {};
  for await (const page of paginateGetApiKeys({ client }, { includeValues: true })) {
    for (const { name, value } of page.items ?? []) {
      const stage = /-(\w+)-api-key$/.exec(name ?? '')?.[1];
      if (stage !== undefined && value !== undefined) keys[stage] = value;
    }
  }
  const [id] = ids;
  if (id === undefined) throw new Error('There is no REST API in the account.');
  return { endpoint: `${sandbox.awsUrl}/_aws/execute-api/${id}`, keys };
}

/** `POST /string/replace` on a stage. Without a key none is sent. */
export async function replace(api: DeployedApi, stage: string, body: unknown, key?: string): Promise<Answer> {
  const response = await fetch(`${api.endpoint}/${stage}/string/replace`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer: unknown = await response.json();
  const message = typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : '';
  return {
    status: response.status,
    message,
    revision: response.headers.get('x-lambda-revision') ?? '',
    version: response.headers.get('x-lambda-version') ?? '',
  };
}
