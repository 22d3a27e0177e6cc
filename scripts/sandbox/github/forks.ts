import { createUserToken } from './accounts.ts';
import { ApiError } from './answers.ts';
import { forkRefs } from './events.ts';
import type { Hub } from './hub.ts';

export interface Fork {
  login: string;
  /** Of somebody who may push to the fork, and open pull requests, and nothing else. */
  token: string;
  full_name: string;
  clone_url: string;
}

/**
 * Somebody's fork: a git namespace in the same repository, so that its commits are there for test merges, beginning with the
 * default branch as it is now.
 */
export async function createFork(hub: Hub, login: string): Promise<Fork> {
  const { git, store, owner, repo, defaultBranch, serverUrl } = hub;
  if (!/^[a-z\d](-?[a-z\d])*$/i.test(login)) throw new ApiError(422, `"${login}" is no login of a person.`);
  if (login === owner) throw new ApiError(422, `${owner} owns the repository.`);
  if (store.state.forks.includes(login)) throw new ApiError(422, `${login} has a fork already.`);
  const sha = await git.resolve(`refs/heads/${defaultBranch}`);
  if (sha === undefined) throw new ApiError(422, `There is no ${defaultBranch} yet.`);
  // Forks are no part of the repository itself: it neither shows nor takes their refs.
  await git.run(['config', '--replace-all', 'transfer.hideRefs', 'refs/namespaces']);
  await git.updateRef(`${forkRefs(login)}heads/${defaultBranch}`, sha);
  await git.run(['symbolic-ref', `refs/namespaces/${login}/HEAD`, `${forkRefs(login)}heads/${defaultBranch}`]);
  store.state.forks.push(login);
  const token = createUserToken(store, login);
  return { login, token, full_name: `${login}/${repo}`, clone_url: `${serverUrl}/${login}/${repo}.git` };
}
