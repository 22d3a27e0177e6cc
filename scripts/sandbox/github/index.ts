import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createActionsToken, createUserToken, revokeToken, type TokenRights } from './accounts.ts';
import { contract } from './contract.ts';
import { Faults, type Fault } from './faults.ts';
import { Git } from './git.ts';
import type { Hub, OnEvent, PageLink } from './hub.ts';
import { UPDATE_HOOK } from './protection.ts';
import { ACTIONS_BOT } from './records.ts';
import { actions } from './resources/actions.ts';
import { comments } from './resources/comments.ts';
import { deployments } from './resources/deployments.ts';
import { issues } from './resources/issues.ts';
import { labels } from './resources/labels.ts';
import { pulls } from './resources/pulls.ts';
import { refs } from './resources/refs.ts';
import { repository } from './resources/repository.ts';
import { API_PREFIX, oneAtATime, responder } from './server.ts';
import { Store } from './store.ts';

export type { Fault } from './faults.ts';
export type { Conclusion, GitHubEvent, JobRecord, RunRecord, RunStatus } from './records.ts';
export type { NewRun, Store } from './store.ts';

export interface GitHubOptions {
  /** Made if missing. Holds the bare repository, one JSON file, and a folder per run. */
  stateDir: string;
  /** A free one if left out. */
  port?: number;
  owner: string;
  repo: string;
  defaultBranch?: string;
  /** Called in order, before the request that caused it is answered. */
  onEvent: OnEvent;
  /** Told of faults of the sandbox itself, which are answered with 500: git shows its user no more than that. */
  onError?: (error: unknown) => void;
  /** Where the runner keeps what its runs leave, for the pages. Default: a folder of `stateDir`. */
  runsDir?: string;
  /** What the first page leads to besides GitHub's own. */
  links?: readonly PageLink[];
  /** Tokens to accept instead of new ones. */
  tokens?: { user?: string; actions?: string };
}

export interface LocalGitHub {
  /** `GITHUB_API_URL` */
  apiUrl: string;
  /** `GITHUB_SERVER_URL` */
  serverUrl: string;
  cloneUrl: string;
  gitDir: string;
  /** `user` is the owner's own, `actions` the workflows' (`GITHUB_TOKEN`). */
  tokens: { user: string; actions: string };
  createUserToken: (login: string) => string;
  /** A run's token of its own, until it is revoked. */
  createActionsToken: (rights?: TokenRights) => string;
  revokeToken: (token: string) => void;
  addFault: (fault: Fault) => void;
  store: Store;
  close: () => Promise<void>;
}

/** Starts GitHub for one public repository on 127.0.0.1. Fails with EADDRINUSE when the port is taken. */
export async function startGitHub(options: GitHubOptions): Promise<LocalGitHub> {
  const { stateDir, owner, repo, onEvent, onError = () => undefined, defaultBranch = 'main' } = options;
  const store = new Store(stateDir);
  const git = new Git(join(stateDir, 'git', owner, `${repo}.git`));
  if (!existsSync(git.dir)) await git.init(defaultBranch);
  await git.setUpdateHook(UPDATE_HOOK);
  const tokenOf = (login: string): string | undefined =>
    Object.entries(store.state.tokens).find(
      ([, account]) => account.login === login && !account.readOnly && account.permissions === undefined,
    )?.[0];
  const tokens = {
    user: options.tokens?.user ?? tokenOf(owner) ?? createUserToken(store, owner),
    actions: options.tokens?.actions ?? tokenOf(ACTIONS_BOT) ?? createActionsToken(store),
  };
  createUserToken(store, owner, tokens.user);
  createActionsToken(store, {}, tokens.actions);

  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(options.port ?? 0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The local GitHub has no port.');
  const serverUrl = `http://127.0.0.1:${address.port}`;
  const apiUrl = serverUrl + API_PREFIX;
  const runsDir = options.runsDir ?? join(stateDir, 'runs');
  const addresses = { owner, repo, defaultBranch, apiUrl, serverUrl, runsDir, links: options.links ?? [] };
  const hub: Hub = { ...addresses, git, store, contract, onEvent, onError, alone: oneAtATime() };
  const resources = [repository, refs, pulls, issues, comments, labels, deployments, actions];
  const faults = new Faults();
  const respond = responder(hub, Object.assign({}, ...resources.map((resource) => resource(hub))), faults);
  server.on('request', (request, response) => void respond(request, response));

  return {
    apiUrl,
    serverUrl,
    cloneUrl: `${serverUrl}/${owner}/${repo}.git`,
    gitDir: git.dir,
    tokens,
    createUserToken: (login) => createUserToken(store, login),
    createActionsToken: (rights) => createActionsToken(store, rights),
    revokeToken: (token) => revokeToken(store, token),
    addFault: (fault) => faults.add(fault),
    store,
    close: () =>
      new Promise((done, fail) => {
        server.close((error) => (error === undefined ? done() : fail(error)));
        server.closeAllConnections();
      }),
  };
}
