import { execFile } from 'node:child_process';
import { gitEnvironment } from '../../../github/git.ts';

/** One commit of a repository, of which nothing else was fetched. */
export interface FetchedCommit {
  readonly sha: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601 with offset. */
  readonly authoredAt: string;
}

export type Missing = 'repository' | 'branch' | 'commit';

/** What was asked for is not there. */
export class NotInRepositoryError extends Error {
  override readonly name = 'NotInRepositoryError';
  readonly missing: Missing;

  constructor(missing: Missing, cause: unknown) {
    super(`There is no such ${missing}.`, { cause });
    this.missing = missing;
  }
}

/**
 * Fetches one commit: the branch's newest, or the one with this full id.
 *
 * @param folder of the bare repository that is made; it must be there
 * @throws {NotInRepositoryError}
 */
export async function fetchCommit(
  url: string,
  wanted: { readonly branch: string } | { readonly commit: string },
  folder: string,
  signal: AbortSignal,
): Promise<FetchedCommit> {
  const git = (...args: string[]) => runGit(['-C', folder, ...args], signal);
  await git('init', '--quiet', '--bare');
  const heads = await orMissing('repository', signal, () => git('ls-remote', '--heads', '--', url));
  let commit: string;
  if ('commit' in wanted) {
    commit = wanted.commit;
  } else {
    const line = heads.split('\n').find((head) => head.endsWith(`\trefs/heads/${wanted.branch}`));
    if (line === undefined) throw new NotInRepositoryError('branch', undefined);
    commit = line.slice(0, line.indexOf('\t'));
  }
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new NotInRepositoryError('commit', undefined);
  await orMissing('commit', signal, () => git('fetch', '--quiet', '--depth=1', '--', url, commit));
  const shown = await git('show', '--no-patch', '--format=%an%x00%ae%x00%aI%x00%B', commit);
  const [authorName = '', authorEmail = '', authoredAt = '', message = ''] = shown.split('\0');
  return { sha: commit, message: message.trim(), authorName, authorEmail, authoredAt };
}

/** Writes the commit's files as a zip, as GitHub's own archives are made. */
export async function archiveCommit(folder: string, commit: string, file: string, signal: AbortSignal): Promise<void> {
  await runGit(['-C', folder, 'archive', '--format=zip', `--output=${file}`, commit], signal);
}

async function orMissing(missing: Missing, signal: AbortSignal, run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    signal.throwIfAborted();
    throw new NotInRepositoryError(missing, error);
  }
}

function runGit(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...gitEnvironment(), GIT_TERMINAL_PROMPT: '0' };
    execFile('git', args, { env, signal, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}
