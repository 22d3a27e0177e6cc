import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UserError } from '../../../../../actions/lib/errors.ts';
import { requestUrl } from '../../service-request.ts';
import type { RegistryProtocol } from './protocol.ts';
import { RefusedError } from './registry-error.ts';

export interface RegistryServerOptions {
  /** What this sandbox had before; without one a free one is taken. */
  readonly port: number | undefined;
  /** The value of `Authorization` that lets in. */
  readonly authorization: string;
  readonly report: (message: string) => void;
}

export interface RegistryServer {
  readonly port: number;
  close(): Promise<void>;
}

/** The registry on 127.0.0.1. As ECR's, it lets nobody read or write without the login. */
export async function startRegistryServer(
  protocol: RegistryProtocol,
  options: RegistryServerOptions,
): Promise<RegistryServer> {
  const server = createServer((request, response) => {
    void answer(protocol, options, request, response);
  });
  server.requestTimeout = 0;
  const port = await listen(server, options.port);
  return {
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number | undefined): Promise<number> {
  server.listen(port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new UserError(
      `Port ${port}, where this sandbox's images are, is in use.`,
      'Stop what listens there, or forget this sandbox with "make sandbox/reset".',
      { cause },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port.');
  return address.port;
}

async function answer(
  protocol: RegistryProtocol,
  { authorization, report }: RegistryServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  try {
    if (!isSame(request.headers.authorization ?? '', authorization)) {
      response.setHeader('www-authenticate', 'Basic realm="sandbox",service="ecr.amazonaws.com"');
      throw new RefusedError(401, 'UNAUTHORIZED', 'no basic auth credentials');
    }
    await protocol.answer(request, response, requestUrl(request));
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      // Whoever hung up needs no answer; half of a blob must not look like a whole one.
      response.destroy();
      return;
    }
    if (!(error instanceof RefusedError)) report(`registry: ${error instanceof Error ? error.message : String(error)}`);
    const { status, code, message, detail } =
      error instanceof RefusedError ? error : new RefusedError(500, 'UNKNOWN', 'The registry failed: see its log.');
    const errors = [{ code, message, ...(detail === undefined ? {} : { detail }) }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
  } finally {
    request.resume();
  }
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
