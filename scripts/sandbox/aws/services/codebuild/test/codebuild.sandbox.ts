import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetProjectsCommand,
  DeleteProjectCommand,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
  UpdateProjectCommand,
} from '@aws-sdk/client-codebuild';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { bucket, phaseOf, startBuildWorld, type BuildWorld } from './world.ts';

jest.setTimeout(60_000);

let world: BuildWorld;
beforeAll(async () => {
  world = await startBuildWorld();
});
afterAll(() => world.end());

/** A buildspec from lines below `phases:` and so on. */
const spec = (...lines: string[]): string => ['version: 0.2', ...lines].join('\n');

/** An orphan is there until the system has buried it. */
async function gone(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  for (let tries = 0; isThere(); tries += 1) {
    expect(tries).toBeLessThan(100);
    await sleep(20);
  }
}

describe('a build', () => {
  test('runs its commands in order, with the state that one leaves to the next, and uploads what the buildspec names', async () => {
    await world.ssm.send(new PutParameterCommand({ Name: '/secret', Value: 'hush', Type: 'SecureString' }));
    await world.project('whole', {
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_SMALL',
        image: 'x',
        environmentVariables: [
          { name: 'PLAIN', value: '{"a": "b c"}' },
          { name: 'SECRET', value: '/secret', type: 'PARAMETER_STORE' },
          { name: 'OF_SPEC', value: 'of the project' },
        ],
      },
    });
    const id = await world.start(
      'whole',
      {
        'buildspec.yml': spec(
          'env: { variables: { OF_SPEC: of the spec, ONLY_SPEC: 7 }, exported-variables: [LEFT] }',
          'phases:',
          '  install: { runtime-versions: { nodejs: 24 }, commands: [mkdir below, cd below, export LEFT="from install"] }',
          '  build:',
          '    commands:',
          '      - |',
          '        for word in one "two words"; do',
          '          echo "said: $word"',
          '        done',
          '      - ../run.sh > told.txt && echo to stderr >&2',
          '    finally: [touch finally.txt]',
          '  post_build: { commands: [node -p process.version > node.txt] }',
          'artifacts: { files: [below/*.txt], discard-paths: yes }',
        ),
        'run.sh':
          '#!/bin/sh\nprintf "%s|" "$PLAIN" "$SECRET" "$OF_SPEC" "$ONLY_SPEC" "$LEFT" "$FROM_MACHINE" "$CODEBUILD_RESOLVED_SOURCE_VERSION" "$CODEBUILD_INITIATOR" "$CODEBUILD_BUILD_NUMBER"',
      },
      {
        environmentVariablesOverride: [
          { name: 'CODEBUILD_RESOLVED_SOURCE_VERSION', value: 'c0ffee' },
          { name: 'CODEBUILD_INITIATOR', value: 'codepipeline/p' },
        ],
      },
    );

    const build = await world.ended(id);

    expect(build.phases?.map(({ phaseType, phaseStatus, contexts }) => [phaseType, phaseStatus, contexts])).toEqual([
      ...['SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE', 'INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'].map(
        (type) => [type, 'SUCCEEDED', []],
      ),
      ['UPLOAD_ARTIFACTS', 'SUCCEEDED', []],
      ['FINALIZING', 'SUCCEEDED', []],
      ['COMPLETED', undefined, []],
    ]);
    expect(build).toMatchObject({
      buildStatus: 'SUCCEEDED',
      initiator: 'codepipeline/p',
      resolvedSourceVersion: 'c0ffee',
      exportedEnvironmentVariables: [{ name: 'LEFT', value: 'from install' }],
      artifacts: { location: 'arn:aws:s3:::artifacts/out/result' },
    });
    expect(await world.results()).toEqual({
      'told.txt': '{"a": "b c"}|hush|of the project|7|from install|yes|c0ffee|codepipeline/p|1|',
      'node.txt': `${process.version}\n`,
      'finally.txt': '',
    });
    const log = await world.log(build);
    expect(log).toContain('said: one\nsaid: two words\n');
    expect(log).toContain('to stderr');
    expect(log).toContain('Phase complete: BUILD State: SUCCEEDED');
    const uuid = id.slice('whole:'.length);
    expect(await readFile(path.join(world.folder, 'codebuild', `${uuid}.log`), 'utf8')).toContain('said: two words');
    for (let tries = 0; existsSync(path.join(world.folder, 'codebuild', uuid)); tries += 1) {
      expect(tries).toBeLessThan(100);
      await sleep(20);
    }
  });

  test('that fails names the command, still runs finally and post_build, and uploads nothing', async () => {
    await world.project('failing');
    const id = await world.start('failing', {
      'buildspec.yml': spec(
        'phases:',
        '  build: { commands: [echo before, "(exit 3)", echo after], finally: [echo at last] }',
        '  post_build: { commands: ["echo succeeding: $CODEBUILD_BUILD_SUCCEEDING"] }',
        'artifacts: { files: [nothing.txt] }',
      ),
    });

    const build = await world.ended(id);

    expect(build.buildStatus).toBe('FAILED');
    expect(phaseOf(build, 'BUILD')).toMatchObject({
      phaseStatus: 'FAILED',
      contexts: [
        {
          statusCode: 'COMMAND_EXECUTION_ERROR',
          message: 'Error while executing command: (exit 3). Reason: exit status 3',
        },
      ],
    });
    expect(phaseOf(build, 'UPLOAD_ARTIFACTS')?.contexts).toEqual([
      { statusCode: 'CLIENT_ERROR', message: 'no matching artifact paths found' },
    ]);
    const log = await world.log(build);
    expect(log).toMatch(/before[^]*at last[^]*succeeding: 0/);
    expect(log).not.toContain('Running command echo after');
  });

  test('whose shell was told to stop at errors does', async () => {
    await world.project('strict');
    const id = await world.start('strict', {
      'buildspec.yml': spec('phases: { build: { commands: [set -eu, "false; echo reached"] } }'),
    });

    const build = await world.ended(id);

    expect(phaseOf(build, 'BUILD')?.contexts?.[0]?.message).toBe(
      'Error while executing command: false; echo reached. Reason: exit status 1',
    );
    expect((await world.log(build)).split('\n')).not.toContain('reached');
  });

  test('whose install fails ends there', async () => {
    await world.project('no-install');
    const id = await world.start('no-install', {
      'buildspec.yml': spec('phases: { install: { commands: [exit 9] }, build: { commands: [echo built] } }'),
    });

    const build = await world.ended(id);

    expect(phaseOf(build, 'INSTALL')?.contexts?.[0]?.message).toBe(
      'Error while executing command: exit 9. Reason: exit status 9',
    );
    expect(phaseOf(build, 'BUILD')).toBeUndefined();
    expect(build.buildStatus).toBe('FAILED');
  });

  test.each([
    ['no buildspec', {}, 'YAML file does not exist: buildspec.yml'],
    [
      'another Node',
      { 'buildspec.yml': spec('phases: { install: { runtime-versions: { nodejs: 20 } } }') },
      "Unknown runtime version named '20' of nodejs. This build image has the following versions: 24",
    ],
    [
      'a mapping for a command',
      { 'buildspec.yml': spec('phases: { build: { commands: [{ echo a: b }] } }') },
      'Invalid buildspec: phases.build.commands[0] is no text: put it in quotes',
    ],
    [
      'what is not here',
      { 'buildspec.yml': spec('env: { secrets-manager: { A: b } }', 'phases: {}') },
      'Invalid buildspec: env.secrets-manager is not known to the sandbox',
    ],
  ])('with %s is refused with a sentence', async (name, files, message) => {
    const project = name.replaceAll(' ', '-');
    await world.project(project);

    const build = await world.ended(await world.start(project, { 'other.txt': '', ...files }));

    expect(phaseOf(build, 'DOWNLOAD_SOURCE')?.contexts).toEqual([{ statusCode: 'YAML_FILE_ERROR', message }]);
    expect(build.buildStatus).toBe('FAILED');
  });

  test('that is stopped ends with all that it has started', async () => {
    await world.project('stopped');
    const pids = path.join(world.folder, 'pids');
    const id = await world.start(
      'stopped',
      {
        'buildspec.yml': spec(
          'phases:',
          '  build: { commands: ["trap \'\' TERM; sleep 300 & echo $$ $! > $PIDS; wait; wait; sleep 300"] }',
        ),
      },
      { environmentVariablesOverride: [{ name: 'PIDS', value: pids }] },
    );
    while (!existsSync(pids) || (await readFile(pids, 'utf8')) === '') await world.get(id);

    const { build: answer } = await world.codebuild.send(new StopBuildCommand({ id }));

    expect(answer?.buildStatus).toBe('STOPPED');
    const build = await world.ended(id);
    expect(phaseOf(build, 'BUILD')).toMatchObject({ phaseStatus: 'STOPPED' });
    expect(phaseOf(build, 'UPLOAD_ARTIFACTS')).toBeUndefined();
    for (const pid of (await readFile(pids, 'utf8')).trim().split(' ')) {
      await gone(Number(pid));
    }
  });

  test('that takes too long is ended', async () => {
    await world.project('slow');
    const files = { 'buildspec.yml': spec('phases: { build: { commands: [sleep 300] } }') };

    // Of a minute: AWS has five at least.
    const build = await world.ended(await world.start('slow', files, { timeoutInMinutesOverride: 0.01 }));

    expect(build.buildStatus).toBe('TIMED_OUT');
    expect(phaseOf(build, 'BUILD')).toMatchObject({
      phaseStatus: 'TIMED_OUT',
      contexts: [{ statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out.' }],
    });
  });

  test('may be without a source, and leave files instead of a zip', async () => {
    await world.project('inline', {
      source: {
        type: 'NO_SOURCE',
        buildspec: spec('phases: { build: { commands: [echo hello > a.txt] } }', 'artifacts: { files: ["*.txt"] }'),
      },
      artifacts: { type: 'S3', location: bucket, path: '/plain/', namespaceType: 'BUILD_ID', name: '/' },
    });
    const started = await world.codebuild.send(new StartBuildCommand({ projectName: 'inline' }));

    const build = await world.ended(started.build?.id ?? '');

    expect(build.buildStatus).toBe('SUCCEEDED');
    const Key = `plain/${build.id?.slice('inline:'.length)}/a.txt`;
    const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await Body?.transformToString()).toBe('hello\n');
  });

  test('whose source is not there says so', async () => {
    await world.project('no-source');
    const id = await world.start('no-source', {}, { sourceLocationOverride: `${bucket}/none` });

    const build = await world.ended(id);

    expect(phaseOf(build, 'DOWNLOAD_SOURCE')?.contexts?.[0]).toMatchObject({
      statusCode: 'CLIENT_ERROR',
      message: expect.stringMatching(/^Downloading the source from artifacts\/none failed: NoSuchKey/),
    });
  });

  test('does not outlive the sandbox, and says so after it', async () => {
    await world.project('interrupted');
    const id = await world.start('interrupted', {
      'buildspec.yml': spec('phases: { build: { commands: [sleep 300] } }'),
    });
    // Also when its shell has not been started yet.
    while (phaseOf(await world.get(id), 'BUILD') === undefined) await sleep(5);

    await world.restart();

    const build = await world.get(id);
    expect(build.buildStatus).toBe('FAULT');
    expect(phaseOf(build, 'BUILD')?.contexts).toEqual([
      { statusCode: 'INTERNAL_SERVICE_ERROR', message: 'The sandbox was stopped in the middle of this build.' },
    ]);
    expect(await readdir(path.join(world.folder, 'codebuild'))).not.toContain(id.slice('interrupted:'.length));
  });

  test('started twice with one token is one build', async () => {
    await world.project('twice');
    const files = { 'buildspec.yml': spec('phases: { build: { commands: ["true"] } }') };

    const first = await world.start('twice', files, { idempotencyToken: 't' });
    const second = await world.start('twice', files, { idempotencyToken: 't' });

    expect(second).toBe(first);
    const { ids } = await world.codebuild.send(new ListBuildsForProjectCommand({ projectName: 'twice' }));
    expect(ids).toEqual([first]);
    await world.ended(first);
  });
});

