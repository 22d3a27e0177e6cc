import type { Measured } from './metrics.ts';

/** As AWS's alarms of target tracking: 3 periods above the target scale out, 15 below 90 % of it scale in. */
export const HIGH_PERIODS = 3;
export const LOW_PERIODS = 15;
export const LOW_SHARE = 0.9;
/** Of the 15, how many must have data; at AWS it is all, which needs somebody who measures every period. */
export const LOW_DATA = 3;

/** What one policy wants: more, fewer (so many would do), or nothing. */
export type Wish = { readonly kind: 'out' | 'in'; readonly capacity: number } | { readonly kind: 'stay' };

/**
 * What target tracking makes of its metric: the capacity at which the metric would be at its target.
 *
 * @param measured of the last {@link LOW_PERIODS}, the oldest first
 * @param recent the time after which {@link HIGH_PERIODS} lie
 */
export function wishOf(measured: readonly Measured[], recent: number, target: number, current: number): Wish {
  const last = measured.filter(({ at }) => at >= recent);
  const newest = last.at(-1);
  if (newest === undefined) return { kind: 'stay' };
  const capacity = Math.ceil((current * newest.value) / target);
  if (capacity > current && last.every(({ value }) => value > target)) return { kind: 'out', capacity };
  const low = measured.length >= LOW_DATA && measured.every(({ value }) => value < target * LOW_SHARE);
  return low ? { kind: 'in', capacity } : { kind: 'stay' };
}

/** One of the policies wants more: the most that any wants. All that may scale in want fewer: the most of these. */
export function decide(
  wishes: readonly { readonly wish: Wish; readonly mayScaleIn: boolean }[],
  current: number,
): { readonly kind: 'out' | 'in'; readonly capacity: number; readonly by: number } | undefined {
  let out: { readonly kind: 'out'; readonly capacity: number; readonly by: number } | undefined;
  let less: { readonly kind: 'in'; readonly capacity: number; readonly by: number } | undefined;
  let agreed = true;
  for (const [by, { wish, mayScaleIn }] of wishes.entries()) {
    if (wish.kind === 'out' && wish.capacity > (out?.capacity ?? current)) {
      out = { kind: 'out', capacity: wish.capacity, by };
    }
    if (!mayScaleIn) continue;
    if (wish.kind !== 'in') agreed = false;
    else if (wish.capacity >= (less?.capacity ?? 0)) less = { kind: 'in', capacity: wish.capacity, by };
  }
  if (out !== undefined) return out;
  return agreed && less !== undefined && less.capacity < current ? less : undefined;
}
