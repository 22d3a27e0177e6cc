import { ApiError, created, found, invalid, ok, page, type Handlers } from '../answers.ts';
import { closePull, emitPull, headRef, isPull, openPulls, testMerge, type PullIssue } from '../events.ts';
import type { Hub } from '../hub.ts';
import { land, mergeCommit } from '../merging.ts';
import { commitObject, fileObject } from '../objects.ts';
import { pullObject, simplePullObject } from '../pull-object.ts';
import type { Account, PullRecord } from '../records.ts';
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
      const [owner = '', name] = body.head.split(/:(.*)/s);
      const head = name ?? body.head;
      const fork = name === undefined || owner === hub.owner ? {} : { fork: owner };
      if (name === undefined && store.state.forks.includes(actor.login)) {
        throw invalid('PullRequest', 'head', `Say whose branch it is: ${actor.login}:${head}.`);
      }
      const head_sha = await git.resolve(headRef({ ...fork, head }));
      if (head_sha === undefined) throw invalid('PullRequest', 'head', `There is no branch ${body.head}.`);
      const base_sha = await branch(body.base, 'base');
      if (body.title === undefined) throw invalid('PullRequest', 'title', 'title is missing');
      if (openPulls(hub).some(({ pull }) => headRef(pull) === headRef({ ...fork, head }) && pull.base === body.base)) {
        throw invalid('PullRequest', 'head', `A pull request already exists for ${fork.fork ?? hub.owner}:${head}.`);
      }
      if (await git.isAncestor(head_sha, base_sha)) {
        throw invalid('PullRequest', 'head', `No commits between ${body.base} and ${head}`);
      }
      const refs = { ...fork, head, head_sha, base: body.base, base_sha, draft: body.draft ?? false };
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
      const listed = store.state.issues
        .filter(isPull)
        .filter(({ state }) => query.state === 'all' || state === query.state)
        .filter(({ pull }) => isFrom(pull, query.head) && (query.base ?? pull.base) === pull.base)
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

    'pulls/list-commits': async ({ path, query, url }) => {
      const { pull } = one(path.pull_number);
      const commits = (await git.log(`${pull.base_sha}..${pull.head_sha}`)).toReversed();
      return page({ query, url }, commits, (commit) => commitObject(hub, commit));
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
      const sha = await mergeCommit(hub, actor, { issue, base, method: body.merge_method ?? 'merge', words });
      await land(hub, actor, issue, { base, sha });
      return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
    },
  };
}

async function reopen(hub: Hub, actor: Account, issue: PullIssue): Promise<void> {
  const head = await hub.git.resolve(headRef(issue.pull));
  if (issue.pull.merged_at !== null || head === undefined) {
    throw invalid('PullRequest', 'state', 'state cannot be changed: the pull request is merged or its branch is gone.');
  }
  Object.assign(issue, { state: 'open', closed_at: null, closed_by: null, updated_at: now() });
  issue.pull.head_sha = head;
  await testMerge(hub, issue, actor.login);
  await emitPull(hub, actor, issue, { action: 'reopened' });
}

/** GitHub wants the head as `owner:branch`. */
function isFrom({ fork, head }: PullRecord, wanted: string | undefined): boolean {
  const [owner, branch] = wanted?.split(/:(.*)/s) ?? [];
  if (wanted === undefined) return true;
  return branch === undefined ? wanted === head : branch === head && (fork === undefined || fork === owner);
}
