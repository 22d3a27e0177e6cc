import { describe, expect, test } from '@jest/globals';
import { array, assert, boolean, constant, constantFrom, integer, nat, oneof, property, record } from 'fast-check';
import { decide, wishOf, type Wish } from '../decisions.ts';

/** One measurement a minute up to now, at minute 15. */
function measured(...values: readonly number[]): { at: number; value: number }[] {
  return values.map((value, index) => ({ at: 15 - values.length + index + 1, value }));
}
const RECENT = 12;
const TARGET = 70;

describe('what a policy wants of its metric', () => {
  test('nothing without data, and nothing of data that is old', () => {
    expect(wishOf([], RECENT, TARGET, 2)).toEqual({ kind: 'stay' });
    expect(wishOf([{ at: 3, value: 100 }], RECENT, TARGET, 2)).toEqual({ kind: 'stay' });
  });

  test('as many more as bring the metric to its target', () => {
    expect(wishOf(measured(90, 90, 105), RECENT, TARGET, 2)).toEqual({ kind: 'out', capacity: 3 });
    expect(wishOf(measured(100, 140), RECENT, TARGET, 4)).toEqual({ kind: 'out', capacity: 8 });
  });

  test('nothing while one of the last minutes was below the target', () => {
    expect(wishOf(measured(69, 90, 90), RECENT, TARGET, 2)).toEqual({ kind: 'stay' });
  });

  test('fewer when all was below 90 % of the target for long enough', () => {
    expect(wishOf(measured(20, 20, 20), RECENT, TARGET, 4)).toEqual({ kind: 'in', capacity: 2 });
    expect(wishOf(measured(20, 20), RECENT, TARGET, 4)).toEqual({ kind: 'stay' });
    expect(wishOf(measured(64, 20, 20, 20), RECENT, TARGET, 4)).toEqual({ kind: 'stay' });
  });
});

describe('what several policies make together', () => {
  const out = (capacity: number): Wish => ({ kind: 'out', capacity });
  const less = (capacity: number): Wish => ({ kind: 'in', capacity });
  const stay: Wish = { kind: 'stay' };
  const all = (...wishes: readonly Wish[]) => wishes.map((wish) => ({ wish, mayScaleIn: true }));

  test('the most that any wants', () => {
    expect(decide(all(out(3), out(5), less(1)), 2)).toEqual({ kind: 'out', capacity: 5, by: 1 });
  });

  test('fewer only when all agree, and then the most of these', () => {
    expect(decide(all(less(1), less(2)), 4)).toEqual({ kind: 'in', capacity: 2, by: 1 });
    expect(decide(all(less(1), stay), 4)).toBeUndefined();
  });

  test('one that must not scale in has no say in it', () => {
    const silent = { wish: stay, mayScaleIn: false };
    expect(decide([...all(less(2)), silent], 4)).toEqual({ kind: 'in', capacity: 2, by: 0 });
    expect(decide([{ wish: less(2), mayScaleIn: false }], 4)).toBeUndefined();
  });

  test('never the other way than it says', () => {
    const wish = oneof(
      record({ kind: constantFrom('out' as const, 'in' as const), capacity: nat(50) }),
      constant(stay),
    );
    const wishes = array(record({ wish, mayScaleIn: boolean() }));
    const holds = property(wishes, integer({ min: 1, max: 50 }), (given, current) => {
      const decision = decide(given, current);
      if (decision === undefined) return true;
      return decision.kind === 'out' ? decision.capacity > current : decision.capacity < current;
    });
    expect(() => assert(holds)).not.toThrow();
  });
});
