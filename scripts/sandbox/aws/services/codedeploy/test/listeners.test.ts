import { describe, expect, test } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { reweigh } from '../ecs/listeners.ts';

const PAIR = ['blue', 'green'];

describe('the actions of a listener', () => {
  test('give the pair its shares, and together always the whole', () => {
    assert(
      property(integer({ min: 0, max: 100 }), integer({ min: 0, max: 100 }), (before, after) => {
        const TargetGroups = [
          { TargetGroupArn: 'blue', Weight: 100 - before },
          { TargetGroupArn: 'green', Weight: before },
        ];
        const [action] =
          reweigh([{ Type: 'forward', ForwardConfig: { TargetGroups } }], PAIR, { blue: 100 - after, green: after }) ??
          [];
        expect(action?.ForwardConfig?.TargetGroups).toEqual([
          { TargetGroupArn: 'blue', Weight: 100 - after },
          { TargetGroupArn: 'green', Weight: after },
        ]);
      }),
    );
  });

  test('change from one target group to weights, and keep what goes before them', () => {
    const login = { Type: 'authenticate-oidc' as const, Order: 1 };
    const forward = { Type: 'forward' as const, Order: 2, TargetGroupArn: 'blue' };
    expect(reweigh([login, forward], PAIR, { green: 100 })).toEqual([
      login,
      { Type: 'forward', Order: 2, ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'green', Weight: 100 }] } },
    ]);
  });

  test('keep their stickiness', () => {
    const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 };
    const TargetGroups = [{ TargetGroupArn: 'blue', Weight: 1 }];
    const before = { Type: 'forward' as const, ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } };
    expect(reweigh([before], PAIR, { green: 100 })?.[0]?.ForwardConfig?.TargetGroupStickinessConfig).toEqual(
      TargetGroupStickinessConfig,
    );
  });

  test('are left alone when they lead elsewhere', () => {
    expect(reweigh([{ Type: 'forward', TargetGroupArn: 'other' }], PAIR, { green: 100 })).toBeUndefined();
    expect(reweigh([{ Type: 'fixed-response' }], PAIR, { green: 100 })).toBeUndefined();
    expect(reweigh([], PAIR, { green: 100 })).toBeUndefined();
  });
});
