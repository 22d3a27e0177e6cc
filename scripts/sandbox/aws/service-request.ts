import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What a handler of ours answers with; `content-length` is filled in. */
export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A request to one AWS service, as a handler sees it. */
export interface ServiceRequest {
  /** The service in the credential scope, such as `codedeploy`. */
  readonly service: string;
  /** The region in the credential scope. */
  readonly region: string;
  /**
   * The operation: of `X-Amz-Target` or `Action` where the protocol has one, else `<METHOD> <path>`.
   */
  readonly action: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** The whole body; read once, so that asking again or passing the request on afterwards is fine. */
  body(): Promise<Buffer>;
  /** Sends the request on to the emulator and gives its answer, for a handler that changes it. */
  forward(): Promise<ServiceResponse>;
}

/** One file per service. A handler that answers `undefined` leaves the request to the emulator. */
export interface ServiceHandler {
  readonly service: string;
  handle(request: ServiceRequest): Promise<ServiceResponse | undefined>;
}

export interface CredentialScope {
  readonly region: string;
  readonly service: string;
}

/**
 * `Credential=<key>/<date>/<region>/<service>/aws4_request`, from the header or from a presigned URL.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialScope(headers: IncomingHttpHeaders, url: URL): CredentialScope | undefined {
  const credential =
    /^AWS4-[A-Z0-9-]+ .*?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ??
    url.searchParams.get('X-Amz-Credential');
  const parts = credential?.split('/').slice(-4) ?? [];
  const [, region, service, terminator] = parts;
  if (region === undefined || service === undefined || terminator !== 'aws4_request') return undefined;
  return { region, service };
}

/** Parses what a client sent as request target; the host part is of no interest. */
export function requestUrl(request: IncomingMessage): URL {
  return new URL(`http://front-door${request.url?.startsWith('/') === true ? request.url : '/'}`);
}

export function isQueryProtocol(headers: IncomingHttpHeaders): boolean {
  return (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

/** A small body that the query protocol needs read before the operation is known. */
export function actionOf(request: IncomingMessage, url: URL, form: Buffer | undefined): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  const action = url.searchParams.get('Action') ?? (form && new URLSearchParams(form.toString('utf8')).get('Action'));
  return action ?? `${request.method ?? 'GET'} ${url.pathname}`;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
