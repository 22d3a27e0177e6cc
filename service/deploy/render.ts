/**
 * What the pipeline's deploy action takes, from what Terraform and the build have said:
 *   TASK_DEFINITION=… APPSPEC=… [COMMIT=…] node service/deploy/render.ts [--image-detail imageDetail.json] [--output .]
 * writes `taskdef.json` and `appspec.yaml`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../../scripts/command.ts';
import { renderAppSpec, renderTaskDefinition } from './documents.ts';
import { readInputs } from './inputs.ts';

await command(async () => {
  const { values } = parseArgs({
    options: {
      'image-detail': { type: 'string', default: 'imageDetail.json' },
      output: { type: 'string', default: '.' },
    },
  });
  const release = readInputs({
    taskDefinition: process.env['TASK_DEFINITION'],
    appSpec: process.env['APPSPEC'],
    commit: process.env['COMMIT'],
    imageDetail: await readFile(values['image-detail'], 'utf8').catch((error: Error) => error),
  });
  await mkdir(values.output, { recursive: true });
  await writeFile(join(values.output, 'taskdef.json'), renderTaskDefinition(release));
  await writeFile(join(values.output, 'appspec.yaml'), renderAppSpec(release));
  process.stdout.write(`Rendered taskdef.json and appspec.yaml for ${release.image}\n`);
});
