import { describe, expect, test } from '@jest/globals';
import { Pace } from '../pace.ts';

describe('how fast time goes by', () => {
  test('a minute of AWS is a second at speed 60', () => {
    expect(new Pace(60).toReal(60_000)).toBe(1_000);
  });

  test('a wait ends when it is told to', async () => {
    const stop = new AbortController();
    const wait = new Pace(1).wait(3_600_000, stop.signal);
    stop.abort();
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('%d is no speed', (speed) => {
    expect(() => new Pace(speed)).toThrow('is no speed');
  });
});
