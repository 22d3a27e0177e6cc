import { createServer, type Server } from 'node:http';

/** SSM with one parameter, for the SDK to talk to. */
export class FakeParameterStore {
  readonly calls: { readonly target: string | undefined; readonly body: unknown }[] = [];
  /** What it answers; `down` cuts the connection. */
  answer: { readonly status: number; readonly body: unknown } | 'down' = 'down';
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        this.calls.push({ target: request.headers['x-amz-target']?.toString(), body: JSON.parse(body) });
        if (this.answer === 'down') {
          request.socket.destroy();
          return;
        }
        response.writeHead(this.answer.status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(this.answer.body));
      });
    });
  }

  static async start(): Promise<FakeParameterStore> {
    const server = createServer();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    return new FakeParameterStore(server);
  }

  /** The value that it has from now on; the calls before are forgotten. */
  hold(value: string): void {
    this.calls.length = 0;
    this.answer = { status: 200, body: { Parameter: { Name: '/strings/mapping', Type: 'String', Value: value } } };
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The parameter store does not listen.');
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
