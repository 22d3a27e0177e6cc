import { setTimeout } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { MappingCache } from '@repo/string-replacement';
import { createBodyParser, InvalidBodyError } from '../shared/json-body.ts';
import { jsonResponse } from '../shared/json-response.ts';
import type { Logger } from '../shared/logger.ts';
import schema from './request.schema.json' with { type: 'json' };
import { revision } from './revision.ts';

export type Dependencies = {
  readonly mappings: MappingCache;
  readonly logger: Logger;
  /** The lambda's version, for the header `x-lambda-version`. */
  readonly version: string | undefined;
};

type Handler = (
  event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded' | 'requestContext'>,
  context: Pick<Context, 'awsRequestId'>,
) => Promise<APIGatewayProxyResult>;

/** What `request.schema.json` describes. */
type RequestBody = { content: string };

const parseBody = createBodyParser<RequestBody>(schema);

/** `POST /string/replace` `{"content": string}`: 200 `{"message": string}`, 400 with the cause, or 500 without one. */
export function createHandler({ mappings, logger, version }: Dependencies): Handler {
  const headers = { 'x-lambda-revision': revision, ...(version === undefined ? {} : { 'x-lambda-version': version }) };

  return async (event, { awsRequestId }) => {
    const { requestId, stage } = event.requestContext;
    const log = logger.with({ requestId, awsRequestId, stage });
    try {
      const { content } = parseBody(event);
      const { replace } = await mappings.get();
      const message = replace(content);
      log.info('Replaced', { statusCode: 200, characters: content.length, changed: message !== content });
      return jsonResponse(200, { message }, headers);
    } catch (error) {
      if (error instanceof InvalidBodyError) {
        log.info('Refused', { statusCode: 400, cause: error.message });
        return jsonResponse(400, { message: error.message }, headers);
      }
      log.error('Failed', { statusCode: 500, error });
      return jsonResponse(500, { message: 'Internal Server Error' }, headers);
    } finally {
      await settle(mappings);
    }
  };
}

/**
 * Lambda freezes the process once the answer is out, and a read that is under way with it. So the answer waits for the read, which
 * takes some 20 ms once a minute; but not for long, because the caller has no use for it.
 */
async function settle(mappings: MappingCache): Promise<void> {
  const patience = new AbortController();
  const timeout = setTimeout(250, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([mappings.settled(), timeout]);
  patience.abort();
}
