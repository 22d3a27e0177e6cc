import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GetPipelineStateCommand } from '@aws-sdk/client-codepipeline';
import { buildStage, release, sourceStage, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
  await world.repository.commit({ 'version.txt': 'one' }, 'One');
});
afterEach(() => world.end());

describe('a stage that fails says why', () => {
  test('no such commit', async () => {
    await world.create('app');
    const commit = 'f'.repeat(40);

    expect(await world.failure('app', await world.run('app', commit))).toEqual({
      code: 'RevisionUnavailable',
      message: `[GitHub] No Commit [${commit}] found for FullRepositoryName [acme/rest-api]`,
    });
  });

  test('no such branch', async () => {
    await world.create('app', {}, 'gone');

    expect(await world.failure('app', await world.run('app'))).toEqual({
      code: 'ConfigurationError',
      message: '[GitHub] No Branch [gone] found for FullRepositoryName [acme/rest-api]',
    });
  });

  test('no such repository', async () => {
    await world.create('app', { stages: [sourceStage(world.connection, 'main', 'acme/gone'), buildStage] });

    expect((await world.failure('app', await world.run('app'))).message).toBe(
      '[GitHub] No Repository found for FullRepositoryName [acme/gone]',
    );
  });

  test('no such connection', async () => {
    const arn = `${world.connection.slice(0, -4)}dead`;
    await world.create('app', { stages: [sourceStage(arn), buildStage] });

    expect((await world.failure('app', await world.run('app'))).message).toContain(`Unable to use Connection: ${arn}`);
  });

  test('no such artifact bucket', async () => {
    await world.create('app', { artifactStore: { type: 'S3', location: 'gone' } });

    expect((await world.failure('app', await world.run('app'))).message).toBe(
      'The artifact bucket gone does not exist.',
    );
  });

  test('no such build project', async () => {
    const [action] = buildStage.actions ?? [];
    if (action === undefined) throw new Error('The build stage has no action.');
    const stage = { name: 'Build', actions: [{ ...action, configuration: { ProjectName: 'gone' } }] };
    await world.create('app', { stages: [sourceStage(world.connection), stage] });

    expect((await world.failure('app', await world.run('app'))).message).toBe(
      'Error calling startBuild: Project cannot be found: gone (Error Code: ResourceNotFoundException)',
    );
  });

  test('a command of the build', async () => {
    await world.create('app');
    const id = await world.run('app');
    await world.builds(1);

    world.codeBuild.fail(0, 'Error while executing command: npm test. Reason: exit status 1');

    const message =
      'Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: npm test. Reason: exit status 1';
    expect(await world.failure('app', id)).toEqual({ code: 'JobFailed', message });
    expect((await world.execution('app', id)).statusSummary).toBe(`Build/Build: ${message}`);
    const state = await world.client.send(new GetPipelineStateCommand({ name: 'app' }));
    expect(state.stageStates?.map(({ latestExecution }) => latestExecution?.status)).toEqual([
      'Succeeded',
      'Failed',
      undefined,
    ]);
    expect(state.stageStates?.[1]?.actionStates?.[0]?.latestExecution?.errorDetails?.message).toBe(message);
  });

  test('a file that the build has not made', async () => {
    await world.create('app');
    const id = await world.run('app');
    await world.builds(1);

    world.codeBuild.succeed(0, { 'imageDetail.json': release['imageDetail.json'] });

    expect((await world.failure('app', id)).message).toBe(
      'Exception while trying to read the task definition artifact file from: release: it has no taskdef.json.',
    );
  });

  test('a task definition that ECS refuses', async () => {
    await world.create('app');
    const id = await world.run('app');
    await world.builds(1);

    world.codeBuild.succeed(0, { ...release, 'taskdef.json': '{}' });

    expect((await world.failure('app', id)).message).toBe(
      'The task definition could not be registered: Family should not be null. (Error Code: ClientException)',
    );
  });

  test('a deployment', async () => {
    await world.create('app');
    const id = await world.toDeploy('app');

    world.codeDeploy.end('d-1', {
      status: 'Failed',
      errorInformation: { code: 'ALARM_ACTIVE', message: 'One or more alarms have been activated.' },
      rollbackInfo: { rollbackDeploymentId: 'd-9' },
    });

    expect(await world.failure('app', id)).toEqual({
      code: 'JobFailed',
      message:
        'Deployment d-1 failed: One or more alarms have been activated. (Error Code: ALARM_ACTIVE). It is rolled back by d-9',
    });
  });
});
