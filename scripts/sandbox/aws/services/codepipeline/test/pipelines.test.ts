import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CreatePipelineCommand,
  DeletePipelineCommand,
  GetPipelineCommand,
  ListPipelinesCommand,
  ListTagsForResourceCommand,
  StartPipelineExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePipelineCommand,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline';
import { buildStage, deployStage, sourceStage, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.end());

const resourceArn = 'arn:aws:codepipeline:eu-west-1:000000000000:app';

test('a pipeline is made, read, changed and deleted', async () => {
  await world.create('app');
  const read = await world.client.send(new GetPipelineCommand({ name: 'app' }));
  expect(read.metadata?.pipelineArn).toBe(resourceArn);
  expect(read.pipeline).toMatchObject({ name: 'app', version: 1, pipelineType: 'V2', executionMode: 'SUPERSEDED' });
  expect(read.pipeline?.stages?.map(({ name }) => name)).toEqual(['Source', 'Build', 'Deploy']);

  const pipeline = world.declaration('app', { executionMode: 'QUEUED' });
  const changed = await world.client.send(new UpdatePipelineCommand({ pipeline }));
  expect(changed.pipeline).toMatchObject({ version: 2, executionMode: 'QUEUED' });
  const list = await world.client.send(new ListPipelinesCommand({}));
  expect(list.pipelines?.map(({ name, version }) => `${name} ${version}`)).toEqual(['app 2']);

  await world.client.send(new DeletePipelineCommand({ name: 'app' }));
  await expect(world.client.send(new GetPipelineCommand({ name: 'app' }))).rejects.toMatchObject({
    name: 'PipelineNotFoundException',
    message: "Account '000000000000' does not have a pipeline with name 'app'",
  });
});

test('tags are kept by the ARN', async () => {
  await world.client.send(
    new CreatePipelineCommand({ pipeline: world.declaration('app'), tags: [{ key: 'a', value: '1' }] }),
  );
  await world.client.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { key: 'a', value: '2' },
        { key: 'b', value: '3' },
      ],
    }),
  );
  await world.client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));

  const { tags } = await world.client.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tags).toEqual([{ key: 'b', value: '3' }]);
});

test('deleting a pipeline ends what is in progress', async () => {
  await world.repository.commit({ 'a.txt': 'a' }, 'A');
  await world.create('app');
  await world.run('app');

  await world.client.send(new DeletePipelineCommand({ name: 'app' }));

  await world.create('app');
  expect((await world.client.send(new ListPipelinesCommand({}))).pipelines).toHaveLength(1);
  expect(world.reports.at(-1)).toContain('The pipeline was deleted.');
});

describe('refused is', () => {
  const refusal = async (change: Partial<PipelineDeclaration>): Promise<string> => {
    try {
      await world.create('app', change);
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return 'It was not refused.';
  };
  const [build] = buildStage.actions ?? [];
  const [deploy] = deployStage.actions ?? [];

  test('a name that is taken', async () => {
    await world.create('app');
    expect(await refusal({})).toContain('PipelineNameInUseException');
  });

  test('one stage only', async () => {
    expect(await refusal({ stages: [sourceStage(world.connection)] })).toContain('at least two stages');
  });

  test('two stages with one name', async () => {
    expect(await refusal({ stages: [sourceStage(world.connection), buildStage, buildStage] })).toContain(
      'InvalidStructureException: The stage name Build is there twice',
    );
  });

  test('an artifact that nothing has made', async () => {
    expect(await refusal({ stages: [sourceStage(world.connection), deployStage] })).toContain(
      'Input Artifact Bundle release in action Deploy is not declared as Output before it',
    );
  });

  test('an action that the sandbox does not run', async () => {
    const actions =
      build === undefined
        ? []
        : [
            {
              ...build,
              actionTypeId: { category: 'Build', provider: 'Jenkins', owner: 'Custom', version: '1' } as const,
            },
          ];
    expect(await refusal({ stages: [sourceStage(world.connection), { name: 'Build', actions }] })).toContain(
      'InvalidActionDeclarationException: ActionType (Build/Jenkins) of action Build is not available',
    );
  });

  test('an action without what it must know', async () => {
    const actions = deploy === undefined ? [] : [{ ...deploy, configuration: { ApplicationName: 'a' } }];
    expect(
      await refusal({ stages: [sourceStage(world.connection), buildStage, { name: 'Deploy', actions }] }),
    ).toContain("missing required configuration 'DeploymentGroupName'");
  });

  test('a queue for a pipeline of the old type', async () => {
    expect(await refusal({ pipelineType: 'V1', executionMode: 'QUEUED' })).toContain('needs a pipeline of type V2');
  });

  test('a revision for an action that is no source', async () => {
    await world.create('app');
    const start = new StartPipelineExecutionCommand({
      name: 'app',
      sourceRevisions: [{ actionName: 'Build', revisionType: 'COMMIT_ID', revisionValue: 'a'.repeat(40) }],
    });
    await expect(world.client.send(start)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
