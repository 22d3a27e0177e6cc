import { describeError } from '../errors.ts';
import { lockedError, type LockInfo } from '../terraform/lock.ts';
import { codeBlock, escapeText, inlineCode } from './escape.ts';
import { renderAlert } from './parts.ts';

/** Who holds the lock that keeps a run from the state, since when, and how it is freed. */
export function renderLocked(lock: LockInfo, environment: string): string {
  const { id, who, operation, created, path } = lock;
  const since = created.replace(/\.\d+/, '');
  // Terraform's own names of what it does: `OperationTypeApply`.
  const what = operation.replace(/^OperationType/, '').toLowerCase();
  const text = [
    `**The state of ${inlineCode(environment)} is locked** by ${inlineCode(who)} since ${escapeText(since)} (${inlineCode(what)} of ${inlineCode(path)}). Nothing was changed.`,
    `Wait until that has ended, and run this again. If it was killed and nobody works on it, free it with:`,
  ].join('\n\n');
  const command = codeBlock('sh', `make terraform/force-unlock ENV=${environment} ARGS=${shellWord(id)}`);
  return `${renderAlert({ kind: 'warning', text })}\n\n${command}`;
}

/** The same for a terminal. */
export function lockedText(lock: LockInfo, environment: string): string {
  return describeError(lockedError(lock, environment));
}

/** An id is a UUID; whatever else it is must not become a second word of a command that is copied. */
function shellWord(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replaceAll(/[^\w./:-]/g, '')}'`;
}
