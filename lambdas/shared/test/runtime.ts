import type { APIGatewayProxyResult } from 'aws-lambda';

/**
 * Stands for Lambda's runtime: loads the bundle that it is given and hands it the events that come by message, one at a time. Its
 * clock can be put forward, so that a test need not wait for a minute.
 */
const [bundle = ''] = process.argv.slice(2);

let ahead = 0;
const now = performance.now.bind(performance);
Object.defineProperty(performance, 'now', { value: () => now() + ahead });

type Handler = (event: unknown, context: unknown) => Promise<APIGatewayProxyResult>;
export type Request = { readonly advance: number } | { readonly event: unknown; readonly context: unknown };
export type Reply =
  { readonly ready: true } | { readonly failure: string } | { readonly result: APIGatewayProxyResult };

const reply = (message: Reply): unknown => process.send?.(message);

try {
  const { handler }: { handler: Handler } = await import(bundle);
  process.on('message', (request: Request) => {
    if ('advance' in request) {
      ahead += request.advance;
      return;
    }
    handler(request.event, request.context).then(
      (result) => reply({ result }),
      (error: unknown) => reply({ failure: String(error) }),
    );
  });
  reply({ ready: true });
} catch (error) {
  reply({ failure: String(error) });
  process.disconnect();
}
