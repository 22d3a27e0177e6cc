import { ENVIRONMENTS } from '../../lib/inputs.ts';
import { PLAN_AGAIN_BOX } from '../../lib/markdown/outdated.ts';
import { planMarker } from '../../lib/review/marker.ts';
import { ALLOW_LABEL_PREFIX } from '../../lib/terraform/guard.ts';

export type Cause =
  | {
      readonly kind: 'box';
      readonly pull: number;
      readonly comment: number;
      /** The comment as it was before. */ readonly unticked: string;
    }
  | { readonly kind: 'label'; readonly pull: number; readonly label: string };

/** Why a plan is made again, or nothing if the event is none of the reasons. The payload is outside input. */
export function causeOf(payload: unknown, author: string): Cause | undefined {
  const number = get(get(payload, 'issue'), 'number') ?? get(get(payload, 'pull_request'), 'number');
  if (typeof number !== 'number') return undefined;
  const label = get(get(payload, 'label'), 'name');
  if (typeof label === 'string') {
    return label.startsWith(ALLOW_LABEL_PREFIX) ? { kind: 'label', pull: number, label } : undefined;
  }
  const comment = get(payload, 'comment');
  const [id, body, by] = [get(comment, 'id'), get(comment, 'body'), get(get(comment, 'user'), 'login')];
  const before = get(get(get(payload, 'changes'), 'body'), 'from');
  if (typeof id !== 'number' || typeof body !== 'string' || typeof before !== 'string') return undefined;
  const isPlan = by === author && ENVIRONMENTS.some((environment) => body.startsWith(planMarker(environment)));
  const ticked = PLAN_AGAIN_BOX.replace('[ ]', '[x]');
  const isTicked = before.includes(PLAN_AGAIN_BOX) && new RegExp(RegExp.escape(ticked), 'i').test(body);
  return isPlan && isTicked ? { kind: 'box', pull: number, comment: id, unticked: before } : undefined;
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
