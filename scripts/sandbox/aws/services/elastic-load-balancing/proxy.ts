import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { KeyPair } from './certificates.ts';
import { weightsOf, type BalancerConfig, type ListenerConfig } from './configuration.ts';
import type { Metrics } from './metrics.ts';
import { actionFor, redirectLocation } from './rules.ts';
import type { Target } from './target.ts';
import type { TargetGroup } from './target-group.ts';
import { WeightedChoice } from './weighted.ts';

/** Methods that may be sent once more without doing anything twice: RFC 9110, section 9.2.2. */
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];
/** A body up to this is kept, so that it can be sent once more when an idle connection turns out to be closed. */
const KEPT_BODY_BYTES = 64 * 1024;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues */
const CONNECT_TIMEOUT_MS = 10_000;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html: 64 KiB of headers. */
const LIMITS = { maxHeaderSize: 64 * 1024 };
const TLS = { minVersion: 'TLSv1.2' } as const;
/** Of this connection and not of the message: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

export interface ProxyOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly group: (arn: string) => TargetGroup | undefined;
  readonly certificate: (arn: string) => Promise<KeyPair>;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly report: (message: string) => void;
}

/** One listener at work: a server that hands each request on as the listener's rules say. */
export class Proxy {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });
  readonly #choices = new Map<string, WeightedChoice>();
  #balancer: BalancerConfig;
  #listener: ListenerConfig;

  private constructor(balancer: BalancerConfig, listener: ListenerConfig, options: ProxyOptions, pair?: KeyPair) {
    this.#balancer = balancer;
    this.#listener = listener;
    this.#options = options;
    const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => this.#answer(incoming, outgoing);
    this.#server =
      pair === undefined ? createServer(LIMITS, answer) : createSecureServer({ ...LIMITS, ...TLS, ...pair }, answer);
    this.#server.keepAliveTimeout = balancer.idleTimeoutMs;
    this.#server.requestTimeout = 0;
  }

  static async start(balancer: BalancerConfig, listener: ListenerConfig, options: ProxyOptions): Promise<Proxy> {
    const proxy = new Proxy(balancer, listener, options, await pairOf(listener, options));
    proxy.#server.listen(options.port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The listener has no port.');
    return address.port;
  }

  get listener(): ListenerConfig {
    return this.#listener;
  }

  async configure(balancer: BalancerConfig, listener: ListenerConfig): Promise<void> {
    if (listener.certificateArns.join(' ') !== this.#listener.certificateArns.join(' ')) {
      const pair = await pairOf(listener, this.#options);
      if (pair !== undefined && this.#server instanceof SecureServer)
        this.#server.setSecureContext({ ...TLS, ...pair });
    }
    this.#balancer = balancer;
    this.#listener = listener;
    this.#server.keepAliveTimeout = balancer.idleTimeoutMs;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    let found: ReturnType<typeof actionFor>;
    try {
      found = actionFor(this.#listener.rules, incoming);
    } catch (error) {
      // One rule that is not known here must not end the sandbox; whoever meets it should know why.
      this.#options.report(error instanceof Error ? error.message : String(error));
      this.#own(incoming, outgoing, { status: 500 });
      return;
    }
    const type = found?.action.Type;
    if (found !== undefined && type === 'forward') {
      this.#forward(incoming, outgoing, found.rule, weightsOf(found.action));
    } else if (found !== undefined && type === 'redirect') {
      const location = redirectLocation(found.action, incoming, this.#listener);
      const status = Number((found.action.RedirectConfig?.StatusCode ?? 'HTTP_301').slice('HTTP_'.length));
      this.#own(incoming, outgoing, { status, headers: { location } });
    } else if (found !== undefined && type === 'fixed-response') {
      const { StatusCode: status, ContentType: kind, MessageBody: body } = found.action.FixedResponseConfig ?? {};
      const headers = { 'content-type': kind ?? 'text/plain' };
      this.#own(incoming, outgoing, {
        status: Number(status ?? '200'),
        headers,
        ...(body === undefined ? {} : { body }),
      });
    } else this.#own(incoming, outgoing, { status: 502 });
  }

  #forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    rule: string,
    weights: readonly { readonly arn: string; readonly weight: number }[],
  ): void {
    const choice = this.#choices.get(rule) ?? new WeightedChoice();
    this.#choices.set(rule, choice);
    const arn = choice.next(weights.map((group) => ({ key: group.arn, weight: group.weight })));
    const group = arn === undefined ? undefined : this.#options.group(arn);
    const target = group?.next();
    if (group === undefined || target === undefined) {
      this.#own(incoming, outgoing, { status: 503, ...(group === undefined ? {} : { group: group.config.suffix }) });
      return;
    }
    void this.#exchange(incoming, outgoing, group, target);
  }

  async #exchange(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    group: TargetGroup,
    target: Target,
  ): Promise<void> {
    const began = performance.now();
    const kept = await keptBody(incoming);
    const send = (again: boolean): void => {
      const request = httpRequest({
        host: target.id,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: this.#headers(incoming),
        agent: this.#agent,
        timeout: this.#balancer.idleTimeoutMs,
      });
      const connecting = setTimeout(() => request.destroy(new Timeout()), CONNECT_TIMEOUT_MS);
      request.on('socket', (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        else socket.once('connect', () => clearTimeout(connecting));
      });
      request.on('response', (response) => {
        const seconds = (performance.now() - began) / 1000;
        const status = response.statusCode ?? 502;
        this.#count({ group: group.config.suffix, status, byTarget: true, seconds });
        outgoing.writeHead(status, response.statusMessage, withoutHopByHop(response.headers));
        outgoing.flushHeaders();
        response.pipe(outgoing);
        response.on('error', () => outgoing.destroy());
      });
      request.on('timeout', () => request.destroy(new Timeout()));
      request.on('error', (error) => {
        clearTimeout(connecting);
        // The target closed a connection that nothing was going on at, just as this went out: it has not seen it.
        if (
          request.reusedSocket &&
          IDEMPOTENT.includes(incoming.method ?? '') &&
          !again &&
          kept !== undefined &&
          !outgoing.headersSent &&
          !(error instanceof Timeout)
        ) {
          send(true);
          return;
        }
        if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
        else
          this.#own(incoming, outgoing, { status: error instanceof Timeout ? 504 : 502, group: group.config.suffix });
      });
      outgoing.on('close', () => {
        if (!outgoing.writableFinished) request.destroy();
      });
      if (kept === undefined) incoming.pipe(request);
      else request.end(kept);
    };
    send(false);
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
  #headers(incoming: IncomingMessage): OutgoingHttpHeaders {
    const before = incoming.headers['x-forwarded-for'];
    const address = incoming.socket.remoteAddress ?? '';
    const trace = incoming.headers['x-amzn-trace-id'];
    const id = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
    return {
      ...withoutHopByHop(incoming.headers),
      'x-forwarded-for': before === undefined ? address : `${String(before)}, ${address}`,
      'x-forwarded-proto': this.#listener.secure ? 'https' : 'http',
      'x-forwarded-port': String(this.#listener.port),
      'x-amzn-trace-id': trace ?? id,
    };
  }

  /** An answer of the load balancer's own. */
  #own(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    {
      status,
      headers = {},
      body,
      group,
    }: { status: number; headers?: OutgoingHttpHeaders; body?: string; group?: string },
  ): void {
    incoming.resume();
    this.#count({ ...(group === undefined ? {} : { group }), status, byTarget: false });
    outgoing.writeHead(status, { server: 'awselb/2.0', 'content-type': 'text/html', ...headers });
    outgoing.end(body ?? (status >= 400 ? `<html><body><h1>${status}</h1></body></html>\n` : ''));
  }

  #count(served: { group?: string; status: number; byTarget: boolean; seconds?: number }): void {
    this.#options.metrics.count({ balancer: this.#balancer.suffix, ...served });
  }
}

/** What a listener of HTTPS shows its callers: its first certificate, whatever name they ask for. */
async function pairOf(
  { secure, certificateArns }: ListenerConfig,
  options: ProxyOptions,
): Promise<KeyPair | undefined> {
  if (!secure) return undefined;
  const [arn] = certificateArns;
  if (arn === undefined) throw new Error('The listener has no certificate.');
  return options.certificate(arn);
}

class Timeout extends Error {
  override readonly name = 'Timeout';
}

function withoutHopByHop(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** A small body as a whole, nothing for none; `undefined` for one that has to be handed on as it comes. */
async function keptBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const length = incoming.headers['content-length'];
  if (length === undefined) return incoming.headers['transfer-encoding'] === undefined ? Buffer.alloc(0) : undefined;
  if (!(Number(length) <= KEPT_BODY_BYTES)) return undefined;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  } catch {
    // The caller has gone; what it sent until then goes on, and its end too.
  }
  return Buffer.concat(chunks);
}
