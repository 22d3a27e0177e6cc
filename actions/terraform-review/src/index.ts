import * as core from '@actions/core';
import { context } from '@actions/github';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { ancestry, checkedOutCommits } from '../../lib/git.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitDeployments } from '../../lib/github/deployments.ts';
import { defaultBranch, queuedPull, runUrl } from '../../lib/github/event.ts';
import { octokitIssues } from '../../lib/github/issues.ts';
import { main } from '../../lib/github/main.ts';
import { octokit, octokitComments } from '../../lib/github/octokit.ts';
import { octokitPulls } from '../../lib/github/pulls.ts';
import { cancellation, workspace, writeSummary } from '../../lib/github/runner.ts';
import { runCommand } from '../../lib/process.ts';
import { Terraform } from '../../lib/terraform/cli.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput, workspace());
  const { repo, payload, actor } = context;
  const github = octokit(inputs.token);
  const author = inputs.commentAuthor;
  const pulls = octokitPulls(github, repo, defaultBranch(payload));
  const queued = queuedPull(payload);
  const outputs = await run(inputs, {
    terraform: new Terraform(inputs.folder, runCommand, actionsLog, cancellation()),
    parameters: ssmParameters(),
    deployments: octokitDeployments(github, repo, { author, runUrl: runUrl() }),
    pulls,
    ...(queued === undefined ? {} : { queued: await pulls.queued(queued) }),
    comments: (number) => octokitComments(github, repo, number),
    ancestry: (from, to) => ancestry(runCommand, inputs.folder, from, to),
    issues: octokitIssues(github, repo),
    author,
    log: actionsLog,
    region: process.env['AWS_REGION'] ?? '',
    actor,
    runUrl: runUrl(),
    now: Date.now,
    commits: () => checkedOutCommits(runCommand, inputs.folder, false),
    writeSummary,
  });
  core.setOutput('apply', outputs.apply);
  core.setOutput('digest', outputs.digest);
  core.setOutput('headline', outputs.headline);
  core.setOutput('allow-destroy', outputs.allowDestroy);
  core.setOutput('pull-requests', outputs.pulls.join(','));
});
