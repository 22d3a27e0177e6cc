import { identity } from './accounts.ts';
import { ApiError } from './answers.ts';
import { closePull, markMerged, moveRef, WEB, type PullIssue } from './events.ts';
import type { Commit } from './git.ts';
import type { Hub } from './hub.ts';
import type { Account } from './records.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface Merge {
  issue: PullIssue;
  base: string;
  method: MergeMethod;
  words?: { title: string | undefined; message: string | undefined };
}

/** The commit that the base branch moves to. */
export async function mergeCommit(hub: Hub, actor: Account, { issue, base, method, words }: Merge): Promise<string> {
  const { pull, number, title } = issue;
  const commits = (await hub.git.log(`${base}..${pull.head_sha}`)).toReversed();
  if (method === 'rebase') return rebase(hub, actor, base, commits);
  const squash = method === 'squash';
  const list = commits.map((commit) => `* ${commit.message}`).join('\n\n');
  const heading =
    words?.title ??
    (squash ? `${title} (#${number})` : `Merge pull request #${number} from ${pull.fork ?? hub.owner}/${pull.head}`);
  const detail = words?.message ?? (squash ? list : title);
  const tree = await hub.git.mergeTree(base, pull.head_sha);
  if (tree === undefined) throw new ApiError(405, 'Pull Request is not mergeable');
  const author = identity(hub.store, squash ? issue.author : actor.login);
  const parents = squash ? [base] : [base, pull.head_sha];
  return hub.git.commitTree({ tree, parents, message: `${heading}\n\n${detail}\n` }, { author, committer: WEB });
}

/** Each commit anew on top of the base, merges left out, as GitHub rebases. */
async function rebase(hub: Hub, actor: Account, base: string, commits: Commit[]): Promise<string> {
  const committer = identity(hub.store, actor.login);
  let tip = base;
  for (const commit of commits) {
    const [parent, second] = commit.parents;
    if (parent === undefined || second !== undefined) continue;
    // git 2.39 has no `merge-tree --merge-base`: a passing commit with the tip's tree and this parent has that base.
    const { tree: ours } = await hub.git.commit(tip);
    const passing = { tree: ours, parents: [parent], message: '' };
    const onto = await hub.git.commitTree(passing, { author: WEB, committer: WEB });
    const tree = await hub.git.mergeTree(onto, commit.sha);
    if (tree === undefined) throw new ApiError(405, "This branch can't be rebased: commits conflict");
    const anew = { tree, parents: [tip], message: `${commit.message}\n` };
    tip = await hub.git.commitTree(anew, { author: commit.author, committer });
  }
  return tip;
}

/** The base branch moves to the merged commit: the pull request is merged, the push is told, then that it is closed. */
export async function land(
  hub: Hub,
  actor: Account,
  issue: PullIssue,
  { base, sha }: { base: string; sha: string },
): Promise<void> {
  const landed = (await hub.git.log(`${base}..${sha}`)).map((commit) => commit.sha);
  issue.pull.base_sha = base;
  markMerged(actor, issue, landed);
  // Closed before the branch moves, so that the move does not find it open.
  issue.state = 'closed';
  await moveRef(hub, actor, `refs/heads/${issue.pull.base}`, sha);
  await closePull(hub, actor, issue);
}
