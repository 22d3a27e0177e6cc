import { randomBytes } from 'node:crypto';
import { ApiError } from './answers.ts';
import type { Identity } from './git.ts';
import { ACTIONS_BOT, type Account, type Permissions } from './records.ts';
import type { Store } from './store.ts';

export const ANONYMOUS: Account = { login: '', kind: 'anonymous', readOnly: true };

/** Makes a person's token; the person is made too if new. */
export function createUserToken(store: Store, login: string, value = `ghp_${randomBytes(18).toString('hex')}`): string {
  store.user(login);
  store.state.tokens[value] = { login, kind: 'user', readOnly: false };
  store.save();
  return value;
}

export interface TokenRights {
  /** What forks and Dependabot get. */
  readOnly?: boolean;
  /** What the workflow gives its jobs; without them the token may do everything. */
  permissions?: Permissions;
}

/** A workflow's own token. */
export function createActionsToken(
  store: Store,
  { readOnly = false, permissions }: TokenRights = {},
  value = `ghs_${randomBytes(18).toString('hex')}`,
): string {
  const rights = permissions === undefined ? {} : { permissions };
  store.state.tokens[value] = { login: ACTIONS_BOT, kind: 'actions', readOnly, ...rights };
  store.save();
  return value;
}

/** GitHub's tokens of a run end with it. */
export function revokeToken(store: Store, value: string): void {
  delete store.state.tokens[value];
  store.save();
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

export function identity(store: Store, login: string): Identity {
  const { id } = store.user(login);
  return { name: login, email: `${id}+${login}@users.noreply.github.com` };
}
