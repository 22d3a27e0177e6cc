import { setTimeout } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { InvalidRequestError } from './invalid-request.ts';
import { jsonResponse } from './json-response.ts';
import type { Logger } from './logger.ts';

/** What a lambda may look at. */
export type RestEvent = Pick<
  APIGatewayProxyEvent,
  'body' | 'isBase64Encoded' | 'pathParameters' | 'queryStringParameters' | 'requestContext'
>;

export type Answer = {
  readonly statusCode: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** For the log: numbers and the like, never a text of the caller's. */
  readonly log?: Readonly<Record<string, unknown>>;
};

export type RestHandler = (event: RestEvent, context: Context) => Promise<APIGatewayProxyResult>;

export type RestHandlerOptions = {
  /** @throws InvalidRequestError, which becomes a 400 with its message; anything else becomes a 500 without one, by the gateway */
  readonly answer: (event: RestEvent) => Answer | Promise<Answer>;
  readonly logger: Logger;
  /** The lambda's version, for the header `x-lambda-version`. */
  readonly version: string | undefined;
  /** More headers for every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Resolves when what was begun in the background is done. Never rejects. */
  readonly settled?: () => Promise<void>;
};

/**
 * What a call ends with that went wrong through a fault of ours. An answer with the status 500 would be a success for Lambda: no alarm on
 * errors would fire, and no shift to this version be stopped. The gateway makes the 500 of it. It carries nothing of its cause, because
 * Lambda logs it as it is; the cause is in the line before.
 */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';

  constructor() {
    super('The call has failed; the line "Failed" of the same request says why.');
  }
}

/**
 * What every lambda of the REST API does around its own work: one line in the log per call, with the request id that API
 * Gateway gave it and the lambda's own, and errors in the one JSON shape `{"message": string}`.
 *
 * @throws CallFailed (the handler) for a fault of ours
 */
export function createRestHandler({ answer, logger, version, headers, settled }: RestHandlerOptions): RestHandler {
  const always = { ...(version === undefined ? {} : { 'x-lambda-version': version }), ...headers };

  /** Nothing if the call has failed. */
  async function respond(event: RestEvent): Promise<APIGatewayProxyResult | undefined> {
    try {
      const { statusCode, body, log } = await answer(event);
      logger.info('Answered', { statusCode, ...log });
      return jsonResponse(statusCode, body, always);
    } catch (error) {
      if (error instanceof InvalidRequestError) {
        logger.info('Refused', { statusCode: 400, cause: error.message });
        return jsonResponse(400, { message: error.message }, always);
      }
      logger.error('Failed', { statusCode: 500, error });
      return undefined;
    }
  }

  return async (event, context) => {
    const { requestId, stage } = event.requestContext;
    logger.resetKeys();
    logger.addContext(context);
    logger.appendKeys({ requestId, stage, function_version: context.functionVersion });
    const response = await respond(event);
    if (settled !== undefined) await waitBriefly(settled());
    if (response === undefined) throw new CallFailed();
    return response;
  };
}

/**
 * Lambda freezes the process once the answer is out, and a read that is under way with it. So the answer waits for the read, which
 * takes some 20 ms once a minute; but not for long, because the caller has no use for it.
 */
async function waitBriefly(work: Promise<void>): Promise<void> {
  const patience = new AbortController();
  const timeout = setTimeout(250, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work, timeout]);
  patience.abort();
}
