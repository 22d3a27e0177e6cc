import { randomBytes } from 'node:crypto';
import { ApiError } from './answers.ts';
import type { Identity } from './git.ts';
import { ACTIONS_BOT, type Account } from './records.ts';
import type { Store } from './store.ts';

export const ANONYMOUS: Account = { login: '', kind: 'anonymous', readOnly: true };

/** Makes a person's token; the person is made too if new. */
export function createUserToken(store: Store, login: string, value = `ghp_${randomBytes(18).toString('hex')}`): string {
  store.user(login);
  store.state.tokens[value] = { login, kind: 'user', readOnly: false };
  store.save();
  return value;
}

/** A workflow's own token. `readOnly` is what forks and Dependabot get. */
export function createActionsToken(
  store: Store,
  readOnly = false,
  value = `ghs_${randomBytes(18).toString('hex')}`,
): string {
  store.state.tokens[value] = { login: ACTIONS_BOT, kind: 'actions', readOnly };
  store.save();
  return value;
}

/**
 * The account of an `Authorization` header: `Bearer …`, `token …`, or Basic with the token as the password, which is
 * what git sends (`x-access-token:<token>`).
 */
export function authenticate(store: Store, header: string | undefined): Account {
  if (header === undefined) return ANONYMOUS;
  const [scheme = '', value = ''] = header.split(' ');
  const basic = scheme.toLowerCase() === 'basic';
  const token = basic ? Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':') : value;
  const known = Object.hasOwn(store.state.tokens, token) ? store.state.tokens[token] : undefined;
  if (known === undefined) throw new ApiError(401, 'Bad credentials');
  return known;
}

/** Refuses a change by one who may only read. */
export function requireWrite(actor: Account): void {
  if (actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
  if (actor.readOnly) throw new ApiError(403, 'Resource not accessible by integration');
}

export function identity(store: Store, login: string): Identity {
  const { id } = store.user(login);
  return { name: login, email: `${id}+${login}@users.noreply.github.com` };
}
