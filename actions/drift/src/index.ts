import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@actions/core';
import { context } from '@actions/github';
import { lambdaFunctions } from '../../lib/aws/functions.ts';
import { codeBuilds } from '../../lib/aws/builds.ts';
import { ecsServices } from '../../lib/aws/container-services.ts';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { codePipelines } from '../../lib/aws/pipelines.ts';
import { checkedOutCommits } from '../../lib/git.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitDeployments, octokitReleases } from '../../lib/github/deployments.ts';
import { runUrl } from '../../lib/github/event.ts';
import { octokitIssues } from '../../lib/github/issues.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { octokitFile } from '../../lib/github/repository-file.ts';
import { cancellation, workspace, writeSummary } from '../../lib/github/runner.ts';
import { ecrRepository } from '../../lib/image/repository.ts';
import { SERVICE_REPOSITORY_PARAMETER } from '../../lib/image/settings.ts';
import { pinFile } from '../../lib/pins.ts';
import { runCommand } from '../../lib/process.ts';
import { ssmServiceTarget } from '../../lib/release/targets.ts';
import { Terraform } from '../../lib/terraform/cli.ts';
import { readInputs, type Inputs } from './inputs.ts';
import { run, type Deps } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput, workspace());
  const outputs = await run(inputs, {
    terraform: new Terraform(inputs.folder, runCommand, actionsLog, cancellation()),
    parameters: ssmParameters(),
    functions: lambdaFunctions(),
    findService: ssmServiceTarget(),
    serviceDeps: async () => ({
      services: ecsServices(),
      builds: codeBuilds(),
      pipelines: codePipelines(),
      images: ecrRepository(await ssmParameters().get(SERVICE_REPOSITORY_PARAMETER)),
    }),
    ...(await gitHub(inputs)),
    workflowUrl: (file) => `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}/actions/workflows/${file}`,
    log: actionsLog,
    region: process.env['AWS_REGION'] ?? '',
    actor: context.actor,
    runUrl: runUrl(),
    now: Date.now,
    commits: () => checkedOutCommits(runCommand, inputs.folder, false),
    writeSummary,
  });
  core.setOutput('drift', outputs.drift ?? '');
  core.setOutput('headline', outputs.headline);
  core.setOutput('digest', outputs.digest ?? '');
  core.setOutput('issue', outputs.issue ?? '');
});

async function gitHub({
  token,
  environment,
  commentAuthor,
}: Inputs): Promise<Pick<Deps, 'pins' | 'deployments' | 'issues' | 'releases'>> {
  const file = pinFile(environment);
  if (token === undefined) {
    const path = join(workspace(), file);
    return { pins: async () => (existsSync(path) ? readFile(path, 'utf8') : undefined) };
  }
  const github = octokit(token);
  const { repo } = context;
  const { data: repository } = await github.rest.repos.get(repo);
  return {
    pins: async () => (await octokitFile(github, repo, file, repository.default_branch).read())?.text,
    deployments: octokitDeployments(github, repo, { author: commentAuthor, runUrl: runUrl() }),
    releases: octokitReleases(github, repo, runUrl()),
    issues: octokitIssues(github, repo),
  };
}
