/** The line that a person ticks; `plan-again` looks for it. */
export const PLAN_AGAIN_BOX = '- [ ] Plan again';
/** What stands in its place while the plan is made. */
export const PLAN_AGAIN_BUSY = '- [x] Being planned again';

const FOLDED = '<details><summary>The outdated plan</summary>';

/**
 * A plan comment's text once its plan is outdated: the old one is folded below the reason.
 *
 * @param reason Markdown, one or two sentences
 * @param again whether ticking a box plans again; without, a newer plan is on its way
 */
export function renderOutdated(
  text: string,
  { reason, again }: { readonly reason: string; readonly again: boolean },
): string {
  const [title = '', ...rest] = text.split('\n');
  const headline = title.replace(/^### (?:Outdated · )?/, '### Outdated · ');
  const old = rest.join('\n').trim();
  const notice = `> [!WARNING]\n> **This plan is outdated.** ${reason.replaceAll('\n', ' ')}`;
  return [
    headline,
    notice,
    ...(again ? [`${PLAN_AGAIN_BOX} (merged with the base branch as it is now)`] : []),
    ...(old === '' ? [] : [`${FOLDED}\n\n${old}\n\n</details>`]),
  ].join('\n\n');
}
