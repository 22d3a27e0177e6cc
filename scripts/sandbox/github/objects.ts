import type { Commit, FileChange, Person } from './git.ts';
import { repoApi, repoHtml, type Hub } from './hub.ts';
import { ACTIONS_BOT, type UserRecord } from './records.ts';

export type Json = Record<string, unknown>;
/** An object of the API with its own address. */
export type Linked = Json & { url: string };

const REPOSITORY_ID = 1000;

// What follows the repository's or the user's API address under each name of GitHub's.
const REPOSITORY_URLS = {
  ...{ archive_url: '/{archive_format}{/ref}', assignees_url: '/assignees{/user}', blobs_url: '/git/blobs{/sha}' },
  ...{ branches_url: '/branches{/branch}', collaborators_url: '/collaborators{/collaborator}' },
  ...{ comments_url: '/comments{/number}', commits_url: '/commits{/sha}', compare_url: '/compare/{base}...{head}' },
  ...{ contents_url: '/contents/{+path}', contributors_url: '/contributors', deployments_url: '/deployments' },
  ...{ downloads_url: '/downloads', events_url: '/events', forks_url: '/forks', hooks_url: '/hooks' },
  ...{ git_commits_url: '/git/commits{/sha}', git_refs_url: '/git/refs{/sha}', git_tags_url: '/git/tags{/sha}' },
  ...{ issue_comment_url: '/issues/comments{/number}', issue_events_url: '/issues/events{/number}' },
  ...{ issues_url: '/issues{/number}', keys_url: '/keys{/key_id}', labels_url: '/labels{/name}' },
  ...{ languages_url: '/languages', merges_url: '/merges', milestones_url: '/milestones{/number}' },
  ...{ notifications_url: '/notifications{?since,all,participating}', pulls_url: '/pulls{/number}' },
  ...{ releases_url: '/releases{/id}', stargazers_url: '/stargazers', statuses_url: '/statuses/{sha}' },
  ...{ subscribers_url: '/subscribers', subscription_url: '/subscription', tags_url: '/tags', teams_url: '/teams' },
  ...{ trees_url: '/git/trees{/sha}' },
};
const USER_URLS = {
  ...{ url: '', followers_url: '/followers', following_url: '/following{/other_user}', gists_url: '/gists{/gist_id}' },
  ...{ starred_url: '/starred{/owner}{/repo}', subscriptions_url: '/subscriptions', organizations_url: '/orgs' },
  ...{ repos_url: '/repos', events_url: '/events{/privacy}', received_events_url: '/received_events' },
};

const addresses = (base: string, suffixes: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(suffixes).map(([name, suffix]) => [name, base + suffix]));

export const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString('base64');

/** `simple-user` */
export function userObject(hub: Hub, login: string): Json & { login: string } {
  const { id, type } = hub.store.user(login);
  const name = encodeURIComponent(login);
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${hub.serverUrl}/avatars/u/${id}`,
    gravatar_id: '',
    html_url: `${hub.serverUrl}/${name}`,
    ...addresses(`${hub.apiUrl}/users/${name}`, USER_URLS),
    type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** `full-repository`, which holds what the smaller forms of a repository hold too. Another owner's is a fork. */
export function repositoryObject(hub: Hub, owner = hub.owner): Json {
  const { state } = hub.store;
  const fork = owner !== hub.owner;
  const html = `${hub.serverUrl}/${owner}/${hub.repo}`;
  const api = `${hub.apiUrl}/repos/${owner}/${hub.repo}`;
  const id = fork ? REPOSITORY_ID + hub.store.user(owner).id : REPOSITORY_ID;
  const issues = state.issues.filter((issue) => issue.state === 'open').length;
  const zeros = ['forks', 'forks_count', 'stargazers_count', 'watchers', 'watchers_count', 'subscribers_count'];
  return {
    id,
    node_id: nodeId('Repository', id),
    name: hub.repo,
    full_name: `${owner}/${hub.repo}`,
    owner: userObject(hub, owner),
    url: api,
    html_url: html,
    ...addresses(api, REPOSITORY_URLS),
    git_url: `${html.replace(/^http/, 'git')}.git`,
    ssh_url: `${html.replace(/^http/, 'ssh')}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    ...Object.fromEntries(zeros.map((name) => [name, 0])),
    ...{ network_count: 0, size: 0, open_issues: issues, open_issues_count: issues },
    ...{ description: null, homepage: null, language: null, mirror_url: null, license: null, topics: [] },
    ...{ private: false, visibility: 'public', fork, is_template: false, archived: false, disabled: false },
    ...{ has_issues: true, has_projects: false, has_wiki: false, has_pages: false, has_downloads: false },
    ...{ has_discussions: false, allow_forking: false, web_commit_signoff_required: false },
    ...{ allow_merge_commit: true, allow_squash_merge: true, allow_rebase_merge: true, allow_auto_merge: false },
    ...{ delete_branch_on_merge: false, allow_update_branch: false },
    default_branch: hub.defaultBranch,
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
    created_at: state.created_at,
    pushed_at: state.pushed_at,
    updated_at: state.pushed_at,
  };
}

