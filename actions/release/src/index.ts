import * as core from '@actions/core';
import { context } from '@actions/github';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitCommits } from '../../lib/github/commits.ts';
import { octokitReleases } from '../../lib/github/deployments.ts';
import { defaultBranch, runUrl } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { workspace, writeSummary } from '../../lib/github/runner.ts';
import { releaseDeps } from '../../lib/release/wire.ts';
import { readInputs, type Inputs } from './inputs.ts';
import { run, type Deps } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const { failure, ...outputs } = await run(inputs, {
    ...releaseDeps(workspace(), actionsLog),
    ...gitHub(inputs),
    writeSummary,
    sha: context.sha,
    branch: defaultBranch(context.payload),
    runId: String(context.runId),
    actor: context.actor,
  });
  core.setOutput('execution', outputs.execution ?? '');
  core.setOutput('status', outputs.status ?? '');
  core.setOutput('needed', outputs.needed ?? '');
  if (failure !== undefined) throw failure;
});

function gitHub({ token }: Inputs): Pick<Deps, 'commits' | 'releases'> {
  if (token === undefined) return {};
  const github = octokit(token);
  return {
    commits: octokitCommits(github, context.repo),
    releases: octokitReleases(github, context.repo, runUrl()),
  };
}
