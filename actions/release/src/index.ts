import { setTimeout as delay } from 'node:timers/promises';
import * as core from '@actions/core';
import { context } from '@actions/github';
import { codeBuilds } from '../../lib/aws/builds.ts';
import { ecsServices } from '../../lib/aws/container-services.ts';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { codePipelines } from '../../lib/aws/pipelines.ts';
import { ecsDeployments } from '../../lib/aws/service-deployments.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { octokitCommits } from '../../lib/github/commits.ts';
import { octokitReleases } from '../../lib/github/deployments.ts';
import { defaultBranch, runUrl } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { cancellation, workspace, writeSummary } from '../../lib/github/runner.ts';
import { ecrRepository } from '../../lib/image/repository.ts';
import { SERVICE_REPOSITORY_PARAMETER } from '../../lib/image/settings.ts';
import { runCommand } from '../../lib/process.ts';
import { changedInImage } from '../../lib/release/image-files.ts';
import { ssmServiceTarget } from '../../lib/release/targets.ts';
import { readInputs, type Inputs } from './inputs.ts';
import { run, type Deps } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const { failure, ...outputs } = await run(inputs, {
    findService: ssmServiceTarget(),
    pipelines: codePipelines(),
    builds: codeBuilds(),
    deployments: ecsDeployments(),
    services: ecsServices(),
    images: async () => ecrRepository(await ssmParameters().get(SERVICE_REPOSITORY_PARAMETER)),
    changedInImage: (from, to) => changedInImage(runCommand, workspace(), from, to),
    ...gitHub(inputs),
    log: actionsLog,
    writeSummary,
    now: Date.now,
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
    signal: cancellation(),
    region: process.env['AWS_REGION'] ?? '',
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
