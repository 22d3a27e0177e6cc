import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DescribeImagesCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { chooseBuilder } from '../../../../../../actions/lib/image/choose-builder.ts';
import { publishImage, type PublishResult } from '../../../../../../actions/lib/image/publish.ts';
import { ecrRepository } from '../../../../../../actions/lib/image/repository.ts';
import { baseImageOf } from '../../../../../../actions/lib/image/settings.ts';
import { recordingLog } from '../../../../../../actions/lib/test/fakes/log.ts';
import { runCommand } from '../../../../../../actions/lib/process.ts';
import { seedImages, type ImageSeed } from '../../../seed-images.ts';
import { startRegistryWorld, type RegistryWorld } from './world.ts';

// Beside other suites five seconds are not much.
jest.setTimeout(30_000);

const DOCKERFILE = `ARG BASE_IMAGE=public.ecr.aws/docker/library/node:24.0.0-alpine
FROM --platform=$BUILDPLATFORM \${BASE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN node build.mjs
FROM \${BASE_IMAGE}
ARG VERSION=unknown
ENV VERSION=\${VERSION}
WORKDIR /app
COPY --from=build /src/dist ./
USER 65532:65532
ENTRYPOINT ["node", "server.mjs"]
`;

/** A service of one line; its build says what it was told to. */
async function project(folder: string, says: string): Promise<string> {
  const root = path.join(folder, `project-${says}`);
  await mkdir(path.join(root, 'dist'), { recursive: true });
  await writeFile(path.join(root, 'Dockerfile'), DOCKERFILE);
  const server = `console.log('${says}', process.env.VERSION);`;
  await writeFile(
    path.join(root, 'build.mjs'),
    `import { writeFileSync } from 'node:fs';\nwriteFileSync('dist/server.mjs', ${JSON.stringify(server)});\n`,
  );
  return root;
}

let world: RegistryWorld;
let seed: ImageSeed;

beforeAll(async () => {
  world = await startRegistryWorld();
  const root = await project(world.folder, 'seed');
  seed = await seedImages({ ...world.context, dockerfile: path.join(root, 'Dockerfile') });
});
afterAll(() => world.end());

async function publish(version: string, root: string): Promise<PublishResult> {
  const log = recordingLog();
  return publishImage(
    { version, root, dockerfile: 'Dockerfile', platform: 'linux/amd64', baseImage: await baseImageOf(world.ssm) },
    {
      images: ecrRepository(seed.repository, world.ecr),
      builder: (uri) =>
        chooseBuilder('auto', uri, {
          run: runCommand,
          log,
          login: () => Promise.reject(new Error('Docker is not asked for a registry on this machine.')),
          build: ['node', 'build.mjs'],
        }),
      log,
    },
  );
}

describe('the image of a commit, in the sandbox', () => {
  test('has a repository, a parameter with its name, and a base image with the Dockerfile’s tag', async () => {
    const again = await seedImages({
      ...world.context,
      dockerfile: path.join(await project(world.folder, 'seed'), 'Dockerfile'),
    });
    expect(again).toEqual(seed);
    expect(seed.baseImage).toMatch(/^127\.0\.0\.1:\d+\/base\/node:24\.0\.0-alpine$/);
    const { Parameter } = await world.ssm.send(new GetParameterCommand({ Name: '/terraform/images/service' }));
    expect(Parameter?.Value).toBe('rest-api-service');
    const { repositories } = await world.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: ['rest-api-service'] }),
    );
    expect(repositories?.[0]).toMatchObject({
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
    });
  });

  test('is built, pushed, described, unpacked and run', async () => {
    const result = await publish('c0ffee', await project(world.folder, 'hello'));
    expect(result.built).toBe(true);
    const { imageDetails } = await world.ecr.send(
      new DescribeImagesCommand({ repositoryName: seed.repository, imageIds: [{ imageTag: 'initial' }] }),
    );
    expect(imageDetails?.[0]).toMatchObject({ imageDigest: result.digest, imageTags: ['c0ffee', 'initial'] });
    const { root, config } = await world.registry().unpackImage(result.uri, path.join(world.folder, 'tasks'));
    expect(await readFile(path.join(root, 'SANDBOX.txt'), 'utf8')).toContain('stand-in for the base image');
    expect(config).toMatchObject({ WorkingDir: '/app', User: '65532:65532', Entrypoint: ['node', 'server.mjs'] });
    const { stdout } = await promisify(execFile)(process.execPath, (config.Entrypoint ?? []).slice(1), {
      cwd: path.join(root, config.WorkingDir ?? '/'),
      env: Object.fromEntries(
        (config.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
      ),
    });
    expect(stdout).toBe('hello c0ffee\n');
  });

  test('is used again by a second run (K20)', async () => {
    const root = await project(world.folder, 'twice');
    const first = await publish('twice', root);
    const second = await publish('twice', root);
    expect([first.built, second.built]).toEqual([true, false]);
    expect(second.uri).toBe(first.uri);
  });

  test('is one for two runs at once, even when they build something different (K20)', async () => {
    const roots = await Promise.all(['left', 'right'].map((says) => project(world.folder, says)));
    const results = await Promise.all(roots.map((root) => publish('race', root)));
    expect(results[0]?.digest).toBe(results[1]?.digest);
    expect(results.filter(({ built }) => built)).toHaveLength(1);
  });
});
