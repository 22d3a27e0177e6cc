import * as core from '@actions/core';
import { context } from '@actions/github';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { pullRequestOf } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit, octokitComments } from '../../lib/github/octokit.ts';
import { octokitPulls } from '../../lib/github/pulls.ts';
import { writeSummary } from '../../lib/github/runner.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const pull = pullRequestOf(context.payload, context.actor);
  if (pull === undefined) throw new Error('This is for the event pull_request.');
  const github = octokit(inputs.token);
  await run(inputs, {
    pull: pull.number,
    head: (await octokitPulls(github, context.repo, '').one(pull.number)).head,
    comments: (number) => octokitComments(github, context.repo, number),
    author: inputs.commentAuthor,
    log: actionsLog,
    writeSummary,
  });
});