describe('a project', () => {
  test('is found by name and by ARN, changed in what is given, and gone when deleted', async () => {
    await world.project('kept', { description: 'before' });
    const { codebuild } = world;
    await codebuild.send(new UpdateProjectCommand({ name: 'kept', timeoutInMinutes: 15 }));
    const { projects } = await codebuild.send(new BatchGetProjectsCommand({ names: ['kept'] }));
    const arn = projects?.[0]?.arn ?? '';
    expect(projects?.[0]).toMatchObject({ description: 'before', timeoutInMinutes: 15, queuedTimeoutInMinutes: 480 });
    expect(arn).toBe('arn:aws:codebuild:eu-west-1:000000000000:project/kept');

    await codebuild.send(new DeleteProjectCommand({ name: arn }));

    expect(await codebuild.send(new BatchGetProjectsCommand({ names: [arn] }))).toMatchObject({
      projects: [],
      projectsNotFound: [arn],
    });
  });

  test('is refused twice, changed or started when it is not there, and started without its pipeline', async () => {
    await world.project('once');
    await expect(world.project('once')).rejects.toThrow(/^Project already exists: arn:/);
    await expect(world.codebuild.send(new UpdateProjectCommand({ name: 'none' }))).rejects.toThrow(
      'Project cannot be found: arn:aws:codebuild:eu-west-1:000000000000:project/none',
    );
    await expect(world.codebuild.send(new StartBuildCommand({ projectName: 'once' }))).rejects.toThrow(
      'started by its pipeline only',
    );
  });
});
