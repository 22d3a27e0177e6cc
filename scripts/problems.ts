import { terminalLog, type Log } from '../actions/lib/log.ts';

/**
 * The terminal's log, but with errors kept: one line each, and each once. Terraform tells of one forgotten quotation mark eight
 * times, on two lines.
 */
export function keepingErrors(log: Log = terminalLog()): { readonly log: Log; readonly errors: readonly string[] } {
  const errors: string[] = [];
  const error: Log['error'] = (message, place) => {
    const where = [place?.file, place?.line].filter((part) => part !== undefined).join(':');
    const line = where === '' ? oneLine(message) : `${where}: ${oneLine(message)}`;
    const text = line.replace(/:\d+: /, ': ');
    if (!errors.some((known) => known.replace(/:\d+: /, ': ') === text)) errors.push(line);
  };
  return { log: { ...log, error }, errors };
}

/** Terraform's summary and detail as one sentence, without the place of a rule in our own code: it says what the rule wants. */
function oneLine(message: string): string {
  const [summary = '', ...detail] = message.trim().split('\n');
  const rest = detail
    .join(' ')
    .replace(/This was checked by the validation rule at \S+/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return rest === '' ? summary : `${summary}: ${rest}`;
}
