import { ApiError, created, found, invalid, ok, page, type Handlers } from '../answers.ts';
import { identity } from '../accounts.ts';
import {
  closePull,
  emitPull,
  isPull,
  markMerged,
  moveRef,
  openPulls,
  testMerge,
  WEB,
  type PullIssue,
} from '../events.ts';
import type { Commit } from '../git.ts';
import type { Hub } from '../hub.ts';
import { fileObject } from '../objects.ts';
import { pullObject, simplePullObject } from '../pull-object.ts';
import type { Account } from '../records.ts';
import { now } from '../store.ts';

export function pulls(hub: Hub): Handlers {
  const { git, store } = hub;
  const one = (number: number): PullIssue =>
    found(store.state.issues.filter(isPull).find((issue) => issue.number === number));
  const branch = async (name: string, field: string): Promise<string> => {
    const sha = await git.resolve(`refs/heads/${name}`);
    if (sha === undefined) throw invalid('PullRequest', field, `There is no branch ${name}.`);
    return sha;
  };

  return {
    'pulls/create': async ({ body, actor }) => {
      const head = body.head.startsWith(`${hub.owner}:`) ? body.head.slice(hub.owner.length + 1) : body.head;
      const [head_sha, base_sha] = [await branch(head, 'head'), await branch(body.base, 'base')];
      if (body.title === undefined) throw invalid('PullRequest', 'title', 'title is missing');
      if (openPulls(hub).some(({ pull }) => pull.head === head && pull.base === body.base)) {
        throw invalid('PullRequest', 'head', `A pull request already exists for ${hub.owner}:${head}.`);
      }
      if (await git.isAncestor(head_sha, base_sha)) {
        throw invalid('PullRequest', 'head', `No commits between ${body.base} and ${head}`);
      }
      const refs = { head, head_sha, base: body.base, base_sha, draft: body.draft ?? false };
      const unmerged = { mergeable: false, merge_commit_sha: null, merged_at: null, merged_by: null, landed: [] };
      const issue: PullIssue = {
        ...store.newIssue(actor, body.title, body.body ?? null),
        pull: { ...refs, ...unmerged },
      };
      store.state.issues.push(issue);
      await testMerge(hub, issue, actor.login);
      await emitPull(hub, actor, issue, { action: 'opened' });
      return created(await pullObject(hub, issue));
    },

    'pulls/get': async ({ path }) => ok(await pullObject(hub, one(path.pull_number))),

    'pulls/list': ({ query, url }) => {
      const head = query.head?.split(':').at(-1);
      const listed = store.state.issues
        .filter(isPull)
        .filter(({ state }) => query.state === 'all' || state === query.state)
        .filter(({ pull }) => (head ?? pull.head) === pull.head && (query.base ?? pull.base) === pull.base)
        .toSorted((a, b) =>
          query.sort === 'updated' ? a.updated_at.localeCompare(b.updated_at) : a.number - b.number,
        );
      const ascending = query.direction === 'asc' || (query.direction === undefined && query.sort !== 'created');
      return page({ query, url }, ascending ? listed : listed.toReversed(), (issue) => simplePullObject(hub, issue));
    },

    'pulls/update': async ({ path, body, actor }) => {
      const issue = one(path.pull_number);
      const changes: Record<string, { from: string }> = {};
      if (body.title !== undefined) changes['title'] = { from: issue.title };
      if (body.body !== undefined) changes['body'] = { from: issue.body ?? '' };
      if (body.base !== undefined) {
        issue.pull.base_sha = await branch(body.base, 'base');
        issue.pull.base = body.base;
        await testMerge(hub, issue, actor.login);
      }
      Object.assign(issue, { title: body.title ?? issue.title, body: body.body ?? issue.body, updated_at: now() });
      if (Object.keys(changes).length > 0) await emitPull(hub, actor, issue, { action: 'edited', changes });
      if (body.state === 'closed' && issue.state === 'open') await closePull(hub, actor, issue);
      if (body.state === 'open' && issue.state === 'closed') await reopen(hub, actor, issue);
      return ok(await pullObject(hub, issue));
    },

    'pulls/list-files': async ({ path, query, url }) => {
      const { pull } = one(path.pull_number);
      const from = found(await git.mergeBase(pull.base_sha, pull.head_sha));
      return page({ query, url }, await git.diff(from, pull.head_sha), (file) => fileObject(hub, file, pull.head_sha));
    },

    'pulls/merge': async ({ path, body, actor }) => {
      const issue = one(path.pull_number);
      const { pull } = issue;
      if (body.sha !== undefined && body.sha !== pull.head_sha) {
        throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
      }
      if (pull.draft) throw new ApiError(405, 'Pull Request is still a draft');
      if (issue.state === 'closed' || !pull.mergeable) throw new ApiError(405, 'Pull Request is not mergeable');
      const base = await branch(pull.base, 'base');
      const words = { title: body.commit_title, message: body.commit_message };
      const sha = await merge(hub, actor, { issue, base, method: body.merge_method ?? 'merge', words });
      const landed = (await git.log(`${base}..${sha}`)).map((commit) => commit.sha);
      pull.base_sha = base;
      markMerged(actor, issue, landed);
      // Closed before the branch moves, so that the move does not find it open.
      issue.state = 'closed';
      await moveRef(hub, actor, `refs/heads/${pull.base}`, sha);
      await closePull(hub, actor, issue);
      return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
    },
  };
}

async function reopen(hub: Hub, actor: Account, issue: PullIssue): Promise<void> {
  const head = await hub.git.resolve(`refs/heads/${issue.pull.head}`);
  if (issue.pull.merged_at !== null || head === undefined) {
    throw invalid('PullRequest', 'state', 'state cannot be changed: the pull request is merged or its branch is gone.');
  }
  Object.assign(issue, { state: 'open', closed_at: null, updated_at: now() });
  issue.pull.head_sha = head;
  await testMerge(hub, issue, actor.login);
  await emitPull(hub, actor, issue, { action: 'reopened' });
}

interface Merge {
  issue: PullIssue;
  base: string;
  method: 'merge' | 'squash' | 'rebase';
  words: { title: string | undefined; message: string | undefined };
}

/** The commit that the base branch moves to. */
async function merge(hub: Hub, actor: Account, { issue, base, method, words }: Merge): Promise<string> {
  const { pull, number, title } = issue;
  const commits = (await hub.git.log(`${base}..${pull.head_sha}`)).toReversed();
  if (method === 'rebase') return rebase(hub, actor, base, commits);
  const squash = method === 'squash';
  const list = commits.map((commit) => `* ${commit.message}`).join('\n\n');
  const heading =
    words.title ?? (squash ? `${title} (#${number})` : `Merge pull request #${number} from ${hub.owner}/${pull.head}`);
  const detail = words.message ?? (squash ? list : title);
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
