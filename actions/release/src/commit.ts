import { UserError } from '../../lib/errors.ts';
import type { Deps } from './deps.ts';
import type { Inputs } from './inputs.ts';

/**
 * The whole id of the commit that is to be released.
 *
 * @throws UserError if there is none such, or it is not on the branch that is released: what nobody has merged is not released
 */
export async function commitOf({ commit }: Inputs, { commits, sha, branch }: Deps): Promise<string> {
  const asked = commit ?? sha;
  if (commits === undefined) {
    if (asked.length === 40) return asked;
    throw new UserError(
      `"${asked}" is not a whole commit.`,
      'Without a token it cannot be looked up: give all 40 digits.',
    );
  }
  const found = await commits.resolve(asked);
  if (found === undefined) {
    throw new UserError(
      `There is no commit ${asked} in this repository, or it could be several.`,
      'Give more of its digits, or nothing for the newest commit of main.',
    );
  }
  const standing = await commits.compare(branch, found);
  if (standing === 'identical' || standing === 'behind') return found;
  throw new UserError(
    `The commit ${found.slice(0, 7)} is not on ${branch}.`,
    `Merge it first: what is released was reviewed.`,
  );
}
