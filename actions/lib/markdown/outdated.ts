import { details, renderAlert } from './parts.ts';

/** The line that a person ticks; `plan-again` looks for it. */
export const PLAN_AGAIN_BOX = '- [ ] Plan again';
/** What stands in its place while the plan is made. */
export const PLAN_AGAIN_BUSY = '- [x] Being planned again';

const TITLE = '### Outdated · ';
const FOLD = 'The outdated plan';
const TOO_LONG = 'The outdated plan is too long to keep here. It is in the summary of its run.';
/** What is left of 65,536 characters beside the hidden lines of the longest plan that is kept in them. */
const SAFE_ROOM = 34_000;

/**
 * A plan comment's text once its plan is outdated: the old one is folded below the reason. Outdated twice, it has the later reason.
 *
 * @param reason Markdown, one or two sentences
 * @param again whether ticking a box plans again; without, a newer plan is on its way
 * @param room how long the text may be, in UTF-16 code units; an old plan that does not fit is left out
 */
export function renderOutdated(
  text: string,
  { reason, again, room = SAFE_ROOM }: { readonly reason: string; readonly again: boolean; readonly room?: number },
): string {
  const { title, old } = parse(text);
  const warning = `**This plan is outdated.** ${reason.replaceAll(/\s*\n\s*/g, ' ')}`;
  const head = [
    `${TITLE}${title}`,
    renderAlert({ kind: 'warning', text: warning }),
    ...(again ? [`${PLAN_AGAIN_BOX} (merged with the base branch as it is now)`] : []),
  ].join('\n\n');
  if (old === '') return head;
  const whole = `${head}\n\n${details(FOLD, old)}`;
  if (whole.length <= room) return whole;
  // The last line says of which commit it is, and where the run is.
  const foot = old.split('\n').findLast((line) => line.startsWith('<sub>'));
  return [head, TOO_LONG, ...(foot === undefined ? [] : [foot])].join('\n\n');
}

/** The plan's own title and text, also of a comment that is outdated already. */
function parse(text: string): { readonly title: string; readonly old: string } {
  const [first = '', ...rest] = text.split('\n');
  const body = rest.join('\n').trim();
  const title = first.replace(/^### (?:Outdated · )*/, '');
  if (!first.startsWith(TITLE)) return { title, old: body };
  const [before, after] = details(FOLD, '|').split('|');
  const start = body.indexOf(before ?? '');
  if (start !== -1) return { title, old: body.slice(start + (before ?? '').length, body.lastIndexOf(after ?? '')) };
  const tooLong = body.indexOf(TOO_LONG);
  return { title, old: tooLong === -1 ? '' : body.slice(tooLong) };
}
