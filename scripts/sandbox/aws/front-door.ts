import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Faults } from './faults.ts';
import { serviceError } from './service-error.ts';
import {
  actionOf,
  credentialScope,
  isQueryProtocol,
  readBody,
  requestUrl,
  type CredentialScope,
  type ServiceHandler,
  type ServiceRequest,
  type ServiceResponse,
} from './service-request.ts';
import { messageHeaders, Upstream, UpstreamUnreachableError } from './upstream.ts';

export type { ServiceHandler, ServiceRequest, ServiceResponse } from './service-request.ts';

/** One line of the front door's log. No query, no headers, no bodies: they hold keys and signatures. */
export interface RequestLogEntry {
  readonly time: Date;
  readonly method: string;
  readonly path: string;
  /** Of the credential scope; a call without one (a person calling an API) has none. */
  readonly service: string | undefined;
  readonly action: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  readonly answeredBy: 'emulator' | 'handler' | 'fault' | 'front door';
  /** What went wrong, when the front door answered because something did. */
  readonly error?: Error;
}

export interface FrontDoorOptions {
  readonly emulatorUrl: string;
  /** Default: a free one. */
  readonly port?: number;
  /** At most one per service. */
  readonly handlers?: readonly ServiceHandler[];
  /** What the sandbox answers about itself, below `/_sandbox/`. */
  readonly controls?: readonly Control[];
  readonly log?: (entry: RequestLogEntry) => void;
}

/** One address of the sandbox's own; `Faults` is one. */
export interface Control {
  readonly path: string;
  control(method: string, body: string): ServiceResponse | Promise<ServiceResponse>;
}

export interface FrontDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** The sandbox's one AWS endpoint, on 127.0.0.1: each request goes to our handler for its service, or to the emulator. */
export async function startFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const handlers = new Map((options.handlers ?? []).map((handler) => [handler.service, handler]));
  if (handlers.size !== (options.handlers ?? []).length) throw new Error('Two handlers are for the same service.');
  const upstream = new Upstream(options.emulatorUrl);
  const faults = new Faults();
  const controls = new Map([faults, ...(options.controls ?? [])].map((control) => [control.path, control]));

  const server = createServer((incoming, outgoing) => {
    const call = new Call(incoming, outgoing, { handlers, upstream, faults, controls });
    const start = performance.now();
    void call.answer().then((entry) =>
      options.log?.({
        time: new Date(),
        method: incoming.method ?? 'GET',
        path: requestUrl(incoming).pathname,
        ...entry,
        status: outgoing.statusCode,
        milliseconds: Math.round(performance.now() - start),
      }),
    );
  });
  // A large upload or a long function may take its time.
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    upstream.close();
    throw new Error(
      `The front door cannot listen on port ${options.port}: stop what listens there, or choose another port.`,
      { cause },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The front door has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      upstream.close();
      await closed;
    },
  };
}

interface CallContext {
  readonly handlers: ReadonlyMap<string, ServiceHandler>;
  readonly upstream: Upstream;
  readonly faults: Faults;
  readonly controls: ReadonlyMap<string, Control>;
}

const ONE_PIECE_BYTES = 1024 * 1024;

type Outcome = Pick<RequestLogEntry, 'service' | 'action' | 'answeredBy' | 'error'>;

/** How ministack answers for a service that it does not have: a 400 in no service's shape. */
const unsupportedService = '{"error": "Unsupported service:';

function mayBeFailure(answer: IncomingMessage): boolean {
  const status = answer.statusCode ?? 502;
  return status >= 500 || (status === 400 && answer.headers['content-type'] === 'application/json');
}

/**
 * Such an answer is sent in one piece. The Go SDK behind Terraform's provider takes headers that arrive before it has noted
 * the end of its own request, with the body still to come, for a broken connection: one call in 400 was made twice here,
 * and the second DeleteDashboards found nothing.
 */
function isShort(answer: IncomingMessage): boolean {
  return Number(answer.headers['content-length'] ?? Infinity) <= ONE_PIECE_BYTES;
}

