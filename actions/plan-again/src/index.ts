import { setTimeout as delay } from 'node:timers/promises';
import * as core from '@actions/core';
import { context } from '@actions/github';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { main } from '../../lib/github/main.ts';
import { octokit, octokitComments } from '../../lib/github/octokit.ts';
import { octokitPulls } from '../../lib/github/pulls.ts';
import { octokitWorkflowRuns } from '../../lib/github/workflow-runs.ts';
import { causeOf } from './cause.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const github = octokit(inputs.token);
  await run(causeOf(context.payload, inputs.commentAuthor), {
    runs: octokitWorkflowRuns(github, context.repo, inputs.workflow),
    pulls: octokitPulls(github, context.repo, ''),
    comments: (number) => octokitComments(github, context.repo, number),
    log: actionsLog,
    wait: delay,
  });
});
