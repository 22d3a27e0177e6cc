import { ApiError, found, ok, page, type Answer, type Handlers, type Listing } from '../answers.ts';
import { identity } from '../accounts.ts';
import { isPull, moveRef, type PullIssue } from '../events.ts';
import { EMPTY_TREE, type Commit, type TreeEntry } from '../git.ts';
import { commitOf, repoApi, repoHtml, type Hub } from '../hub.ts';
import { commitObject, fileObject, repositoryObject, userObject } from '../objects.ts';
import { requireUnprotected } from '../protection.ts';
import { simplePullObject } from '../pull-object.ts';

/** The repository itself, the user, branches, refs and commits. */
export function repository(hub: Hub): Handlers {
  const { git, store } = hub;
  const withFiles = async (commit: Commit): Promise<object> =>
    commitObject(hub, commit, await git.diff(commit.parents[0] ?? EMPTY_TREE, commit.sha));

  /** Three dots: what the head has got since the two parted. */
  const compare = async (base: string, head: string, listing: Listing): Promise<Answer> => {
    const tips = { base: await git.commit(await existing(base)), head: await git.commit(await existing(head)) };
    const merge = found(await git.mergeBase(tips.base.sha, tips.head.sha));
    const commits = (await git.log(`${tips.base.sha}..${tips.head.sha}`)).toReversed();
    const behind = await git.count(`${tips.head.sha}..${tips.base.sha}`);
    const files = await git.diff(merge, tips.head.sha);
    const ahead = commits.length;
    const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged';
    const [url, html] = [repoApi(hub), repoHtml(hub)].map((at) => encodeURI(`${at}/compare/${base}...${head}`));
    const answer = await page(listing, commits, (commit) => commitObject(hub, commit));
    const body = {
      ...{ url, html_url: html, permalink_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` },
      ...{ status, ahead_by: ahead, behind_by: behind, total_commits: ahead, commits: answer.body },
      base_commit: commitObject(hub, tips.base),
      merge_base_commit: commitObject(hub, await git.commit(merge)),
      files: files.slice(0, 300).map((file) => fileObject(hub, file, tips.head.sha)),
    };
    return { ...answer, body };
  };
  const existing = async (name: string): Promise<string> => found(await git.resolve(name));

  return {
    'repos/get': () => ok(repositoryObject(hub)),

    'users/get-authenticated': ({ actor }) => {
      if (actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
      if (actor.kind === 'actions') throw new ApiError(403, 'Resource not accessible by integration');
      const { created_at } = store.user(actor.login);
      const blank = {
        name: actor.login,
        company: null,
        blog: null,
        location: null,
        email: null,
        hireable: null,
        bio: null,
      };
      const counts = { public_repos: 1, public_gists: 0, followers: 0, following: 0 };
      return ok({ ...userObject(hub, actor.login), ...blank, ...counts, created_at, updated_at: created_at });
    },

    'repos/get-branch': async ({ path }) => {
      const sha = await git.resolve(`refs/heads/${path.branch}`);
      if (sha === undefined) throw new ApiError(404, 'Branch not found');
      const short = branchObject(hub, path.branch, sha);
      const links = { self: short.url, html: encodeURI(`${repoHtml(hub)}/tree/${path.branch}`) };
      const { url: _, ...rest } = short;
      return ok({ ...rest, commit: commitObject(hub, await git.commit(sha)), _links: links });
    },
    'repos/list-branches': async ({ query, url }) => {
      const heads = [...(await git.refs())].flatMap(([ref, sha]) =>
        ref.startsWith('refs/heads/') ? [{ name: ref.slice('refs/heads/'.length), sha }] : [],
      );
      const wanted = heads.filter(({ name }) => (query.protected ?? isProtected(hub, name)) === isProtected(hub, name));
      return page({ query, url }, wanted, ({ name, sha }) => {
        const { url: _, ...branch } = branchObject(hub, name, sha);
        return branch;
      });
    },
    // Of rulesets only: a classic protection is told to administrators.
    'repos/get-branch-rules': ({ path, query, url }) => {
      const rules = store.protection(path.branch)?.kind === 'ruleset' ? [PULL_REQUEST_RULE] : [];
      return page({ query, url }, rules, (rule) => ({ ...rule, ruleset_source: `${hub.owner}/${hub.repo}` }));
    },

    'repos/get-commit': async ({ path }) => ok(await withFiles(await git.commit(await commitOf(hub, path.ref)))),
    'repos/list-commits': async ({ query, url }) => {
      if (query.author !== undefined || query.committer !== undefined) {
        throw new ApiError(501, 'The sandbox lists commits by sha, path, since and until, not by author or committer.');
      }
      const start = found(await git.resolve(query.sha ?? hub.defaultBranch));
      const times = (['since', 'until'] as const).flatMap((key) =>
        query[key] === undefined ? [] : `--${key}=${query[key]}`,
      );
      const commits = await git.log(start, { options: times, path: query.path });
      return page({ query, url }, commits, (commit) => commitObject(hub, commit));
    },
    'repos/list-pull-requests-associated-with-commit': async ({ path, query, url }) => {
      const sha = await commitOf(hub, path.commit_sha);
      const main = await git.resolve(`refs/heads/${hub.defaultBranch}`);
      const onMain = main !== undefined && (await git.isAncestor(sha, main));
      const holding = new Set((await git.refsHolding('refs/pull/*/head', sha)).map((ref) => ref.split('/')[2]));
      const associated: PullIssue[] = [];
      // As at GitHub: those that are closed count only for commits that reached the default branch.
      for (const issue of store.state.issues.filter(isPull).filter(({ state }) => onMain || state === 'open')) {
        const { base_sha, landed } = issue.pull;
        const ofBranch = holding.has(String(issue.number)) && !(await git.isAncestor(sha, base_sha));
        if (landed.includes(sha) || ofBranch) associated.push(issue);
      }
      return page({ query, url }, associated, (issue) => simplePullObject(hub, issue));
    },

    'repos/compare-commits': ({ path, query, url }) => compare(path.base, path.head, { query, url }),
    'repos/compare-commits-with-basehead': ({ path, query, url }) => {
      const [base = '', head] = path.basehead.split(/\.{3}(.*)/s);
      return compare(base, found(head), { query, url });
    },
    'repos/get-collaborator-permission-level': ({ path }) => {
      const user = found(store.state.users.find(({ login }) => login === path.username));
      const [admin, push] = [user.login === hub.owner, !store.state.forks.includes(user.login)];
      const permission = admin ? 'admin' : push ? 'write' : 'read';
      const permissions = { admin, maintain: admin, push, triage: push, pull: true };
      return ok({
        ...{ permission, role_name: permission },
        user: { ...userObject(hub, user.login), permissions, role_name: permission },
      });
    },

    'repos/get-content': async ({ path, query, accept }) => {
      const name = query.ref ?? hub.defaultBranch;
      const commit = await git.resolve(name);
      if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${name}`);
      const entries = found(await git.entries(commit, path.path.replace(/\/$/, '')));
      if (entries.file === undefined) {
        return ok(entries.folder?.map((entry) => contentObject(hub, name, entry)));
      }
      const blob = await git.blob(entries.file.sha);
      const type = 'application/vnd.github.raw+json; charset=utf-8';
      if (accept.includes('raw')) return { status: 200, body: blob, headers: { 'content-type': type } };
      // As at GitHub: lines of 60 characters.
      const content = blob.toString('base64').replace(/.{1,60}/g, '$&\n');
      return ok({ ...contentObject(hub, name, entries.file), encoding: 'base64', content });
    },
    'repos/create-or-update-file-contents': async ({ path, body, actor }) => {
      const branch = body.branch ?? hub.defaultBranch;
      const parent = await git.resolve(`refs/heads/${branch}`);
      if (parent === undefined && branch !== hub.defaultBranch) throw new ApiError(404, `Branch ${branch} not found`);
      if (path.path.split('/').some((part) => ['', '.', '..', '.git'].includes(part))) {
        throw new ApiError(422, 'path contains a malformed path component');
      }
      const old = parent === undefined ? undefined : await git.entries(parent, path.path);
      const doing = `Could not ${old?.file === undefined ? 'create' : 'update'} file`;
      requireUnprotected(hub, actor, { branch, status: 409, doing });
      if (old?.folder !== undefined) throw new ApiError(422, `${path.path} is a directory`);
      if (old?.file !== undefined && body.sha === undefined) {
        throw new ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
      }
      if (body.sha !== undefined && body.sha !== old?.file?.sha) {
        throw new ApiError(409, `${path.path} does not match ${body.sha}`);
      }
      const content = Buffer.from(body.content, 'base64');
      const tree = await git.treeWith(parent, path.path, content, old?.file?.mode ?? '100644');
      const own = identity(store, actor.login);
      const parents = parent === undefined ? [] : [parent];
      const by = { author: body.author ?? body.committer ?? own, committer: body.committer ?? own };
      const sha = await git.commitTree({ tree, parents, message: `${body.message}\n` }, by);
      await moveRef(hub, actor, `refs/heads/${branch}`, sha);
      const file = found((await git.entries(sha, path.path))?.file);
      const { commit, ...rest } = commitObject(hub, await git.commit(sha));
      const answer = { content: contentObject(hub, branch, file), commit: { ...rest, ...Object(commit) } };
      return { status: old?.file === undefined ? 201 : 200, body: answer };
    },
  };
}

