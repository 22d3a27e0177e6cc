import { Readable } from 'node:stream';

// The real SDK with another end: what goes out is kept, and what comes back is what AWS answers on the wire.

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export function wire(...answers: readonly (Answer | Error)[]) {
  const sent: Sent[] = [];
  const left = [...answers];
  return {
    sent,
    config: {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
      maxAttempts: 1,
      // The checks run in the sandbox too, where AWS_ENDPOINT_URL is set.
      ignoreConfiguredEndpointUrls: true,
      requestHandler: {
        handle: (request: Sent) => {
          sent.push(request);
          const answer = left.shift() ?? {};
          if (answer instanceof Error) return Promise.reject(answer);
          const { status: statusCode = 200, headers = {}, body } = answer;
          const stream = Readable.from(body === undefined ? [] : [Buffer.from(JSON.stringify(body))]);
          return Promise.resolve({ response: { statusCode, headers, body: stream } });
        },
      },
    },
  };
}

export function sentJson(request: Sent | undefined): unknown {
  const body = request?.body;
  if (body === undefined) throw new Error('Nothing was sent.');
  return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
}

export const refusal = (status: number, type: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { Message: 'no', __type: type },
});
