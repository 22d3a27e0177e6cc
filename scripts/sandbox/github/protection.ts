import { ApiError } from './answers.ts';
import type { Hub } from './hub.ts';
import type { Account, ProtectionRecord } from './records.ts';
import type { Store } from './store.ts';

const WHY = 'Changes must be made through a pull request.';
export const PROTECTION_KINDS = ['classic', 'ruleset'] as const;

/** What keeps this account from changing the branch other than by a pull request; undefined if nothing does. */
export function protectionAgainst(store: Store, actor: Account, branch: string): ProtectionRecord | undefined {
  const protection = store.protection(branch);
  return protection === undefined || protection.bypass.includes(actor.login) ? undefined : protection;
}

/**
 * Refuses a change of a protected branch by the API, in GitHub's words: they were read in reports of both kinds
 * (BobAnkh/auto-generate-changelog#78, satisfactory-factories/application#67).
 *
 * @param doing what a classic protection begins its sentence with, such as `Could not update file`
 */
export function requireUnprotected(
  hub: Hub,
  actor: Account,
  { branch, status, doing }: { branch: string; status: number; doing?: string },
): void {
  const protection = protectionAgainst(hub.store, actor, branch);
  if (protection === undefined) return;
  if (protection.kind === 'ruleset') throw new ApiError(status, `Repository rule violations found\n\n${WHY}\n\n`);
  throw new ApiError(status, doing === undefined ? WHY : `${doing}: ${WHY}`);
}

/** What git's update hook needs to know about this push. */
export function hookEnvironment(hub: Hub, actor: Account): Record<string, string> {
  const against = hub.store.state.protections.filter(({ bypass }) => !bypass.includes(actor.login));
  const refs = (kind: ProtectionRecord['kind']): string =>
    against.flatMap((one) => (one.kind === kind ? [`refs/heads/${one.branch}`] : [])).join('\n');
  return {
    SANDBOX_PROTECTED: refs('classic'),
    SANDBOX_RULES: refs('ruleset'),
    SANDBOX_RULES_URL: `${hub.serverUrl}/${hub.owner}/${hub.repo}/rules`,
  };
}

/** Refuses pushes to a protected branch as GitHub does, but for git's own last words ("hook declined"). */
export const UPDATE_HOOK = `#!/bin/sh
if printf '%s\\n' "$SANDBOX_PROTECTED" | grep -qxF -- "$1"; then
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: ${WHY}" >&2
  exit 1
fi
if printf '%s\\n' "$SANDBOX_RULES" | grep -qxF -- "$1"; then
  echo "error: GH013: Repository rule violations found for $1." >&2
  echo "Review all repository rules at $SANDBOX_RULES_URL?ref=$(printf '%s' "$1" | sed 's,/,%2F,g')" >&2
  echo "" >&2
  echo "- ${WHY}" >&2
  echo "" >&2
  exit 1
fi
`;
