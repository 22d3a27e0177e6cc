import type { Shift } from '../../lib/aws/code-deploy.ts';
import type { PinPull } from '../../lib/github/pin-pulls.ts';
import type { Pins } from '../../lib/pins.ts';
import { PINNED_ALIAS, type AliasState } from '../../lib/promotion/aliases.ts';
import { deploymentUrl } from '../../lib/promotion/links.ts';
import type { Wanted } from '../../lib/promotion/prepare.ts';

/** What becomes of one pinned lambda, and why. */
export type Decision = { readonly id: string; readonly why: string } & (
  { readonly kind: 'shift'; readonly wanted: Wanted } | { readonly kind: 'as-pinned' | 'leave' | 'warn' | 'fail' }
);

export interface Circumstances {
  readonly functionName: string | undefined;
  /** The shift that is going on. */
  readonly active: Shift | undefined;
  /** Open pull requests of promotions, with the pins as they would have them. */
  readonly pulls: readonly (PinPull & { readonly pins: Pins })[];
  /** The code that the alias runs. */
  readonly runs: string | undefined;
  readonly region: string;
  readonly path: string;
}

/** State, not history: what counts is what the alias runs, and what is pinned. */
export function decide(state: AliasState, circumstances: Circumstances): Decision {
  const { id, kind, pin, pinnedVersion, runs = 'nothing' } = state;
  const { functionName, active, pulls, region, path } = circumstances;
  if (kind === 'as-pinned') return { id, kind, why: `runs what is pinned (version ${runs}).` };
  if (active !== undefined) {
    const why = `a shift to version ${active.to ?? 'unknown'} is going on since ${active.createdAt.toISOString()}, and is left alone: ${deploymentUrl(active.id, region)}`;
    return { id, kind: 'leave', why };
  }
  if (kind === 'gone' || functionName === undefined) {
    const why = `is pinned in ${path}, and this environment has no such lambda with an alias ${PINNED_ALIAS}. Remove the pin, if the lambda is gone for good.`;
    return { id, kind: 'warn', why };
  }
  const pull = pulls.find(({ pins }) => circumstances.runs !== undefined && pins[id]?.sha256 === circumstances.runs);
  if (pull !== undefined) {
    const why = `runs version ${runs}, which pull request #${pull.number} is about to pin, and is left alone: ${pull.url}`;
    return { id, kind: 'leave', why };
  }
  if (kind === 'missing' || pinnedVersion === undefined) {
    const why = `no version has the code that ${path} pins (version ${pin.version}, sha256 ${pin.sha256}). Promote a version that is there, which pins it, or revert the commit whose code it is and apply that.`;
    return { id, kind: 'fail', why };
  }
  const number = pinnedVersion === pin.version ? '' : `, which is ${pin.version} in the pin file`;
  const why =
    kind === 'shifting'
      ? `is between two versions, and nobody shifts it; it is taken to version ${pinnedVersion}, as pinned${number}.`
      : `runs version ${runs}, and version ${pinnedVersion} is pinned${number}.`;
  return { id, kind: 'shift', wanted: { id, functionName, version: pinnedVersion }, why };
}
