import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';

/** Per cent of the traffic by target group; one that is not there gets no share and is not named. */
export type Weights = Readonly<Record<string, number>>;

/**
 * A listener's or a rule's actions with other weights between the two target groups of a pair.
 *
 * @returns `undefined` when none of them forwards to the pair, so that they are not the deployment's to change
 */
export function reweigh(
  actions: readonly Action[],
  pair: readonly string[],
  weights: Weights,
): readonly Action[] | undefined {
  const isOurs = (action: Action): boolean =>
    action.Type === 'forward' && groupsOf(action).some(({ TargetGroupArn = '' }) => pair.includes(TargetGroupArn));
  if (!actions.some(isOurs)) return undefined;
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return actions.map((action) => {
    if (!isOurs(action)) return action;
    // The target group of its own would contradict the weights.
    const { TargetGroupArn: _, ForwardConfig: before, ...kept } = action;
    const stickiness = before?.TargetGroupStickinessConfig;
    return {
      ...kept,
      ForwardConfig: {
        TargetGroups,
        ...(stickiness?.Enabled === true ? { TargetGroupStickinessConfig: stickiness } : {}),
      },
    };
  });
}

function groupsOf({ TargetGroupArn, ForwardConfig }: Action): readonly TargetGroupTuple[] {
  return ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn }]);
}
