import { codeBlock, cut, escapeText } from './escape.ts';

/** In UTF-16 code units, for all errors together: the plan is in the same summary, which holds 1 MiB (see `STEP_SUMMARY`). */
const ERRORS = 30_000;

/** Below the plan in the run's summary, when all of it was applied. */
export function applySuccess(seconds: number, redeployed: boolean): string {
  const again = redeployed ? ' The API was deployed a second time, because parts of it were removed.' : '';
  return `**Applied** in ${seconds.toFixed(0)} s.${again}`;
}

/** In its place, when the API had to be deployed a second time and was not. */
export function redeployFailure(error: string, seconds: number): string {
  const title = `**Applied, but the API was not deployed a second time** (${seconds.toFixed(0)} s).`;
  return `${title}\n\n${codeBlock('text', cut(error, ERRORS))}`;
}

/**
 * In its place, when Terraform failed on the way.
 *
 * @param afterwards what the next run does not do, if there is anything
 */
export function applyFailure(errors: readonly string[], seconds: number, afterwards = ''): string {
  const shown = errors.slice(0, 20).map((error) => {
    const text = cut(error, ERRORS / Math.min(20, errors.length));
    return text === error ? error : `${text}… (the log has the rest)`;
  });
  return [
    `**Not all of it was applied** (${seconds.toFixed(0)} s). The next run goes on from here.${escapeText(afterwards)}`,
    ...shown.map((error) => codeBlock('text', error)),
    ...(shown.length < errors.length ? [`${errors.length - shown.length} more error(s) are in the log.`] : []),
  ].join('\n\n');
}
