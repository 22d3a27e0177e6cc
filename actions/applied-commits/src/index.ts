import * as core from '@actions/core';
import { context } from '@actions/github';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitDeployments } from '../../lib/github/deployments.ts';
import { runUrl } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { writeSummary } from '../../lib/github/runner.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const applied = await run(inputs, {
    deployments: octokitDeployments(octokit(inputs.token), context.repo, {
      author: inputs.commentAuthor,
      runUrl: runUrl(),
    }),
    log: actionsLog,
    writeSummary,
  });
  core.setOutput('applied', JSON.stringify(applied));
});
