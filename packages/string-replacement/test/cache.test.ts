import { describe, expect, test } from '@jest/globals';
import { createMappingCache, MappingError, type Logger, type MappingCacheOptions } from '../src/index.ts';

type Line = { level: 'warn' | 'error'; message: string; fields: Readonly<Record<string, unknown>> | undefined };

class RecordingLogger implements Logger {
  readonly lines: Line[] = [];
  readonly warn = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    this.lines.push({ level: 'warn', message, fields });
  };
  readonly error = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    this.lines.push({ level: 'error', message, fields });
  };
}

/** A parameter store whose answers are given by hand, so that a test decides when a read ends. */
class ManualSource {
  readonly #open: PromiseWithResolvers<string>[] = [];
  reads = 0;
  readonly read = (): Promise<string> => {
    this.reads += 1;
    const answer = Promise.withResolvers<string>();
    this.#open.push(answer);
    return answer.promise;
  };
  answer(json: string): void {
    this.#open.shift()?.resolve(json);
  }
  fail(error: Error): void {
    this.#open.shift()?.reject(error);
  }
}

function prepare(options: Partial<MappingCacheOptions> = {}) {
  const source = new ManualSource();
  const logger = new RecordingLogger();
  const clock = { ms: 1_000_000 };
  const cache = createMappingCache({ read: source.read, logger, now: () => clock.ms, ...options });
  const replaced = async (): Promise<string> => (await cache.get()).replace('a');
  return { source, logger, clock, cache, replaced };
}

async function prepareLoaded(options: Partial<MappingCacheOptions> = {}) {
  const all = prepare(options);
  const first = all.replaced();
  all.source.answer('{"a": "one"}');
  expect(await first).toBe('one');
  return all;
}

const down = new Error('the parameter store is down');

describe('a map that can be read', () => {
  test('is read once, however many ask for it at the same time', async () => {
    const { source, replaced } = prepare();
    const answers = Promise.all([replaced(), replaced(), replaced()]);
    source.answer('{"a": "one"}');
    expect(await answers).toEqual(['one', 'one', 'one']);
    expect(source.reads).toBe(1);
  });

  test('is not read again within a minute', async () => {
    const { source, clock, replaced } = await prepareLoaded();
    clock.ms += 59_999;
    expect(await replaced()).toBe('one');
    expect(source.reads).toBe(1);
  });

  test('is read again in the background after that, and served meanwhile', async () => {
    const { source, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    expect(await Promise.all([replaced(), replaced()])).toEqual(['one', 'one']);
    expect(source.reads).toBe(2);
    source.answer('{"a": "two"}');
    await cache.settled();
    expect(await replaced()).toBe('two');
    clock.ms += 59_999;
    await replaced();
    expect(source.reads).toBe(2);
  });

  test('is not built anew when the text is the same', async () => {
    const { source, clock, cache } = await prepareLoaded();
    const before = await cache.get();
    clock.ms += 60_000;
    await cache.get();
    source.answer('{"a": "one"}');
    await cache.settled();
    expect(await cache.get()).toBe(before);
    expect(source.reads).toBe(2);
  });

  test('is waited for when the old one is far too old, as in a lambda that has slept', async () => {
    const { source, clock, replaced } = await prepareLoaded();
    clock.ms += 3_600_000;
    const answer = replaced();
    source.answer('{"a": "two"}');
    expect(await answer).toBe('two');
  });

  test('settled waits for nothing when nothing is going on', async () => {
    const { cache } = prepare();
    await expect(cache.settled()).resolves.toBeUndefined();
  });

  test('whose keys can never be replaced says so when it is loaded', async () => {
    const { source, logger, cache } = prepare();
    const answer = cache.get();
    source.answer('{"a": "b", "b": "c"}');
    await answer;
    expect(logger.lines).toEqual([expect.objectContaining({ level: 'warn', fields: { keys: ['b'] } })]);
  });
});

describe('a map that can no longer be read', () => {
  test('stays in use, and the failure is logged', async () => {
    const { source, logger, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    await replaced();
    source.fail(down);
    await cache.settled();
    expect(await replaced()).toBe('one');
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'The map of replacements could not be read; the last good one stays in use',
        fields: { error: down },
      },
    ]);
  });

  test('stays in use when the new text is malformed', async () => {
    const { source, logger, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    await replaced();
    source.answer('{"a": 1}');
    await cache.settled();
    expect(await replaced()).toBe('one');
    expect(logger.lines[0]?.fields?.['error']).toEqual(
      new MappingError('The value of "a" is a number: write a string.'),
    );
  });

  test('is tried again after five seconds, not at each call', async () => {
    const { source, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    await replaced();
    source.fail(down);
    await cache.settled();
    clock.ms += 4_999;
    await replaced();
    expect(source.reads).toBe(2);
    clock.ms += 1;
    await replaced();
    expect(source.reads).toBe(3);
    source.answer('{"a": "two"}');
    await cache.settled();
    expect(await replaced()).toBe('two');
  });

  test('is logged once a minute while it lasts, with the number of failures between', async () => {
    const { source, logger, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    for (let second = 0; second <= 60; second += 5) {
      await replaced();
      source.fail(down);
      await cache.settled();
      clock.ms += 5_000;
    }
    expect(source.reads).toBe(1 + 13);
    expect(logger.lines.map(({ fields }) => fields?.['failuresSinceLastLogged'])).toEqual([undefined, 11]);
  });

  test('is served at once while reading fails, however old it is', async () => {
    const { source, clock, cache, replaced } = await prepareLoaded();
    clock.ms += 60_000;
    await replaced();
    source.fail(down);
    await cache.settled();
    clock.ms += 3_600_000;
    expect(await replaced()).toBe('one');
    expect(source.reads).toBe(3);
  });
});

describe('a map that was never read', () => {
  test('is an error for everyone who asked, with its cause', async () => {
    const { source, logger, replaced } = prepare();
    const answers = Promise.allSettled([replaced(), replaced()]);
    source.fail(down);
    expect(await answers).toEqual([
      { status: 'rejected', reason: down },
      { status: 'rejected', reason: down },
    ]);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]?.message).toMatch(/there is none to fall back on/);
  });

  test('is not asked for again at each call, but after five seconds', async () => {
    const { source, clock, replaced } = prepare();
    const first = replaced();
    source.fail(down);
    await expect(first).rejects.toBe(down);
    await expect(replaced()).rejects.toBe(down);
    expect(source.reads).toBe(1);
    clock.ms += 5_000;
    const later = replaced();
    source.answer('{"a": "one"}');
    expect(await later).toBe('one');
  });

  test('is an error also where read throws instead of rejecting', async () => {
    const { cache } = prepare({
      read: () => {
        throw down;
      },
    });
    await expect(cache.get()).rejects.toBe(down);
  });
});
