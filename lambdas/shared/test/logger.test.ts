import { afterEach, expect, jest, test } from '@jest/globals';
import { createLogger } from '../logger.ts';
import { context } from './context.ts';

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

/** What is written meanwhile, by line. Nothing else can write, because `work` does not wait. */
function written(work: () => void): { out: string[]; error: string[] } {
  const out: string[] = [];
  const error: string[] = [];
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => out.push(line.toString()) > 0),
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => error.push(line.toString()) > 0),
  ];
  try {
    work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { out, error };
}

const parse = (line: string | undefined): unknown => JSON.parse(line ?? '');

test('a call is one line of JSON', () => {
  const { out } = written(() => createLogger({}).info('two\nlines', { count: 2 }));
  expect(out).toEqual([expect.stringMatching(/^\{[^\n]*\}\n$/)]);
  expect(parse(out[0])).toMatchObject({
    level: 'INFO',
    message: 'two\nlines',
    count: 2,
    timestamp: expect.stringMatching(/Z$/),
  });
});

test('it says which function and which call wrote it, and whether that call was the first', () => {
  process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] = 'on-demand';
  const logger = createLogger({ AWS_LAMBDA_FUNCTION_NAME: context.functionName });
  const { out } = written(() => {
    for (let call = 0; call < 2; call += 1) {
      logger.addContext(context);
      logger.info('Called');
    }
  });
  const common = {
    service: context.functionName,
    function_name: context.functionName,
    function_request_id: context.awsRequestId,
  };
  expect(out.map(parse)).toEqual([
    expect.objectContaining({ ...common, cold_start: true }),
    expect.objectContaining({ ...common, cold_start: false }),
  ]);
});

test('the service can be named', () => {
  const { out } = written(() =>
    createLogger({ POWERTOOLS_SERVICE_NAME: 'replacement', AWS_LAMBDA_FUNCTION_NAME: 'f' }).info('x'),
  );
  expect(parse(out[0])).toMatchObject({ service: 'replacement' });
});

test('POWERTOOLS_LOG_LEVEL says from which level on', () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'WARN';
  const { out, error } = written(() => {
    const logger = createLogger({});
    logger.info('not this');
    logger.warn('but this');
    logger.error('and this');
  });
  expect([...out, ...error].map(parse)).toEqual([
    expect.objectContaining({ level: 'WARN', message: 'but this' }),
    expect.objectContaining({ level: 'ERROR', message: 'and this' }),
  ]);
});

test('an error is its name, message, stack and causes, and nothing that hangs on it', () => {
  const cause = Object.assign(new TypeError('inner'), { $response: { headers: { authorization: 'secret' } } });
  const outer = Object.assign(new Error('outer', { cause }), { request: { body: 'secret' } });
  const { error } = written(() => createLogger({}).error('failed', { error: outer }));
  expect(parse(error[0])).toMatchObject({
    error: {
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { name: 'TypeError', message: 'inner' },
    },
  });
  expect(error.join('')).not.toContain('secret');
});
