import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CreatePipelineCommand, StartPipelineExecutionCommand, CodePipelineClient } from '@aws-sdk/client-codepipeline';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { functionZip, untilActive, untilUpdated } from '../../../test/sandbox.ts';
import { startBuildWorld, type BuildWorld } from '../../codebuild/test/world.ts';
import { codepipelineService } from '../../codepipeline/index.ts';
import { buildStage, sourceStage, until } from '../../codepipeline/test/world.ts';
import { clientOptions } from '../../context.ts';
import { runningService, RUNNING_PATH } from '../index.ts';

let world: BuildWorld;
let lambda: LambdaClient;
let pipelines: CodePipelineClient;

beforeAll(async () => {
  world = await startBuildWorld((context) => [
    codepipelineService(context, { sourceUrl: (name) => `/nowhere/${name}` }),
    runningService(context),
  ]);
  lambda = new LambdaClient(clientOptions(world.context));
  pipelines = new CodePipelineClient(clientOptions(world.context));
}, 60_000);
afterAll(async () => {
  lambda.destroy();
  pipelines.destroy();
  await world.end();
});

const page = async (): Promise<string> => (await fetch(world.context.endpointUrl + RUNNING_PATH)).text();

test('an account with nothing in it has a page that says so', async () => {
  expect(await page()).toMatch(/<h2>Aliases<\/h2><p>None\.<\/p>\s*<h2>Load balancers<\/h2><p>None\.<\/p>/);
}, 60_000);

test('a shift is shown in percent', async () => {
  const FunctionName = 'greet';
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/x',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: functionZip('return 1;') },
    }),
  );
  await untilActive(lambda, FunctionName);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: functionZip('return 2;') }));
  await untilUpdated(lambda, FunctionName);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  const RoutingConfig = { AdditionalVersionWeights: { '2': 0.1 } };
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'prod', FunctionVersion: '1', RoutingConfig }));

  expect(await page()).toMatch(/greet:prod<\/td>.*width:90%.*width:10%.*version 1: 90 % · version 2: 10 %/);
}, 60_000);

test('a pipeline is shown with its stages, why one failed, and its executions', async () => {
  const stages = [sourceStage('arn:aws:codestar-connections:eu-west-1:000000000000:connection/gone'), buildStage];
  await pipelines.send(
    new CreatePipelineCommand({
      pipeline: {
        name: 'app',
        roleArn: 'arn:aws:iam::000000000000:role/pipeline',
        artifactStore: { type: 'S3', location: 'artifacts' },
        stages,
      },
    }),
  );
  const { pipelineExecutionId = 'none' } = await pipelines.send(new StartPipelineExecutionCommand({ name: 'app' }));

  const html = await until(page, (text) => text.includes('class="Failed"'));
  expect(html).toContain('<h3>app</h3>');
  expect(html).toContain(`<td>${pipelineExecutionId}</td>`);
  // Nobody answers for deployments in this world, and that is a sentence and no broken page.
  expect(html).toMatch(/<h2>Deployments<\/h2><p>Not to be had: /);
}, 60_000);
