/**
 * `make publish/image`, and the pipeline's build: makes sure that the image of this commit is in the service's repository.
 *   node scripts/publish-image.ts [--detail imageDetail.json] [--platform linux/amd64|linux/arm64] [--builder auto|docker|daemonless] [--allow-dirty]
 * CodeBuild says the commit (CODEBUILD_RESOLVED_SOURCE_VERSION) and, in TASK_DEFINITION, the platform; without it, git says the commit.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UserError } from '../actions/lib/errors.ts';
import { BUILDERS } from '../actions/lib/image/choose-builder.ts';
import { platformOf } from '../actions/lib/image/platform.ts';
import { publishImage } from '../actions/lib/image/publish.ts';
import { describeContents } from '../actions/lib/image/contents.ts';
import { treeVersion } from '../actions/lib/image/version.ts';
import { DOCKERFILE, serviceImage } from '../actions/publish-image/src/service-image.ts';
import { terminalLog } from '../actions/lib/log.ts';
import { runCommand } from '../actions/lib/process.ts';
import { command } from './command.ts';
import { ROOT } from './tools.ts';

await command(async () => {
  const { values } = parseArgs({
    options: {
      detail: { type: 'string' },
      platform: { type: 'string' },
      builder: { type: 'string', default: 'auto' },
      'allow-dirty': { type: 'boolean', default: false },
    },
  });
  const choice = BUILDERS.find((known) => known === values.builder);
  if (choice === undefined) {
    throw new UserError(`"${values.builder}" is no builder.`, `Choose one of ${BUILDERS.join(', ')}.`);
  }
  const platform = platformOf(values.platform, process.env['TASK_DEFINITION']);
  const commit = process.env['CODEBUILD_RESOLVED_SOURCE_VERSION'] ?? '';
  if (commit !== '' && !/^[0-9a-f]{40}$/.test(commit)) {
    throw new UserError(
      `CODEBUILD_RESOLVED_SOURCE_VERSION is "${commit}", which is no commit.`,
      'The pipeline has a source that is a git repository; outside of it, unset the variable.',
    );
  }
  const log = terminalLog();
  const { baseImage, ...deps } = await serviceImage(choice, log);
  const result = await publishImage(
    {
      version: commit === '' ? await treeVersion(runCommand, ROOT, { allowDirty: values['allow-dirty'] }) : commit,
      root: ROOT,
      dockerfile: DOCKERFILE,
      platform,
      baseImage,
    },
    deps,
  );
  for (const line of describeContents(result)) log.info(line);
  if (values.detail !== undefined) await writeFile(values.detail, `${JSON.stringify({ ImageURI: result.uri })}\n`);
  process.stdout.write(`${result.uri}\n`);
});
