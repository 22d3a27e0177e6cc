import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@actions/core';
import { context } from '@actions/github';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { checkedOutCommits } from '../../lib/git.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { pullRequestOf, runUrl, type PullRequest } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit, octokitComments } from '../../lib/github/octokit.ts';
import { cancellation, runnerTemp, workspace, writeSummary } from '../../lib/github/runner.ts';
import { runCommand } from '../../lib/process.ts';
import { Terraform } from '../../lib/terraform/cli.ts';
import { readInputs } from './inputs.ts';
import { run, type CommentTarget } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput, workspace());
  const pull = pullRequestOf(context.payload, context.actor);
  const outputs = await run(inputs, {
    terraform: new Terraform(inputs.folder, runCommand, actionsLog, cancellation()),
    parameters: ssmParameters(),
    ...commentTarget(pull, inputs.token),
    log: actionsLog,
    region: process.env['AWS_REGION'] ?? '',
    actor: context.actor,
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
  core.setOutput('plan-file', outputs.planFile);
  core.setOutput('comment-id', outputs.commentId ?? '');
});

function commentTarget(pull: PullRequest | undefined, token: string): { readonly comments?: CommentTarget } {
  if (pull === undefined) return {};
  if (pull.readOnly !== undefined) return { comments: { unavailable: pull.readOnly } };
  return { comments: octokitComments(octokit(token), context.repo, pull.number) };
}
