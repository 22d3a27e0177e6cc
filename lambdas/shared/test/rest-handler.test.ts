import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { InvalidRequestError } from '../invalid-request.ts';
import { CallFailed, createRestHandler, type RestHandlerOptions } from '../rest-handler.ts';
import { context } from './context.ts';
import { readEvent } from './events.ts';
import { RecordingLogger } from './recording-logger.ts';

const event = readEvent('replace-strings', 'good');

function prepare(options: Partial<RestHandlerOptions> = {}) {
  const logger = new RecordingLogger();
  const handle = createRestHandler({
    answer: () => ({ statusCode: 201, body: { made: 1 }, log: { count: 1 } }),
    logger,
    version: '7',
    ...options,
  });
  return { logger, handle };
}

function failing(reason: unknown): Partial<RestHandlerOptions> {
  return { answer: () => Promise.reject(reason) };
}

describe('an answer', () => {
  test('is JSON with its status, and says which version gave it', async () => {
    const { handle } = prepare({ headers: { 'x-more': 'yes' } });
    expect(await handle(event, context)).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'x-lambda-version': '7', 'x-more': 'yes' },
      body: '{"made":1}',
      isBase64Encoded: false,
    });
  });

  test('says no version where there is none', async () => {
    const { handle } = prepare({ version: undefined });
    expect((await handle(event, context)).headers).toEqual({ 'content-type': 'application/json' });
  });

  test('is one line in the log, with both request ids, the stage and the version', async () => {
    const { handle, logger } = prepare();
    await handle(event, context);
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: 'Answered',
        requestId: event.requestContext.requestId,
        function_request_id: context.awsRequestId,
        function_version: '7',
        stage: 'test',
        statusCode: 201,
        count: 1,
      },
    ]);
  });

  test('holds nothing of the call before in its line', async () => {
    let calls = 0;
    const { handle, logger } = prepare({
      answer: () => {
        calls += 1;
        if (calls === 1) logger.appendKeys({ left: 'over' });
        return { statusCode: 200, body: {} };
      },
    });
    await handle(event, context);
    await handle({ ...event, requestContext: { ...event.requestContext, requestId: 'second' } }, context);
    expect(logger.lines[0]).toMatchObject({ left: 'over', requestId: event.requestContext.requestId });
    expect(logger.lines[1]).toMatchObject({ requestId: 'second' });
    expect(logger.lines[1]).not.toHaveProperty('left');
  });
});

describe('a failure', () => {
  test('of the caller is a 400 with its message', async () => {
    const { handle, logger } = prepare(failing(new InvalidRequestError('Invalid request body: it is empty')));
    const { statusCode, body } = await handle(event, context);
    expect({ statusCode, body }).toEqual({ statusCode: 400, body: '{"message":"Invalid request body: it is empty"}' });
    expect(logger.lines).toEqual([expect.objectContaining({ level: 'info', message: 'Refused', statusCode: 400 })]);
  });

  test.each([
    ['an error', new Error('the password is hunter2')],
    ['something else that is thrown', 'the password is hunter2'],
  ])(
    'of ours (%s) fails the call without detail, so that alarms see it, and the detail is in the log',
    async (_, thrown) => {
      const { handle, logger } = prepare(failing(thrown));
      const failed = await handle(event, context).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(CallFailed);
      expect(inspect(failed)).not.toContain('hunter2');
      expect(logger.lines).toEqual([
        expect.objectContaining({ level: 'error', message: 'Failed', statusCode: 500, error: thrown }),
      ]);
    },
  );

  test('that is thrown before there is a promise is answered too', async () => {
    const { handle } = prepare({
      answer: () => {
        throw new InvalidRequestError('no');
      },
    });
    expect((await handle(event, context)).statusCode).toBe(400);
  });
});

describe('work in the background', () => {
  test('is waited for', async () => {
    const work = Promise.withResolvers<void>();
    let done = false;
    const { handle } = prepare({ settled: () => work.promise });
    const answered = handle(event, context).then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    work.resolve();
    await answered;
    expect(done).toBe(true);
  });

  test('is not waited for any longer than the caller may notice', async () => {
    const { handle } = prepare({ settled: () => Promise.withResolvers<void>().promise });
    const start = performance.now();
    await handle(event, context);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
