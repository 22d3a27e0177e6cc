/**
 * `make release`: the action's own code, from the terminal. Ctrl-C stops the release.
 *   ENV=test COMMIT= node scripts/release.ts
 */
import { userInfo } from 'node:os';
import { checkedOutCommits } from '../actions/lib/git.ts';
import { terminalLog } from '../actions/lib/log.ts';
import { runCommand } from '../actions/lib/process.ts';
import { releaseDeps } from '../actions/lib/release/wire.ts';
import { readInputs } from '../actions/release/src/inputs.ts';
import { run } from '../actions/release/src/run.ts';
import { command } from './command.ts';
import { ROOT } from './tools.ts';

await command(async () => {
  const { commit: head } = await checkedOutCommits(runCommand, ROOT, false);
  const given: Readonly<Record<string, string>> = {
    environment: process.env['ENV'] ?? '',
    commit: process.env['COMMIT'] ?? '',
    check: 'false',
    'skip-if-running': 'false',
  };
  const { execution, failure } = await run(
    readInputs((name) => given[name] ?? ''),
    {
      ...releaseDeps(ROOT, terminalLog()),
      writeSummary: () => Promise.resolve(), // A summary is for the page of a run; the log has said the same.
      sha: head,
      branch: 'main',
      // Each call is a release of its own.
      runId: String(Date.now()),
      actor: userInfo().username,
    },
  );
  if (failure !== undefined) throw failure;
  process.stdout.write(`${execution ?? ''}\n`);
});
