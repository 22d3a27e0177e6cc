import { ApiError } from './answers.ts';
import { announce, isPull, moveRef, type PullIssue } from './events.ts';
import { ZERO } from './git.ts';
import type { Hub } from './hub.ts';
import { land, mergeCommit, type MergeMethod } from './merging.ts';
import { MERGE_QUEUE_BOT, type Account } from './records.ts';

/** What can be asked of a pull request in the queue. */
export interface QueuedPull {
  readonly pull: number;
  readonly method: MergeMethod;
  readonly state: 'waiting' | 'checking' | 'merged' | 'removed';
  /** The commit that is checked, and that main becomes. */
  readonly head_sha?: string;
  readonly head_ref?: string;
  readonly base_sha?: string;
  /** Those that `merge_group` has started. */
  readonly runs: readonly number[];
  /** Why it was removed. */
  readonly reason?: string;
}

interface Group {
  readonly head_sha: string;
  readonly head_ref: string;
  readonly base_sha: string;
  readonly runs: Promise<readonly number[]>;
}
interface Entry {
  readonly issue: PullIssue;
  readonly method: MergeMethod;
  /** Of the pull request when it was queued. */
  readonly head: string;
  state: QueuedPull['state'];
  group?: Group | undefined;
  runs: readonly number[];
  reason?: string;
}

const QUEUE: Account = { login: MERGE_QUEUE_BOT, kind: 'user', readOnly: false };

/**
 * GitHub's merge queue for the default branch: each pull request is merged on top of the one before it, on a temporary branch; when
 * all the runs that this starts have succeeded, the default branch moves to that very commit. One that fails leaves the queue, and those
 * behind it are merged anew without it. It lives as long as the sandbox does.
 */
export class MergeQueue {
  readonly #hub: Hub;
  readonly #entries: Entry[] = [];
  #working = false;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  entries(): QueuedPull[] {
    return this.#entries.map(({ issue, method, state, group, runs, reason }) => {
      const commits = group === undefined ? {} : { ...group, runs: undefined };
      return { pull: issue.number, method, state, ...commits, runs, ...(reason === undefined ? {} : { reason }) };
    });
  }

  /** Puts pull requests at the end, in this order. */
  add(numbers: readonly number[], method: MergeMethod): void {
    const issues = numbers.map((number) => this.#mergeable(number));
    for (const issue of issues) {
      this.#entries.push({ issue, method, head: issue.pull.head_sha, state: 'waiting', runs: [] });
    }
    if (this.#working) return;
    this.#working = true;
    void this.#work()
      .catch(this.#hub.onError)
      .finally(() => {
        this.#working = false;
      });
  }

  #mergeable(number: number): PullIssue {
    const issue = this.#hub.store.state.issues.filter(isPull).find((entry) => entry.number === number);
    if (issue === undefined) throw new ApiError(404, `There is no pull request ${number}.`);
    if (this.#open().some((entry) => entry.issue === issue)) throw new ApiError(422, `#${number} is in the queue.`);
    if (issue.pull.base !== this.#hub.defaultBranch) throw new ApiError(422, `The queue is for ${this.#main} only.`);
    if (issue.state === 'open' && issue.pull.mergeable && !issue.pull.draft) return issue;
    throw new ApiError(422, `#${number} is not mergeable.`);
  }

  get #main(): string {
    return `refs/heads/${this.#hub.defaultBranch}`;
  }

  #open(): Entry[] {
    return this.#entries.filter(({ state }) => state === 'waiting' || state === 'checking');
  }

  async #work(): Promise<void> {
    const { alone } = this.#hub;
    for (;;) {
      await alone(() => this.#build());
      const [first] = this.#open();
      if (first?.group === undefined) return;
      // Taken before the wait: a rebuilt group has other runs.
      const { group } = first;
      first.runs = await group.runs;
      const ended = await Promise.all(first.runs.map((id) => this.#hub.store.completed(id)));
      const bad = ended.find(({ conclusion }) => conclusion !== 'success');
      await alone(async () => {
        if (bad !== undefined) await this.#remove(first, `${bad.name} (run ${bad.id}) ended with ${bad.conclusion}`);
        else await this.#land(first, group);
        this.#hub.store.save();
      });
    }
  }

  /** A group for every entry, each on top of the one before. One that is there already stays if what is below it is the same. */
  async #build(): Promise<void> {
    const { git } = this.#hub;
    let base = (await git.resolve(this.#main)) ?? ZERO;
    for (const entry of this.#open()) {
      const { issue, method } = entry;
      if (this.#isGone(entry)) {
        await this.#remove(entry, 'It was closed, or pushed to.');
        continue;
      }
      if (entry.group?.base_sha !== base) {
        await this.#dissolve(entry);
        try {
          entry.group = await this.#group(issue, method, base);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          await this.#remove(entry, error.message);
          continue;
        }
        entry.state = 'checking';
      }
      base = entry.group.head_sha;
    }
    this.#hub.store.save();
  }

  async #group(issue: PullIssue, method: MergeMethod, base_sha: string): Promise<Group> {
    const hub = this.#hub;
    const head_sha = await mergeCommit(hub, QUEUE, { issue, base: base_sha, method });
    const head_ref = `refs/heads/gh-readonly-queue/${hub.defaultBranch}/pr-${issue.number}-${base_sha}`;
    await moveRef(hub, QUEUE, head_ref, head_sha);
    const { tree, message, author, committer } = await hub.git.commit(head_sha);
    const person = ({ name, email }: { name: string; email: string }): object => ({ name, email });
    const head_commit = {
      ...{ id: head_sha, tree_id: tree, message, timestamp: committer.date },
      ...{ author: person(author), committer: person(committer) },
    };
    const merge_group = { head_sha, head_ref, base_sha, base_ref: this.#main, head_commit };
    const payload = { action: 'checks_requested', merge_group };
    const runs = announce(hub, QUEUE, { name: 'merge_group', ref: head_ref, sha: head_sha, payload });
    return { head_sha, head_ref, base_sha, runs };
  }

  async #land(entry: Entry, { base_sha, head_sha, head_ref }: Group): Promise<void> {
    const { git } = this.#hub;
    // Somebody has pushed to one of the two meanwhile: the next round sees to it.
    if (this.#isGone(entry) || (await git.resolve(this.#main)) !== base_sha) return;
    await land(this.#hub, QUEUE, entry.issue, { base: base_sha, sha: head_sha });
    await moveRef(this.#hub, QUEUE, head_ref, ZERO);
    entry.state = 'merged';
  }

  #isGone({ issue, head }: Entry): boolean {
    return issue.state !== 'open' || issue.pull.head_sha !== head;
  }

  async #remove(entry: Entry, reason: string): Promise<void> {
    if (entry.group !== undefined) await moveRef(this.#hub, QUEUE, entry.group.head_ref, ZERO);
    Object.assign(entry, { state: 'removed', reason });
  }

  async #dissolve(entry: Entry): Promise<void> {
    if (entry.group !== undefined) await moveRef(this.#hub, QUEUE, entry.group.head_ref, ZERO);
    entry.group = undefined;
  }
}
