import type { RunCommand } from './process.ts';

export interface CheckedOutCommits {
  readonly commit: string;
  /** For the merge result of a pull request: the commit of the base branch; `commit` is then the head's. */
  readonly base?: string;
}

/**
 * What is checked out in `folder`. A pull request is checked out as GitHub's merge of base (first parent) and head (second); on
 * a branch, a merge commit is a commit like any other.
 */
export async function checkedOutCommits(
  run: RunCommand,
  folder: string,
  isPullRequest: boolean,
): Promise<CheckedOutCommits> {
  const lines: string[] = [];
  const code = await run('git', ['log', '-1', '--format=%H %P'], { cwd: folder, onStdout: (line) => lines.push(line) });
  const [head, first, second] = (lines[0] ?? '').split(' ');
  if (code !== 0 || head === undefined || head === '')
    throw new Error(`git log failed in ${folder} (exit code ${code}).`);
  return isPullRequest && first !== undefined && second !== undefined
    ? { commit: second, base: first }
    : { commit: head };
}

/** How a branch went on from one of its commits to another. */
export type Ancestry =
  /** The commits in between on the branch itself (merges count, what they brought does not), oldest first. */
  { readonly kind: 'after'; readonly commits: readonly string[] } | { readonly kind: 'before' | 'unrelated' };

/** How `to` stands to `from`, in a clone with the whole history. */
export async function ancestry(run: RunCommand, folder: string, from: string, to: string): Promise<Ancestry> {
  const isAncestor = async (older: string, newer: string): Promise<boolean> => {
    const errors: string[] = [];
    const code = await run('git', ['merge-base', '--is-ancestor', older, newer], {
      cwd: folder,
      onStderr: (line) => errors.push(line),
    });
    // 128: a commit is not there, because somebody has rewritten the branch.
    if (code > 1 && code !== 128) throw new Error(`git merge-base failed in ${folder}: ${errors.join(' ')}`);
    return code === 0;
  };
  if (!(await isAncestor(from, to))) return { kind: (await isAncestor(to, from)) ? 'before' : 'unrelated' };
  const commits: string[] = [];
  const code = await run('git', ['rev-list', '--first-parent', '--reverse', `${from}..${to}`], {
    cwd: folder,
    onStdout: (line) => commits.push(line),
  });
  if (code !== 0) throw new Error(`git rev-list failed in ${folder} (exit code ${code}).`);
  return { kind: 'after', commits };
}
