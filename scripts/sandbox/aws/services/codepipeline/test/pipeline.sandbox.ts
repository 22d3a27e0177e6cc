import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  type ActionExecutionDetail,
  type PipelineExecution,
} from '@aws-sdk/client-codepipeline';
import { StopBuildCommand } from '@aws-sdk/client-codebuild';
import { CodeStarConnectionsClient, CreateConnectionCommand } from '@aws-sdk/client-codestar-connections';
import { CodestarNotificationsClient, CreateNotificationRuleCommand } from '@aws-sdk/client-codestar-notifications';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { startBuildWorld, type BuildWorld } from '../../codebuild/test/world.ts';
import { connectionsService } from '../../connections/index.ts';
import { clientOptions } from '../../context.ts';
import { codepipelineService } from '../index.ts';
import { FakeCodeDeploy } from './fakes.ts';
import { Repository } from './repository.ts';
import { buildStage, deployStage, release, sourceStage, until } from './world.ts';

const codeDeploy = new FakeCodeDeploy();
let world: BuildWorld;
let repository: Repository;
let client: CodePipelineClient;
let ecs: ECSClient;

beforeAll(async () => {
  world = await startBuildWorld((context) => [
    connectionsService(context),
    codepipelineService(context, { sourceUrl: (id) => path.join(context.folder('repositories'), id) }),
    { handlers: [codeDeploy] },
  ]);
  repository = new Repository(path.join(world.context.folder('repositories'), 'acme/rest-api'));
  await repository.init();
  client = new CodePipelineClient(clientOptions(world.context));
  ecs = new ECSClient(clientOptions(world.context));
  const connections = new CodeStarConnectionsClient(clientOptions(world.context));
  const { ConnectionArn = '' } = await connections.send(new CreateConnectionCommand({ ConnectionName: 'github' }));
  connections.destroy();
  await world.project('app-build');
  await client.send(
    new CreatePipelineCommand({
      pipeline: {
        name: 'app',
        roleArn: 'arn:aws:iam::000000000000:role/pipeline',
        pipelineType: 'V2',
        artifactStore: { type: 'S3', location: 'artifacts' },
        stages: [sourceStage(ConnectionArn), buildStage, deployStage],
      },
    }),
  );
  const sns = new SNSClient(clientOptions(world.context));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'releases' }));
  sns.destroy();
  const notifications = new CodestarNotificationsClient(clientOptions(world.context));
  await notifications.send(
    new CreateNotificationRuleCommand({
      Name: 'releases',
      Resource: 'arn:aws:codepipeline:eu-west-1:000000000000:app',
      DetailType: 'BASIC',
      EventTypeIds: ['codepipeline-pipeline-pipeline-execution-succeeded'],
      Targets: [{ TargetType: 'SNS', TargetAddress: TopicArn }],
    }),
  );
  notifications.destroy();
}, 60_000);

afterAll(async () => {
  client.destroy();
  ecs.destroy();
  await world.end();
});

async function start(): Promise<string> {
  return (await client.send(new StartPipelineExecutionCommand({ name: 'app' }))).pipelineExecutionId ?? '';
}

async function ended(pipelineExecutionId: string): Promise<PipelineExecution> {
  const look = async (): Promise<PipelineExecution> => {
    const command = new GetPipelineExecutionCommand({ pipelineName: 'app', pipelineExecutionId });
    return (await client.send(command)).pipelineExecution ?? {};
  };
  return until(look, ({ status }) => status !== 'InProgress' && status !== 'Stopping', 20_000);
}

async function action(pipelineExecutionId: string, name: string): Promise<ActionExecutionDetail | undefined> {
  const command = new ListActionExecutionsCommand({ pipelineName: 'app', filter: { pipelineExecutionId } });
  const { actionExecutionDetails = [] } = await client.send(command);
  return actionExecutionDetails.find(({ actionName }) => actionName === name);
}

test('a commit is built by its own buildspec and deployed with what the build has made', async () => {
  const buildspec = `version: 0.2
phases:
  build:
    commands:
      - export FAMILY="web-$(cat version.txt)"
      - printf '{"family":"%s","containerDefinitions":[{"name":"web","image":"<IMAGE>"}]}' "$FAMILY" > taskdef.json
      - printf '{"ImageURI":"registry/web:%s"}' "$CODEBUILD_RESOLVED_SOURCE_VERSION" > imageDetail.json
      - test "$COMMIT" = "$CODEBUILD_RESOLVED_SOURCE_VERSION" && test "$CODEBUILD_INITIATOR" = codepipeline/app
artifacts:
  files: [taskdef.json, appspec.yaml, imageDetail.json]
`;
  const commit = await repository.commit(
    { 'buildspec.yml': buildspec, 'version.txt': 'one', 'appspec.yaml': release['appspec.yaml'] },
    'One',
  );

  const id = await start();
  await until(
    () => codeDeploy.created.length,
    (count) => count === 1,
    20_000,
  );
  codeDeploy.end('d-1', { status: 'Succeeded' });

  expect((await ended(id)).status).toBe('Succeeded');
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web-one' }));
  expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe(`registry/web:${commit}`);
  expect(codeDeploy.created[0]?.revision?.appSpecContent?.content).toContain(taskDefinition?.taskDefinitionArn);
  const build = await world.get((await action(id, 'Build'))?.output?.executionResult?.externalExecutionId ?? '');
  expect(build).toMatchObject({
    buildStatus: 'SUCCEEDED',
    initiator: 'codepipeline/app',
    resolvedSourceVersion: commit,
  });
}, 60_000);

test('a command that fails is what the pipeline says', async () => {
  await repository.commit(
    { 'buildspec.yml': 'version: 0.2\nphases: { build: { commands: [test -f gone.txt] } }\n' },
    'Two',
  );

  const id = await start();

  expect((await ended(id)).status).toBe('Failed');
  expect((await action(id, 'Build'))?.output?.executionResult?.errorDetails).toEqual({
    code: 'JobFailed',
    message:
      'Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: test -f gone.txt. Reason: exit status 1',
  });
}, 60_000);

test('the emulator takes the messages of the notification rule', () => {
  expect(world.reports.filter((line) => line.includes(' succeeded'))).toHaveLength(1);
  expect(world.reports.filter((line) => line.includes('was not sent'))).toEqual([]);
});

test('an abandoned build goes on until somebody stops it', async () => {
  await repository.commit({ 'buildspec.yml': 'version: 0.2\nphases: { build: { commands: [sleep 300] } }\n' }, 'Three');
  const id = await start();
  const running = await until(
    async () => (await action(id, 'Build'))?.output?.executionResult?.externalExecutionId ?? '',
    (build) => build !== '',
  );

  await client.send(
    new StopPipelineExecutionCommand({ pipelineName: 'app', pipelineExecutionId: id, abandon: true, reason: 'No.' }),
  );

  expect((await ended(id)).status).toBe('Stopped');
  expect((await action(id, 'Build'))?.status).toBe('Abandoned');
  expect((await world.get(running)).buildStatus).toBe('IN_PROGRESS');
  await world.codebuild.send(new StopBuildCommand({ id: running }));
  expect((await world.ended(running)).buildStatus).toBe('STOPPED');
}, 60_000);
