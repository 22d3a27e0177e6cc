/** `make package/lambdas` and, with `--upload`, `make publish/lambdas`: the action's own code, from the terminal. */
import { join, relative } from 'node:path';
import { run } from '../actions/publish-lambdas/src/run.ts';
import { s3PackageStore } from '../actions/lib/aws/package-store.ts';
import { ARTIFACTS_BUCKET_PARAMETER, ssmParameters } from '../actions/lib/aws/parameters.ts';
import { terminalLog } from '../actions/lib/log.ts';
import { packageLambdas } from '../actions/lib/packaging/package.ts';
import { command } from './command.ts';
import { ROOT } from './tools.ts';

await command(async () => {
  const { manifest } = await run(
    { lambdas: join(ROOT, 'lambdas'), terraform: join(ROOT, 'terraform'), upload: process.argv.includes('--upload') },
    {
      packageLambdas: (folder) => packageLambdas(folder, ROOT),
      store: async () => s3PackageStore(await ssmParameters().get(ARTIFACTS_BUCKET_PARAMETER)),
      // Nothing is compared from here: there is no environment.
      deployed: () => Promise.resolve(new Map()),
      log: terminalLog(),
      writeSummary: () => Promise.resolve(), // A summary is for the page of a run; the log has said the same.
    },
  );
  process.stdout.write(`Wrote ${relative(process.cwd(), manifest)}\n`);
});
