import { describe, expect, test } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { WeightedChoice } from '../weighted.ts';

describe('choosing by weight', () => {
  test('gives each its part of any number of choices in a row, within one', () => {
    const weights = array(integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 });
    assert(
      property(weights, integer({ min: 1, max: 300 }), (given, count) => {
        const choice = new WeightedChoice();
        const keyed = given.map((weight, index) => ({ key: String(index), weight }));
        const chosen = Array.from({ length: count }, () => choice.next(keyed));
        const total = given.reduce((sum, weight) => sum + weight, 0);
        for (const { key, weight } of keyed) {
          const got = chosen.filter((one) => one === key).length;
          const due = total === 0 ? 0 : (count * weight) / total;
          expect(Math.abs(got - due)).toBeLessThanOrEqual(total === 0 ? 0 : keyed.length);
        }
      }),
    );
  });

  test('chooses none when no weight is above 0', () => {
    expect(new WeightedChoice().next([{ key: 'blue', weight: 0 }])).toBeUndefined();
  });

  test('follows new weights from the next choice on', () => {
    const choice = new WeightedChoice();
    for (let count = 0; count < 7; count += 1)
      choice.next([
        { key: 'blue', weight: 90 },
        { key: 'green', weight: 10 },
      ]);
    const after = Array.from({ length: 20 }, () =>
      choice.next([
        { key: 'blue', weight: 0 },
        { key: 'green', weight: 100 },
      ]),
    );
    expect(new Set(after)).toEqual(new Set(['green']));
  });
});
