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
