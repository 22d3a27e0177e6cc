import * as core from '@actions/core';
import { context } from '@actions/github';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { runUrl } from '../../lib/github/event.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { octokitPinPulls } from '../../lib/github/pin-pulls.ts';
import { octokitFile } from '../../lib/github/repository-file.ts';
import { writeSummary } from '../../lib/github/runner.ts';
import { pinFile } from '../../lib/pins.ts';
import { promotionDeps } from '../../lib/promotion/wire.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const github = octokit(inputs.token);
  const { data: repository } = await github.rest.repos.get(context.repo);
  const path = pinFile(inputs.environment);
  const base = repository.default_branch;
  const outputs = await run(inputs, {
    ...promotionDeps(`for ${context.actor} in ${runUrl()}`),
    parameters: ssmParameters(),
    pins: octokitFile(github, context.repo, path, base),
    pulls: octokitPinPulls(github, context.repo, { environment: inputs.environment, path, base, runId: context.runId }),
    actor: context.actor,
    runUrl: runUrl(),
    repositoryUrl: repository.html_url,
    writeSummary,
  });
  core.setOutput('promoted', JSON.stringify(outputs.promoted));
  core.setOutput('commit', outputs.commit ?? '');
  core.setOutput('pull-request', outputs.pullRequest ?? '');
});
