import { escapeText, inlineCode, shortened } from '../markdown/escape.ts';
import type { Unfinished } from '../github/deployments.ts';
import { allowLabel, type Guarded } from '../terraform/guard.ts';

/** Something that is said right below a plan's headline. `text` is Markdown. */
export interface PlanNote {
  readonly kind: 'caution' | 'warning' | 'note' | 'important';
  readonly text: string;
}

const MOST_NAMED = 20;

/** That protected resources would go, and what allows it. */
export function guardNote({ changes, digest, allowed }: Guarded): PlanNote {
  const named = changes.slice(0, MOST_NAMED).map(({ address }) => inlineCode(shortened(address, 300)));
  const more = changes.length > named.length ? ` and ${changes.length - named.length} more` : '';
  const what = `Protected resources would be destroyed: ${named.join(', ')}${more}.`;
  const label = inlineCode(allowLabel(digest));
  return allowed
    ? { kind: 'warning', text: `${what} The label ${label} allows it, for exactly this plan.` }
    : {
        kind: 'caution',
        text: `${what} If that is meant, add the label ${label} to this pull request: it allows exactly this plan, and no other one.`,
      };
}

/** That an apply of this environment is not through: what is planned here starts from wherever it stopped (K11). */
export function unfinishedNote(environment: string, { state, sha, runUrl }: Unfinished): PlanNote {
  const where = `of commit ${inlineCode(sha.slice(0, 7))}${runUrl === undefined ? '' : ` ([run](${escapeUrl(runUrl)}))`}`;
  return state === 'running'
    ? { kind: 'note', text: `An apply to ${inlineCode(environment)} ${where} has begun and not ended.` }
    : {
        kind: 'warning',
        text: `The last apply to ${inlineCode(environment)}, ${where}, failed. What it left undone is part of every plan until an apply succeeds.`,
      };
}

/** A link's target comes from GitHub; what would end it early is taken out. */
function escapeUrl(url: string): string {
  return /^https?:\/\/[^\s()<>]+$/.test(url) ? url : escapeText(url);
}
