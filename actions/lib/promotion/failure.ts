import type { Alarms } from '../aws/alarms.ts';
import type { LifecycleEvent, Shift } from '../aws/code-deploy.ts';
import { alarmUrl } from './links.ts';

/** The alarms that judge a shift, by the version that gets the calls; Terraform makes them. */
export function shiftAlarms(functionName: string): string {
  return `${functionName}-prod-shift-`;
}

export interface Why {
  /** One or more sentences. */
  readonly text: string;
  readonly alarms: readonly { readonly name: string; readonly url: string }[];
}

/** Why a shift did not go through, in CodeDeploy's words, with the alarms that fired and the hook that failed. */
export async function whyFailed(
  { shift, events }: { readonly shift: Shift; readonly events: readonly LifecycleEvent[] },
  functionName: string,
  { alarms, region }: { readonly alarms: Alarms; readonly region: string },
): Promise<Why> {
  const { error, status } = shift;
  const words = error === undefined ? [] : [error.message === '' ? 'CodeDeploy does not say why' : error.message];
  const code = error === undefined || error.code === '' ? '' : ` (${error.code})`;
  const failed = events.filter((event) => event.status === 'Failed');
  const hooks = failed
    .map(({ name, message }) => `${name}: ${message ?? 'failed'}`)
    .filter((text) => !said(words, text));
  const isAlarm = error?.code.includes('ALARM') === true;
  const known = isAlarm ? await alarms.beginningWith(shiftAlarms(functionName)) : [];
  // One that was quiet again by now is named by CodeDeploy.
  const fired = known.filter(({ name, firing }) => firing || error?.message.includes(name) === true);
  const isStopped = status === 'Stopped' && !isAlarm;
  return {
    text: sentences([
      ...(isStopped && error?.code !== 'MANUAL_STOP' ? ['Somebody stopped it'] : []),
      ...words.map((text) => `${withoutPoint(text)}${code}`),
      ...(words.length === 0 && !isStopped ? ['CodeDeploy does not say why'] : []),
      ...hooks,
      ...fired.map(({ name, reason }) => `The alarm ${name} fired${reason === '' ? '' : `: ${reason}`}`),
    ]),
    alarms: fired.map(({ name }) => ({ name, url: alarmUrl(name, region) })),
  };
}

function said(words: readonly string[], text: string): boolean {
  return words.some((word) => text.endsWith(word));
}

function sentences(parts: readonly string[]): string {
  return parts.map((part) => `${withoutPoint(part)}.`).join(' ');
}

function withoutPoint(text: string): string {
  return text.trim().replace(/\.$/, '');
}
