/**
 * `make promote`: the action's own code, from the terminal. The pin file is committed here, for somebody to push.
 *   ENV=test FUNCTION=all VERSION= STRATEGY=canary-10-5 node scripts/promote.ts
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ssmParameters } from '../actions/lib/aws/parameters.ts';
import { UserError } from '../actions/lib/errors.ts';
import { checkedOutCommits } from '../actions/lib/git.ts';
import type { RepositoryFile } from '../actions/lib/github/repository-file.ts';
import { terminalLog } from '../actions/lib/log.ts';
import { pinFile } from '../actions/lib/pins.ts';
import { runCommand } from '../actions/lib/process.ts';
import { promotionDeps } from '../actions/lib/promotion/wire.ts';
import { readInputs } from '../actions/promote/src/inputs.ts';
import { run } from '../actions/promote/src/run.ts';
import { command } from './command.ts';
import { ROOT } from './tools.ts';

/** A file of this clone; committed by itself, whatever else is staged. */
function clonedFile(path: string): RepositoryFile {
  const file = join(ROOT, path);
  return {
    path,
    read: async () => (existsSync(file) ? { text: await readFile(file, 'utf8'), sha: '' } : undefined),
    commit: async (text, message) => {
      await writeFile(file, text);
      const errors: string[] = [];
      const git = (...args: string[]): Promise<number> =>
        runCommand('git', args, { cwd: ROOT, onStderr: (line) => errors.push(line) });
      const codes = [await git('add', '--', path), await git('commit', '--quiet', '--message', message, '--', path)];
      if (codes.some((code) => code !== 0)) {
        throw new UserError(`${path} is written and not committed: ${errors.join(' ')}`, 'Commit it, and push it.');
      }
      return { commit: (await checkedOutCommits(runCommand, ROOT, false)).commit };
    },
  };
}

await command(async () => {
  const given: Readonly<Record<string, string>> = {
    environment: process.env['ENV'] ?? '',
    function: process.env['FUNCTION'] ?? 'all',
    version: process.env['VERSION'] ?? '',
    strategy: process.env['STRATEGY'] ?? 'canary-10-5',
    keep: '20',
    'github-token': 'none: nothing is asked of GitHub from here',
  };
  const inputs = readInputs((name) => given[name] ?? '');
  const actor = userInfo().username;
  const { promoted, commit } = await run(inputs, {
    ...promotionDeps(`for ${actor}, from a terminal`, terminalLog()),
    parameters: ssmParameters(),
    pins: clonedFile(pinFile(inputs.environment)),
    // Only a branch at GitHub can refuse a commit.
    pulls: { open: () => Promise.reject(new Error('A clone takes every commit.')) },
    actor,
    runUrl: '',
    repositoryUrl: '',
    writeSummary: () => Promise.resolve(), // A summary is for the page of a run; the log has said the same.
  });
  for (const { id, from, to } of promoted) process.stdout.write(`${id} ${from} ${to}\n`);
  if (commit !== undefined) process.stderr.write('The pin is committed here: push it, so that git says what runs.\n');
});
