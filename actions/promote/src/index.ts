import * as core from '@actions/core';
import { context } from '@actions/github';
import { lambdaFunctions } from '../../lib/aws/functions.ts';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { main } from '../../lib/github/main.ts';
import { octokit } from '../../lib/github/octokit.ts';
import { octokitFile } from '../../lib/github/repository-file.ts';
import { writeSummary } from '../../lib/github/runner.ts';
import { pinFile } from '../../lib/pins.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const inputs = readInputs(core.getInput);
  const github = octokit(inputs.token);
  const { data: repository } = await github.rest.repos.get(context.repo);
  const outputs = await run(inputs, {
    functions: lambdaFunctions(),
    parameters: ssmParameters(),
    pins: octokitFile(github, context.repo, pinFile(inputs.environment), repository.default_branch),
    log: actionsLog,
    actor: context.actor,
    writeSummary,
  });
  core.setOutput('promoted', JSON.stringify(outputs.promoted));
  core.setOutput('commit', outputs.commit ?? '');
});