/** One request and its answer. */
class Call {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #context: CallContext;
  readonly #url: URL;
  readonly #scope: CredentialScope | undefined;
  #body: Promise<Buffer> | undefined;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, context: CallContext) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#context = context;
    this.#url = requestUrl(incoming);
    this.#scope = credentialScope(incoming.headers, this.#url);
  }

  async answer(): Promise<Outcome> {
    let action: string | undefined;
    try {
      const control = this.#context.controls.get(this.#url.pathname);
      if (control !== undefined) {
        const body = (await this.#readBody()).toString('utf8');
        this.#respond(await control.control(this.#incoming.method ?? 'GET', body));
        return { service: undefined, action, answeredBy: 'front door' };
      }
      const scope = this.#scope;
      if (scope === undefined) {
        await this.#passOn();
        return { service: undefined, action, answeredBy: 'emulator' };
      }
      const form = isQueryProtocol(this.#incoming.headers) ? await this.#readBody() : undefined;
      action = actionOf(this.#incoming, this.#url, form);
      return { service: scope.service, action, answeredBy: await this.#serve(scope, action) };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#fail(error, action);
      return { service: this.#scope?.service, action, answeredBy: 'front door', error };
    }
  }

  async #serve(scope: CredentialScope, action: string): Promise<Outcome['answeredBy']> {
    const fault = this.#context.faults.take(scope.service, action);
    if (fault?.delayMs !== undefined) {
      // Read first: who has sent it and hangs up is noticed only then.
      await this.#readBody();
      await sleep(fault.delayMs);
      if (this.#incoming.socket.destroyed) throw new Error('The caller has gone while the call was held.');
    }
    if (fault?.error !== undefined) {
      const message = `${fault.error.code}: asked for at ${this.#context.faults.path}`;
      await this.#readBody();
      this.#respond(serviceError(scope.service, this.#incoming.headers, { ...fault.error, message }));
      return 'fault';
    }
    const answer = await this.#context.handlers.get(scope.service)?.handle(this.#serviceRequest(scope, action));
    if (answer !== undefined) {
      this.#respond(answer);
      return 'handler';
    }
    return this.#passOn(action);
  }

  #serviceRequest(scope: CredentialScope, action: string): ServiceRequest {
    return {
      ...scope,
      action,
      method: this.#incoming.method ?? 'GET',
      url: this.#url,
      headers: this.#incoming.headers,
      body: () => this.#readBody(),
      forward: async () => {
        const { answer, content } = await this.#context.upstream.exchange(this.#incoming, await this.#readBody());
        const headers = Object.fromEntries(
          Object.entries(answer.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
        );
        delete headers['transfer-encoding'];
        delete headers['connection'];
        delete headers['content-length'];
        return { status: answer.statusCode ?? 502, headers, body: content };
      },
    };
  }

  /**
   * The emulator's answer as it is, except that a 5xx to an AWS call is a failure of the emulator, and SDKs would repeat
   * the call for minutes: they get a 4xx with a sentence instead, and so they do for a service that the emulator has
   * not. What an API of the user's answers is never touched.
   */
  async #passOn(action?: string): Promise<'emulator' | 'front door'> {
    const answer = await this.#context.upstream.send(this.#incoming, await this.#body);
    const status = answer.statusCode ?? 502;
    if (this.#scope !== undefined && !this.#isApiCall(this.#scope) && (mayBeFailure(answer) || isShort(answer))) {
      const content = await readBody(answer);
      if (mayBeFailure(answer) && (status >= 500 || content.toString('utf8').startsWith(unsupportedService))) {
        const said = content.toString('utf8').slice(0, 500);
        const message = `The emulator cannot do ${this.#scope.service} ${action}: it answered ${status} ${said}`;
        const error = { status: 400, code: 'EmulatorFailure', message };
        this.#respond(serviceError(this.#scope.service, this.#incoming.headers, error));
        return 'front door';
      }
      this.#outgoing.writeHead(status, messageHeaders(answer.rawHeaders)).end(content);
      return 'emulator';
    }
    this.#outgoing.writeHead(status, messageHeaders(answer.rawHeaders));
    // Headers at once: a function may stream its answer.
    this.#outgoing.flushHeaders();
    await pipeline(answer, this.#outgoing);
    return 'emulator';
  }

  /** A signed call to an API or to a function's URL, whose 5xx are its own. */
  #isApiCall(scope: CredentialScope): boolean {
    return scope.service === 'execute-api' || (this.#incoming.headers.host ?? '').includes('.lambda-url.');
  }

  #fail(error: Error, action: string | undefined): void {
    if (this.#outgoing.headersSent) {
      this.#outgoing.destroy();
      return;
    }
    const dead = error instanceof UpstreamUnreachableError;
    const message = dead
      ? `${error.message}: it has ended. Look at its log, and start the sandbox again.`
      : `The sandbox failed at ${action ?? 'this call'}: ${error.message}`;
    if (this.#scope === undefined) {
      this.#respond({
        status: dead ? 503 : 500,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message }),
      });
      return;
    }
    // 424 and 400: SDKs do not repeat them.
    const code = dead ? 'EmulatorUnreachable' : 'SandboxFailure';
    this.#respond(
      serviceError(this.#scope.service, this.#incoming.headers, { status: dead ? 424 : 400, code, message }),
    );
  }

  #readBody(): Promise<Buffer> {
    this.#body ??= readBody(this.#incoming);
    return this.#body;
  }

  #respond(response: ServiceResponse): void {
    const body = Buffer.from(response.body ?? '');
    this.#outgoing.writeHead(response.status, { ...response.headers, 'content-length': body.length });
    this.#outgoing.end(body);
    // What a client still sends of a body that nobody read.
    this.#incoming.resume();
  }
}
