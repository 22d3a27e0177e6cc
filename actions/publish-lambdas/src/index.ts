import * as core from '@actions/core';
import { lambdaPackages } from '../../lib/aws/deployed-packages.ts';
import { s3PackageStore } from '../../lib/aws/package-store.ts';
import { ARTIFACTS_BUCKET_PARAMETER, ssmParameters } from '../../lib/aws/parameters.ts';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { main } from '../../lib/github/main.ts';
import { workspace, writeSummary } from '../../lib/github/runner.ts';
import { packageLambdas } from '../../lib/packaging/package.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await main(async () => {
  const outputs = await run(readInputs(core.getInput, workspace()), {
    packageLambdas: (folder) => packageLambdas(folder, workspace()),
    store: async () => s3PackageStore(await ssmParameters().get(ARTIFACTS_BUCKET_PARAMETER)),
    deployed: (environment) => lambdaPackages()(environment),
    log: actionsLog,
    writeSummary,
  });
  core.setOutput('manifest', outputs.manifest);
  core.setOutput('packages', JSON.stringify(outputs.packages));
});
