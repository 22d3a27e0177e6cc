import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ECRClient } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parseReference } from '../../../../../../actions/lib/image/reference.ts';
import { RegistryClient } from '../../../../../../actions/lib/image/registry-client.ts';
import { ecrRepository } from '../../../../../../actions/lib/image/repository.ts';
import { ROOT } from '../../../../../tools.ts';
import { seedImages } from '../../../seed-images.ts';
import { region } from '../../../test/sandbox.ts';
import { clientOptions } from '../../context.ts';
import { registryService } from '../../registry/index.ts';
import { pushImage } from '../../registry/test/images.ts';
import { startBuildWorld, type BuildWorld } from './world.ts';

jest.setTimeout(120_000);

const commit = 'c0ffee'.padEnd(40, '0');
const taskDefinition = {
  family: 'service',
  runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
  containerDefinitions: [{ name: 'web', image: 'service:initial', portMappings: [{ containerPort: 8080 }] }],
};

let world: BuildWorld;
beforeAll(async () => {
  world = await startBuildWorld((context) => [registryService(context)]);
  const { endpointUrl } = world.context;
  await seedImages({ endpointUrl, region, dockerfile: path.join(ROOT, 'service/Dockerfile') });
});
afterAll(() => world.end());

/** What is in the working tree, as the pipeline's source would have it after a commit. */
async function workingTree(): Promise<Record<string, Uint8Array>> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const file = path.join(ROOT, name);
    if (name !== '' && existsSync(file)) files[name] = await readFile(file);
  }
  return files;
}

test("the service's own buildspec makes its image once, and what a release of it needs", async () => {
  await world.project('service', {
    source: { type: 'CODEPIPELINE', buildspec: 'service/buildspec.yml' },
    environment: {
      type: 'LINUX_CONTAINER',
      computeType: 'BUILD_GENERAL1_SMALL',
      image: 'aws/codebuild/standard:7.0',
      environmentVariables: [
        { name: 'TASK_DEFINITION', value: JSON.stringify(taskDefinition) },
        { name: 'APPSPEC', value: JSON.stringify({ containerName: 'web', containerPort: 8080 }) },
      ],
    },
  });
  const source = await workingTree();
  const build = async (value = commit) => {
    const environmentVariablesOverride = [{ name: 'CODEBUILD_RESOLVED_SOURCE_VERSION', value }];
    const ended = await world.ended(await world.start('service', source, { environmentVariablesOverride }));
    return { ended, log: await world.log(ended) };
  };

  const first = await build();

  // The whole log, for whoever looks at a failure.
  expect([first.ended.buildStatus, first.log]).toEqual(['SUCCEEDED', expect.stringContaining('Pushing sha256:')]);
  expect(first.log).toContain('Restored from cache: node_modules');
  const results = await world.results();
  const { ImageURI: image }: { ImageURI: string } = JSON.parse(results['imageDetail.json'] ?? '{}');
  expect(image).toMatch(/\/rest-api-service@sha256:[0-9a-f]{64}$/);
  expect(JSON.parse(results['taskdef.json'] ?? '{}')).toMatchObject({ containerDefinitions: [{ name: 'web', image }] });
  expect(results['appspec.yaml']).toContain('<TASK_DEFINITION>');

  const second = await build();

  expect([second.ended.buildStatus, second.log]).toEqual(['SUCCEEDED', expect.stringContaining('is there already')]);
  expect(second.log).not.toContain('Pushing sha256:');
  expect(JSON.parse((await world.results())['imageDetail.json'] ?? '{}')).toEqual({ ImageURI: image });

  // What somebody else has pushed for a commit, as Actions does, whatever is in it.
  const other = 'decade'.padEnd(40, '0');
  const digest = await push(other);

  const third = await build(other);

  expect([third.ended.buildStatus, third.log]).toEqual([
    'SUCCEEDED',
    expect.stringContaining(`The image of ${other} is there already: ${digest}`),
  ]);
  expect(third.log).not.toContain('Pushing sha256:');
  const { ImageURI } = JSON.parse((await world.results())['imageDetail.json'] ?? '{}');
  expect(ImageURI).toBe(`${image.split('@')[0]}@${digest}`);
});

async function push(tag: string): Promise<string> {
  const ecr = new ECRClient(clientOptions(world.context));
  const images = ecrRepository('rest-api-service', ecr);
  const { host, name } = parseReference(await images.uri());
  const credentials = await images.login();
  ecr.destroy();
  return pushImage(new RegistryClient(host, { credentials }), name, tag, {
    layers: [[{ name: 'file', content: 'by Actions' }]],
  });
}
