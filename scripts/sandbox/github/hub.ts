import { ApiError } from './answers.ts';
import type { Contract } from './contract.ts';
import type { Git } from './git.ts';
import type { GitHubEvent } from './records.ts';
import type { Store } from './store.ts';

/** Told of an event; may answer with the runs that it starts. Must not wait for this server. */
export type OnEvent = (event: GitHubEvent) => void | Promise<readonly number[]>;

export interface PageLink {
  title: string;
  url: string;
}

/** What every resource works with. */
export interface Hub {
  owner: string;
  repo: string;
  defaultBranch: string;
  /** As `GITHUB_API_URL`, without a slash at the end. */
  apiUrl: string;
  /** As `GITHUB_SERVER_URL`. */
  serverUrl: string;
  git: Git;
  store: Store;
  /** Where the runner keeps what a run left; for the pages. */
  runsDir: string;
  /** What the first page leads to besides GitHub's own. */
  links: readonly PageLink[];
  contract: Contract;
  onEvent: OnEvent;
  /** Changes happen one after the other: git and the state file move together. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  onError: (error: unknown) => void;
}

export const repoApi = (hub: Hub): string => `${hub.apiUrl}/repos/${hub.owner}/${hub.repo}`;
export const repoHtml = (hub: Hub): string => `${hub.serverUrl}/${hub.owner}/${hub.repo}`;

/** The commit of a branch, tag or id in a request. */
export async function commitOf(hub: Hub, name: string): Promise<string> {
  const sha = await hub.git.resolve(name);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${name}`);
  return sha;
}
