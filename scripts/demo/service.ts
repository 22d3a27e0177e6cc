import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SandboxInfo } from '../sandbox/state.ts';

/** One load balancer, as `<AWS_ENDPOINT_URL>/_sandbox/load-balancers` tells of it. */
export interface LoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  readonly listeners: readonly { readonly port: number; readonly protocol: string; readonly address: string }[];
  readonly caFile: string;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface ServiceCall {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Calls the service through one listener of its load balancer, by its own name: what `curl --connect-to` does. */
export interface ServiceClient {
  readonly address: string;
  call(request: ServiceCall): Promise<ServiceAnswer>;
  close(): void;
}

export async function loadBalancers({ awsUrl }: Pick<SandboxInfo, 'awsUrl'>): Promise<readonly LoadBalancer[]> {
  const response = await fetch(`${awsUrl}/_sandbox/load-balancers`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`The sandbox does not tell its load balancers: ${response.status}.`);
  const found: readonly LoadBalancer[] = JSON.parse(await response.text());
  return found;
}

/**
 * @param endpoint as Terraform's output `service_endpoint` says it: `https://service.example.com`.
 * @param port of the listener; the endpoint's own if left out.
 */
export async function serviceClient(sandbox: SandboxInfo, endpoint: string, port?: number): Promise<ServiceClient> {
  const { protocol, hostname } = new URL(endpoint);
  const secure = protocol === 'https:';
  const wanted = port ?? (secure ? 443 : 80);
  const [balancer] = await loadBalancers(sandbox);
  const listener = balancer?.listeners.find((candidate) => candidate.port === wanted);
  if (balancer === undefined || listener === undefined) {
    throw new Error(`No load balancer listens on port ${wanted}.`);
  }
  const [host = '', realPort] = listener.address.split(':');
  const agent = secure
    ? new Agent({ keepAlive: true, ca: await readFile(balancer.caFile), servername: hostname })
    : undefined;
  return {
    address: listener.address,
    call: (asked) =>
      new Promise((resolve, reject) => {
        const options = {
          host,
          port: realPort,
          method: asked.method ?? 'GET',
          path: asked.path,
          headers: { host: hostname, ...asked.headers },
          timeout: 30_000,
        };
        const outgoing = agent === undefined ? httpRequest(options) : httpsRequest({ ...options, agent });
        outgoing.on('response', (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        });
        outgoing.on('timeout', () => outgoing.destroy(new Error('No answer within 30 s.')));
        outgoing.on('error', reject);
        outgoing.end(asked.body);
      }),
    close: () => agent?.destroy(),
  };
}

/** The API key, from the parameter that Terraform's output `service_api_key_parameter` names. */
export async function apiKeyOf(sandbox: SandboxInfo, parameter: string): Promise<string> {
  const ssm = new SSMClient({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  try {
    const { Parameter: found } = await ssm.send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));
    if (found?.Value === undefined) throw new Error(`The parameter ${parameter} has no value.`);
    return found.Value;
  } finally {
    ssm.destroy();
  }
}

/** What the service says to one request, and which commit it is. */
export interface ServiceReply {
  readonly status: number;
  readonly message: string;
  readonly version: string;
}

const STARTED_MS = 60_000;

/** `POST /api/string/replace` at the service of `test`, once it is healthy. */
export async function askService(sandbox: SandboxInfo, content: string, signal: AbortSignal): Promise<ServiceReply> {
  const [balancer] = await loadBalancers(sandbox);
  if (balancer === undefined) throw new Error('There is no load balancer in the account.');
  const client = await serviceClient(sandbox, `http://${balancer.dnsName}`);
  try {
    const end = Date.now() + STARTED_MS;
    while ((await client.call({ path: '/status/health' })).status !== 200 && Date.now() < end) {
      await delay(200, undefined, { signal });
    }
    const { status, headers, text } = await client.call({
      method: 'POST',
      path: '/api/string/replace',
      headers: {
        'content-type': 'application/json',
        'x-api-key': await apiKeyOf(sandbox, `/${balancer.name}/service/api-key-a`),
      },
      body: JSON.stringify({ content }),
    });
    const answer: { message?: string } = text.startsWith('{') ? JSON.parse(text) : {};
    return { status, message: answer.message ?? '', version: String(headers['x-service-version'] ?? '') };
  } finally {
    client.close();
  }
}
