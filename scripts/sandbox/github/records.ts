/** What is kept beside git. Fields in GitHub's own spelling go into answers as they are. */

export const ACTIONS_BOT = 'github-actions[bot]';

export const MERGE_QUEUE_BOT = 'github-merge-queue[bot]';
export const DEPENDABOT = 'dependabot[bot]';

/** What a workflow's `permissions` give, by their names there (`pull-requests`); what is not named is not given. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** Who asks. What the actions token does starts no workflow, as at GitHub. */
export interface Account {
  login: string;
  kind: 'user' | 'actions' | 'anonymous';
  readOnly: boolean;
  /** Of an actions token; without them it may do everything. */
  permissions?: Permissions;
}

/** What starts workflows: a webhook with what Actions makes of it. */
export interface GitHubEvent {
  name: 'push' | 'pull_request' | 'workflow_dispatch' | 'schedule' | 'issue_comment' | 'merge_group';
  /** `github.ref`: a branch, or `refs/pull/N/merge`. */
  ref: string;
  /** `github.sha`: the branch's commit, or the test merge. */
  sha: string;
  /** `github.actor`: a login. */
  actor: string;
  /** The webhook's payload, checked against GitHub's description; `github.event` in a workflow. */
  payload: Record<string, unknown>;
  /** File name of the one workflow that a dispatch or a schedule means. */
  workflow?: string;
}

/** A branch that takes pull requests only. */
export interface ProtectionRecord {
  branch: string;
  /** By a rule for branches as there was first, or by a ruleset. GitHub refuses in other words. */
  kind: 'classic' | 'ruleset';
  /** Logins that may change it all the same. */
  bypass: string[];
}

interface Dated {
  id: number;
  created_at: string;
}
interface Entry extends Dated {
  updated_at: string;
}
export interface UserRecord extends Dated {
  login: string;
  type: 'User' | 'Bot';
}
export interface CommentRecord extends Entry {
  issue: number;
  author: string;
  body: string;
}
export interface PullRecord {
  /** Whose fork the head branch is in; left out for the repository itself. */
  fork?: string;
  head: string;
  head_sha: string;
  base: string;
  /** The base branch when the head last moved, as at GitHub: may be older than the test merge's first parent. */
  base_sha: string;
  draft: boolean;
  mergeable: boolean;
  /** The test merge at `refs/pull/N/merge` while open, the merged commit afterwards. */
  merge_commit_sha: string | null;
  merged_at: string | null;
  merged_by: string | null;
  /** The commits that the merge put on the base branch. */
  landed: string[];
}
export interface IssueRecord extends Entry {
  number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  state_reason: string | null;
  author: string;
  labels: string[];
  assignees: string[];
  closed_at: string | null;
  closed_by: string | null;
  pull?: PullRecord;
}
export interface DeploymentRecord extends Entry {
  sha: string;
  ref: string;
  task: string;
  payload: unknown;
  environment: string;
  description: string | null;
  transient_environment: boolean;
  production_environment: boolean;
  creator: string;
  statuses: DeploymentStatusRecord[];
}
export interface DeploymentStatusRecord extends Entry {
  state: string;
  description: string;
  environment: string;
  environment_url: string;
  log_url: string;
  creator: string;
}
export type RunStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'pending';
export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required';
export interface RunRecord extends Entry {
  name: string;
  /** Path of the workflow file: `.github/workflows/main.yml`. */
  workflow: string;
  run_number: number;
  run_attempt: number;
  event: GitHubEvent['name'];
  /** The whole event as JSON; its `payload` is what the runner hands to the workflow. */
  eventFile: string;
  ref: string;
  head_sha: string;
  actor: string;
  /** Who has run it again; the actor stays who it was first. */
  triggering_actor?: string;
  display_title: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  run_started_at: string;
}
export interface StepRecord {
  number: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
}
export interface JobRecord extends Dated {
  run: number;
  run_attempt: number;
  name: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  /** Where the runner writes the job's log; served as plain text. */
  logFile: string | null;
  steps: StepRecord[];
  started_at: string;
  completed_at: string | null;
}

export interface State {
  version: 1;
  nextId: number;
  nextNumber: number;
  created_at: string;
  pushed_at: string;
  users: UserRecord[];
  tokens: Record<string, Account>;
  /** Those who have a fork, and therefore no rights here. */
  forks: string[];
  protections: ProtectionRecord[];
  issues: IssueRecord[];
  comments: CommentRecord[];
  labels: { id: number; name: string; color?: string; description?: string }[];
  deployments: DeploymentRecord[];
  workflows: { id: number; path: string }[];
  runs: RunRecord[];
  jobs: JobRecord[];
}
