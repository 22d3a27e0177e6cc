import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { checkedOutCommits } from '../git.ts';
import type { RunCommand } from '../process.ts';

/**
 * What an image of this tree is called: its commit. With changes that are in no commit, and only if they are allowed, the commit and
 * a hash of the whole tree: the same tree is the same image then too.
 *
 * @throws UserError if there are changes that are not allowed
 */
export async function treeVersion(
  run: RunCommand,
  root: string,
  { allowDirty }: { allowDirty: boolean },
): Promise<string> {
  const { commit } = await checkedOutCommits(run, root, false);
  const changed = await git(run, root, ['status', '--porcelain']);
  const [first] = changed;
  if (first === undefined) return commit;
  if (!allowDirty) {
    throw new UserError(
      `There are ${changed.length === 1 ? 'changes' : `${changed.length} changes`} that are in no commit, such as ${first.slice(3)}.`,
      'Commit them: an image is named by its commit. For a trial, --allow-dirty names it by its content.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'git-index-'));
  try {
    // An index of its own: the one that people work with stays as it is.
    const index = join(folder, 'index');
    const [own = ''] = await git(run, root, ['rev-parse', '--git-path', 'index']);
    await copyFile(resolve(root, own), index);
    const env = { ...process.env, GIT_INDEX_FILE: index };
    await git(run, root, ['add', '--all'], env);
    const [tree = ''] = await git(run, root, ['write-tree'], env);
    return `${commit}-dirty-${tree.slice(0, 12)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function git(run: RunCommand, cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string[]> {
  const lines: string[] = [];
  const options = { cwd, onStdout: (line: string) => lines.push(line), ...(env === undefined ? {} : { env }) };
  const code = await run('git', args, options);
  if (code !== 0) throw new Error(`git ${args[0] ?? ''} failed in ${cwd} (exit code ${code}).`);
  return lines;
}
