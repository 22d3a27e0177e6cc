import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  RetryStageExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { CodestarNotificationsClient, CreateNotificationRuleCommand } from '@aws-sdk/client-codestar-notifications';
import { clientOptions } from '../../context.ts';
import { release, until, World } from './world.ts';

const topic = 'arn:aws:sns:eu-west-1:000000000000:alarms';

let world: World;
let first = '';
let second = '';

beforeEach(async () => {
  world = await World.start();
  first = await world.repository.commit({ 'version.txt': 'one' }, 'One');
  second = await world.repository.commit({ 'version.txt': 'two' }, 'Two');
});
afterEach(() => world.end());

const builds = (count: number) => world.builds(count);
const deployments = (count: number) => world.deployments(count);

describe('a release', () => {
  test('takes exactly the commit that was asked for through all stages', async () => {
    await world.create('app');

    const id = await world.toDeploy('app', first);
    world.codeDeploy.end('d-1', { status: 'Succeeded' });

    expect((await world.ended('app', id)).status).toBe('Succeeded');
    expect(world.codeBuild.sourceOf(0)).toEqual({ 'version.txt': 'one' });
    expect(world.codeBuild.started[0]?.environmentVariablesOverride).toEqual([
      { name: 'COMMIT', value: first },
      { name: 'CODEBUILD_INITIATOR', value: 'codepipeline/app' },
      { name: 'CODEBUILD_RESOLVED_SOURCE_VERSION', value: first },
    ]);
    expect(world.ecs.registered[0]?.containerDefinitions?.[0]?.image).toBe('registry/web@sha256:1');
    expect(world.codeDeploy.created[0]?.revision?.appSpecContent?.content).toContain(
      'TaskDefinition: arn:aws:ecs:eu-west-1:000000000000:task-definition/web:1 }',
    );
    const [source, build, deploy] = await world.actions('app', id);
    expect(source?.output?.outputVariables).toMatchObject({
      CommitId: first,
      BranchName: 'main',
      CommitMessage: 'One',
    });
    expect(build?.output?.executionResult?.externalExecutionId).toBe('app-build:0');
    expect(build?.output?.outputVariables).toEqual({ TAG: 'v1' });
    expect(deploy?.output?.executionResult?.externalExecutionId).toBe('d-1');
    expect(deploy?.output?.outputVariables).toEqual({ DeploymentId: 'd-1' });
    expect((await world.execution('app', id)).artifactRevisions?.[0]?.revisionId).toBe(first);
  });

  test('takes the newest commit of the branch when none is asked for', async () => {
    await world.create('app');

    await world.run('app');
    await builds(1);

    expect(world.codeBuild.sourceOf(0)).toEqual({ 'version.txt': 'two' });
    expect(world.codeBuild.started[0]?.environmentVariablesOverride?.[0]?.value).toBe(second);
  });

  test('is started once for one client token', async () => {
    await world.create('app');

    const ids = [await world.run('app', first, 'token'), await world.run('app', first, 'token')];

    expect(ids[0]).toBe(ids[1]);
    const list = await world.client.send(new ListPipelineExecutionsCommand({ pipelineName: 'app' }));
    expect(list.pipelineExecutionSummaries).toHaveLength(1);
  });

  test('refuses a token that AWS would refuse', async () => {
    await world.create('app');

    await expect(world.run('app', first, `${first}/1`)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${first}/1' at 'clientRequestToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-]+`,
    });
    await expect(world.run('app', first, 'x'.repeat(129))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('shows what an action is doing while it does it', async () => {
    await world.create('app');
    const id = await world.toDeploy('app', first);
    const deploy = await until(
      async () => (await world.actions('app', id)).at(-1),
      (action) => action?.output?.executionResult?.externalExecutionSummary !== undefined,
    );

    expect(deploy).toMatchObject({
      stageName: 'Deploy',
      actionName: 'Deploy',
      status: 'InProgress',
      input: {
        actionTypeId: { category: 'Deploy', provider: 'CodeDeployToECS' },
        configuration: { ApplicationName: 'a', DeploymentGroupName: 'g' },
      },
      output: {
        executionResult: {
          externalExecutionId: 'd-1',
          externalExecutionUrl: 'https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1',
          externalExecutionSummary: 'Deployment d-1 is InProgress',
        },
      },
    });
    const { stageStates } = await world.client.send(new GetPipelineStateCommand({ name: 'app' }));
    expect(
      stageStates?.map(({ latestExecution, actionStates }) => [
        latestExecution?.pipelineExecutionId,
        latestExecution?.status,
        actionStates?.[0]?.latestExecution?.status,
        actionStates?.[0]?.latestExecution?.externalExecutionId,
      ]),
    ).toEqual([
      [id, 'Succeeded', 'Succeeded', first],
      [id, 'Succeeded', 'Succeeded', 'app-build:0'],
      [id, 'InProgress', 'InProgress', 'd-1'],
    ]);
    expect(stageStates?.[0]?.actionStates?.[0]?.currentRevision?.revisionId).toBe(first);
  });

  test('is listed with its commit and what started it, the newest first, page by page', async () => {
    await world.create('app');
    const ids: string[] = [];
    for (const commit of [first, 'f'.repeat(40), second]) {
      const id = await world.run('app', commit);
      ids.push(id);
      await until(
        () => world.actions('app', id),
        ([source]) => source?.status !== undefined && source.status !== 'InProgress',
      );
    }

    const list = async (nextToken?: string) =>
      world.client.send(new ListPipelineExecutionsCommand({ pipelineName: 'app', maxResults: 2, nextToken }));
    const [one, two] = [await list(), await list((await list()).nextToken)];

    const all = [...(one.pipelineExecutionSummaries ?? []), ...(two.pipelineExecutionSummaries ?? [])];
    expect(all.map(({ pipelineExecutionId }) => pipelineExecutionId)).toEqual(ids.toReversed());
    expect(two.nextToken).toBeUndefined();
    expect(all[2]?.sourceRevisions?.[0]).toMatchObject({ actionName: 'Source', revisionId: first });
    expect(all[1]).toMatchObject({ status: 'Failed', sourceRevisions: [] });
    expect(all[0]?.trigger?.triggerType).toBe('StartPipelineExecution');
    await expect(
      world.client.send(new ListPipelineExecutionsCommand({ pipelineName: 'app', maxResults: 101 })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('tells the topics of its notification rules, and only what they ask for', async () => {
    await world.create('app');
    const notifications = new CodestarNotificationsClient(clientOptions(world.context));
    await notifications.send(
      new CreateNotificationRuleCommand({
        Name: 'releases',
        Resource: 'arn:aws:codepipeline:eu-west-1:000000000000:app',
        DetailType: 'BASIC',
        EventTypeIds: [
          'codepipeline-pipeline-pipeline-execution-started',
          'codepipeline-pipeline-pipeline-execution-failed',
        ],
        Targets: [{ TargetType: 'SNS', TargetAddress: topic }],
      }),
    );
    notifications.destroy();

    const id = await world.run('app', 'f'.repeat(40));
    await world.ended('app', id);
    await until(
      () => world.sns.published.length,
      (count) => count === 2,
    );

    expect(world.sns.published.map((one) => one.topic)).toEqual([topic, topic]);
    const [started, failed] = world.sns.published.map(({ message }) => JSON.parse(message ?? '{}'));
    expect(started).toMatchObject({
      source: 'aws.codepipeline',
      detail: { pipeline: 'app', 'execution-id': id, state: 'STARTED' },
    });
    expect(failed).toMatchObject({ detail: { state: 'FAILED' } });
    expect(failed.additionalAttributes.failedReason).toContain('No Commit');
  });
});

describe('more than one execution', () => {
  test('SUPERSEDED: of those that wait for a stage only the newest goes on', async () => {
    await world.create('app');
    const one = await world.run('app', first);
    await builds(1);
    const two = await world.run('app', first);
    await until(
      () => world.client.send(new GetPipelineStateCommand({ name: 'app' })),
      ({ stageStates }) => stageStates?.[1]?.inboundExecution?.pipelineExecutionId === two,
    );
    const three = await world.run('app', second);

    const older = await world.ended('app', two);
    expect(older).toMatchObject({
      status: 'Superseded',
      statusSummary: 'A newer execution waits for the stage Build.',
    });
    expect((await world.execution('app', one)).status).toBe('InProgress');

    world.codeBuild.fail(0, 'x');
    await world.ended('app', one);
    await builds(2);
    expect(world.codeBuild.started[1]?.environmentVariablesOverride?.[0]?.value).toBe(second);
    expect((await world.execution('app', three)).status).toBe('InProgress');
  });

  test('QUEUED: all go on, one after the other', async () => {
    await world.create('app', { executionMode: 'QUEUED' });
    const ids = [];
    for (let at = 0; at < 3; at += 1) ids.push(await world.run('app'));

    for (const [index, id] of ids.entries()) {
      await builds(index + 1);
      world.codeBuild.fail(index, 'x');
      expect((await world.ended('app', id)).status).toBe('Failed');
    }
  });
});

describe('a failed stage', () => {
  test('is tried again without what has succeeded before it', async () => {
    await world.create('app');
    const id = await world.run('app', first);
    await builds(1);
    world.codeBuild.fail(0, 'x');
    await world.ended('app', id);

    const retry = {
      pipelineName: 'app',
      stageName: 'Build',
      pipelineExecutionId: id,
      retryMode: 'FAILED_ACTIONS',
    } as const;
    await world.client.send(new RetryStageExecutionCommand(retry));
    await builds(2);
    world.codeBuild.succeed(1, release);
    await deployments(1);
    world.codeDeploy.end('d-1', { status: 'Succeeded' });

    const over = await world.ended('app', id);
    expect(over.status).toBe('Succeeded');
    expect(over.statusSummary).toBeUndefined();
    expect((await world.actions('app', id)).map(({ actionName, status }) => `${actionName} ${status}`)).toEqual([
      'Source Succeeded',
      'Build Failed',
      'Build Succeeded',
      'Deploy Succeeded',
    ]);
    const latest = new ListActionExecutionsCommand({
      pipelineName: 'app',
      filter: { latestInPipelineExecution: { pipelineExecutionId: id, startTimeRange: 'All' } },
    });
    expect(
      (await world.client.send(latest)).actionExecutionDetails?.map(
        ({ actionName, status }) => `${actionName} ${status}`,
      ),
    ).toEqual(['Deploy Succeeded', 'Build Succeeded', 'Source Succeeded']);
    await expect(world.client.send(new RetryStageExecutionCommand(retry))).rejects.toMatchObject({
      name: 'StageNotRetryableException',
    });
  });
});

describe('a restart of the sandbox', () => {
  test('leaves nothing in progress', async () => {
    await world.create('app');
    const running = await world.run('app');
    await builds(1);
    const waiting = await world.run('app');
    await until(
      () => world.actions('app', waiting),
      (actions) => actions[0]?.status === 'Succeeded',
    );

    await world.close();
    await world.open();

    for (const id of [running, waiting]) {
      expect(await world.execution('app', id)).toMatchObject({
        status: 'Failed',
        statusSummary: 'The sandbox was stopped while this was in progress.',
      });
    }
    expect((await world.actions('app', running)).at(-1)).toMatchObject({ actionName: 'Build', status: 'Failed' });
    await world.run('app');
    await builds(2);
  });
});
