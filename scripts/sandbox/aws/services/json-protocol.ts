import { serviceError } from '../service-error.ts';
import type { ServiceRequest, ServiceResponse } from '../service-request.ts';

/** An error of the service's own, by the name that its API reference gives it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export type Operation = (body: Buffer, request: ServiceRequest) => Promise<object>;

/**
 * An operation of a JSON protocol: what the SDK reads from what the SDK sends. Dates in the output become seconds.
 *
 * @typeParam Input the SDK's own type of it, such as `CreateApplicationInput`. The SDK does not check that what is required is there.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is the type of what is parsed, too
export function operation<Input>(run: (input: Input, request: ServiceRequest) => object | Promise<object>): Operation {
  return async (body, request) => {
    let input: Input;
    try {
      input = JSON.parse(body.length === 0 ? '{}' : body.toString('utf8'));
    } catch {
      throw new AwsError('SerializationException', 'The body is not JSON.');
    }
    return run(input, request);
  };
}

/**
 * Answers a request of AWS JSON 1.0 or 1.1 by the operation that it names. One that is not in the table is refused as an unknown one.
 * Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function answerJson(
  request: ServiceRequest,
  operations: Readonly<Record<string, Operation>>,
): Promise<ServiceResponse> {
  const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.1';
  return refusing(request, async () => {
    const run = Object.hasOwn(operations, request.action) ? operations[request.action] : undefined;
    if (run === undefined) {
      throw new AwsError('UnknownOperationException', `The sandbox has no ${request.service} ${request.action}.`);
    }
    const body = toJson(await run(await request.body(), request));
    return { status: 200, headers: { 'content-type': contentType }, body };
  });
}

/** Answers, or says what the service says when it refuses. */
export async function refusing(
  request: ServiceRequest,
  answer: () => Promise<ServiceResponse>,
): Promise<ServiceResponse> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return serviceError(request.service, request.headers, error);
  }
}

/** JSON with dates as seconds since 1970. */
function toJson(value: object): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : shown;
  });
}
