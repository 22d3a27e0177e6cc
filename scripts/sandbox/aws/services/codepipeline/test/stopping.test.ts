import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { release, until, World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await World.start();
  await world.repository.commit({ 'version.txt': 'one' }, 'One');
});
afterEach(() => world.end());

const builds = (count: number) => world.builds(count);

describe('stopping', () => {
  const stop = (pipelineExecutionId: string, abandon: boolean) =>
    world.client.send(
      new StopPipelineExecutionCommand({ pipelineName: 'app', pipelineExecutionId, abandon, reason: 'Not this one.' }),
    );

  test('with waiting lets the build end, and starts no deployment', async () => {
    await world.create('app');
    const id = await world.run('app');
    await builds(1);

    await stop(id, false);
    expect((await world.execution('app', id)).status).toBe('Stopping');
    const { stageStates } = await world.client.send(new GetPipelineStateCommand({ name: 'app' }));
    expect(stageStates?.[1]?.latestExecution?.status).toBe('Stopping');
    world.codeBuild.succeed(0, release);

    expect(await world.ended('app', id)).toMatchObject({ status: 'Stopped', statusSummary: 'Not this one.' });
    expect((await world.actions('app', id)).map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
    const list = await world.client.send(new ListPipelineExecutionsCommand({ pipelineName: 'app' }));
    expect(list.pipelineExecutionSummaries?.[0]?.stopTrigger?.reason).toBe('Not this one.');
  });

  test('with waiting lets the deployment end, and its failure is the action’s, not the execution’s', async () => {
    await world.create('app');
    const id = await world.toDeploy('app');

    await stop(id, false);
    world.codeDeploy.end('d-1', { status: 'Failed' });

    expect((await world.ended('app', id)).status).toBe('Stopped');
    expect((await world.actions('app', id)).at(-1)).toMatchObject({ actionName: 'Deploy', status: 'Failed' });
  });

  test('with abandoning leaves the build to itself', async () => {
    await world.create('app');
    const id = await world.run('app');
    await builds(1);

    await stop(id, true);

    expect((await world.ended('app', id)).status).toBe('Stopped');
    expect(world.codeBuild.stopped).toEqual([]);
    expect((await world.actions('app', id)).map(({ status }) => status)).toEqual(['Succeeded', 'Abandoned']);
  });

  test('with abandoning leaves the deployment to itself, and names it', async () => {
    await world.create('app');
    const id = await world.toDeploy('app');
    await until(
      async () => (await world.actions('app', id)).at(-1)?.output?.executionResult?.externalExecutionId,
      (external) => external === 'd-1',
    );

    await stop(id, true);

    expect((await world.ended('app', id)).status).toBe('Stopped');
    expect(world.codeDeploy.stopped).toEqual([]);
    expect((await world.actions('app', id)).at(-1)).toMatchObject({
      status: 'Abandoned',
      output: { executionResult: { externalExecutionId: 'd-1' } },
    });
  });

  test('in the first stage', async () => {
    await world.create('app');
    const id = await world.run('app');

    await stop(id, true);

    expect((await world.ended('app', id)).status).toBe('Stopped');
    expect(world.codeBuild.started).toEqual([]);
  });

  test('one that waits for a stage ends at once', async () => {
    await world.create('app');
    await world.run('app');
    await builds(1);
    const waiting = await world.run('app');
    await until(
      () => world.actions('app', waiting),
      (actions) => actions[0]?.status === 'Succeeded',
    );

    await stop(waiting, false);

    expect((await world.ended('app', waiting)).status).toBe('Stopped');
  });

  test('twice in the same way, or one that is over, is refused', async () => {
    await world.create('app');
    const id = await world.run('app');
    await builds(1);

    await stop(id, false);
    await expect(stop(id, false)).rejects.toMatchObject({ name: 'DuplicatedStopRequestException' });
    await stop(id, true);
    await world.ended('app', id);

    await expect(stop(id, true)).rejects.toMatchObject({ name: 'PipelineExecutionNotStoppableException' });
  });

  test('for a reason that is too long is refused', async () => {
    await world.create('app');
    const id = await world.run('app');
    const input = { pipelineName: 'app', pipelineExecutionId: id, reason: 'x'.repeat(201) };

    await expect(world.client.send(new StopPipelineExecutionCommand(input))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
