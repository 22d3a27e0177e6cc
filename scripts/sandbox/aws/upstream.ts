import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readBody } from './service-request.ts';

/** Headers of one connection, not of the message (RFC 9110, 7.6.1); `expect` was answered by our own server. */
const connectionHeaders = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Nothing answers at the emulator's address, or it hung up. */
export class UpstreamUnreachableError extends Error {
  override readonly name = 'UpstreamUnreachableError';
}

/** The emulator, over HTTP. Bodies are streamed; `Host` and the order and spelling of headers are kept. */
export class Upstream {
  readonly #origin: URL;
  // Below the emulator's own 75 s, so that no request meets a connection that is just being closed.
  readonly #agent = new Agent({ keepAlive: true, timeout: 30_000 });

  constructor(url: string) {
    this.#origin = new URL(url);
  }

  /** @param body - what was read of the request already; without it the request itself is streamed. */
  async send(incoming: IncomingMessage, body: Buffer | undefined): Promise<IncomingMessage> {
    const headers = messageHeaders(incoming.rawHeaders);
    const chunked = incoming.headers['transfer-encoding'] !== undefined;
    if (chunked && body === undefined) headers.push('transfer-encoding', 'chunked');
    if (chunked && body !== undefined) headers.push('content-length', String(body.length));
    const outgoing = httpRequest({
      agent: this.#agent,
      host: this.#origin.hostname,
      port: this.#origin.port,
      method: incoming.method,
      path: incoming.url,
      headers,
      setHost: false,
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
    });
    const sent = body === undefined ? pipeline(incoming, outgoing) : Promise.resolve(outgoing.end(body));
    try {
      // An answer that comes before the whole body was read is an answer: only wait for the body to fail.
      return await Promise.race([answered, sent.then(() => answered)]);
    } catch (cause) {
      if (incoming.destroyed && !incoming.complete) throw new Error('The client hung up', { cause });
      throw new UpstreamUnreachableError(`The AWS emulator at ${this.#origin.origin} does not answer`, { cause });
    }
  }

  /** As `send`, with the answer's body read. */
  async exchange(incoming: IncomingMessage, body: Buffer): Promise<{ answer: IncomingMessage; content: Buffer }> {
    const answer = await this.send(incoming, body);
    return { answer, content: await readBody(answer) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Name and value in turns, without the headers that belong to a connection. */
export function messageHeaders(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    if (!connectionHeaders.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