/** The app behind the actions token; `null` for what people do. */
export function appObject(hub: Hub, login: string): Json | null {
  if (login !== ACTIONS_BOT) return null;
  return {
    // The numbers of GitHub Actions at GitHub.
    id: 15368,
    node_id: nodeId('App', 15368),
    slug: 'github-actions',
    owner: userObject(hub, hub.owner),
    name: 'GitHub Actions',
    description: 'Automate your workflow from idea to production',
    external_url: `${hub.serverUrl}/features/actions`,
    html_url: `${hub.serverUrl}/apps/github-actions`,
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2018-07-30T09:30:17Z',
    permissions: { contents: 'write', issues: 'write', pull_requests: 'write', deployments: 'write', checks: 'write' },
    events: ['push', 'pull_request', 'workflow_dispatch'],
  };
}

export function association(hub: Hub, login: string): string {
  if (login === hub.owner) return 'OWNER';
  return login === ACTIONS_BOT || hub.store.state.forks.includes(login) ? 'NONE' : 'COLLABORATOR';
}

/** The account behind a commit, by the no-reply address that GitHub gives each. */
function userBehind(hub: Hub, { email }: Person): UserRecord | undefined {
  return hub.store.state.users.find(({ id, login }) => email === `${id}+${login}@users.noreply.github.com`);
}

/** The login behind a commit's author, or the name where there is no account. */
export const loginOf = (hub: Hub, person: Person): string => userBehind(hub, person)?.login ?? person.name;

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** `commit`; with `files`, as GET answers one commit. */
export function commitObject(hub: Hub, commit: Commit, files?: FileChange[]): Linked {
  const api = repoApi(hub);
  const total = (key: 'additions' | 'deletions'): number => (files ?? []).reduce((sum, file) => sum + file[key], 0);
  const account = (person: Person): Json | null => {
    const user = userBehind(hub, person);
    return user === undefined ? null : userObject(hub, user.login);
  };
  const [additions, deletions] = [total('additions'), total('deletions')];
  const changes = files?.map((file) => fileObject(hub, file, commit.sha));
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${repoHtml(hub)}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: UNSIGNED,
    },
    author: account(commit.author),
    committer: account(commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${repoHtml(hub)}/commit/${sha}`,
    })),
    ...(changes === undefined ? {} : { stats: { additions, deletions, total: additions + deletions }, files: changes }),
  };
}

/** `diff-entry` */
export function fileObject(hub: Hub, file: FileChange, at: string): Json {
  const { filename, status, sha, additions, deletions } = file;
  const path = filename.split('/').map(encodeURIComponent).join('/');
  return {
    ...{ sha, filename, status, additions, deletions, changes: additions + deletions },
    blob_url: `${repoHtml(hub)}/blob/${at}/${path}`,
    raw_url: `${repoHtml(hub)}/raw/${at}/${path}`,
    contents_url: `${repoApi(hub)}/contents/${path}?ref=${at}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previous === undefined ? {} : { previous_filename: file.previous }),
  };
}