const PULL_REQUEST_RULE = {
  type: 'pull_request',
  parameters: {
    ...{ dismiss_stale_reviews_on_push: false, require_code_owner_review: false, require_last_push_approval: false },
    ...{ required_approving_review_count: 0, required_review_thread_resolution: false },
  },
  ruleset_source_type: 'Repository',
  ruleset_id: 1,
};

const isProtected = ({ store }: Hub, branch: string): boolean => store.protection(branch) !== undefined;

/** `protected` is said of both kinds of protection (hub4j/github-api#2062). `url` is the branch's own, for more of it. */
function branchObject(hub: Hub, name: string, sha: string) {
  const url = encodeURI(`${repoApi(hub)}/branches/${name}`);
  const enabled = isProtected(hub, name);
  const commit = { sha, url: `${repoApi(hub)}/commits/${sha}` };
  return { name, commit, protected: enabled, protection: { enabled }, protection_url: `${url}/protection`, url };
}

function contentObject(hub: Hub, at: string, { path, sha, size, mode, type }: TreeEntry): object {
  const folder = type === 'tree';
  const [ref, quoted] = [encodeURIComponent(at), path.split('/').map(encodeURIComponent).join('/')];
  const url = `${repoApi(hub)}/contents/${quoted}?ref=${ref}`;
  const git_url = `${repoApi(hub)}/git/${folder ? 'trees' : 'blobs'}/${sha}`;
  const html_url = `${repoHtml(hub)}/${folder ? 'tree' : 'blob'}/${ref}/${quoted}`;
  const kinds: Record<string, string> = { '040000': 'dir', '120000': 'symlink', '160000': 'submodule' };
  const download_url = folder ? null : `${repoHtml(hub)}/raw/${ref}/${quoted}`;
  const links = { self: url, git: git_url, html: html_url };
  const about = { type: kinds[mode] ?? 'file', name: path.split('/').at(-1), path, sha, size };
  return { ...about, url, git_url, html_url, download_url, _links: links };
}
