import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@actions/core';
import { context } from '@actions/github';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { checkedOutCommits } from '../../lib/git.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitDeployments } from '../../lib/github/deployments.ts';
import { defaultBranch, pullRequestOf, runUrl, type PullRequest } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit, octokitComments, type Octokit } from '../../lib/github/octokit.ts';
import { octokitPulls } from '../../lib/github/pulls.ts';
import { cancellation, runnerTemp, workspace, writeSummary } from '../../lib/github/runner.ts';
import { runCommand } from '../../lib/process.ts';
import { Terraform } from '../../lib/terraform/cli.ts';
import { readInputs } from './inputs.ts';
import { run, type CommentTarget } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput, workspace());
  const pull = pullRequestOf(context.payload, context.actor);
  const github = octokit(inputs.token);
  const outputs = await run(inputs, {
    terraform: new Terraform(inputs.folder, runCommand, actionsLog, cancellation()),
    parameters: ssmParameters(),
    ...commentTarget(pull, github),
    labels: async () => {
      if (pull === undefined) return [];
      return (await octokitPulls(github, context.repo, defaultBranch(context.payload)).one(pull.number)).labels;
    },
    deployments: octokitDeployments(github, context.repo, { author: inputs.commentAuthor, runUrl: runUrl() }),
    log: actionsLog,
    region: process.env['AWS_REGION'] ?? '',
    actor: context.actor,
    runId: context.runId,
    runUrl: runUrl(),
    now: Date.now,
    commits: () => checkedOutCommits(runCommand, inputs.folder, pull !== undefined),
    writeSummary,
    writePlanFile: async (markdown) => {
      const path = join(runnerTemp(), `plan-${inputs.environment}.md`);
      await writeFile(path, markdown);
      return path;
    },
  });
  core.setOutput('has-changes', outputs.hasChanges);
  core.setOutput('headline', outputs.headline);
  core.setOutput('digest', outputs.digest);
  core.setOutput('plan-file', outputs.planFile);
  core.setOutput('comment-id', outputs.commentId ?? '');
});

function commentTarget(pull: PullRequest | undefined, github: Octokit): { readonly comments?: CommentTarget } {
  if (pull === undefined) return {};
  if (pull.readOnly !== undefined) return { comments: { unavailable: pull.readOnly } };
  return { comments: octokitComments(github, context.repo, pull.number) };
}
