import { setTimeout as delay } from 'node:timers/promises';
import * as core from '@actions/core';
import { actionsLog } from '../../lib/github/actions-log.ts';
import { main } from '../../lib/github/main.ts';
import { workspace, writeSummary } from '../../lib/github/runner.ts';
import { treeVersion } from '../../lib/image/version.ts';
import { runCommand } from '../../lib/process.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';
import { DOCKERFILE, serviceImage } from './service-image.ts';

await main(async () => {
  const { platform, builder } = readInputs(core.getInput);
  const root = workspace();
  const version = await treeVersion(runCommand, root, { allowDirty: false });
  const { baseImage, ...deps } = await serviceImage(builder, actionsLog);
  const result = await run(
    { version, root, dockerfile: DOCKERFILE, platform, baseImage },
    { ...deps, writeSummary, sleep: (ms) => delay(ms) },
  );
  core.setOutput('digest', result.digest);
  core.setOutput('uri', result.uri);
  core.setOutput('built', String(result.built));
});
