import { describe, expect, test } from '@jest/globals';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { codeBuilds } from '../../aws/builds.ts';
import { lambdaPackages } from '../../aws/deployed-packages.ts';
import { ecsServices } from '../../aws/container-services.ts';
import { codePipelines } from '../../aws/pipelines.ts';
import { ecsDeployments } from '../../aws/service-deployments.ts';
import { ecrRepository } from '../../image/repository.ts';
import { ssmServiceTarget } from '../../release/targets.ts';
import { SERVICE } from '../fakes/service.ts';
import { refusal, sentJson, wire, type Answer } from './wire.ts';

type Answers = readonly (Answer | Error)[];

describe('pipelines', () => {
  const at = (...answers: Answers) => {
    const { sent, config } = wire(...answers);
    return { sent, pipelines: codePipelines(new CodePipelineClient(config)) };
  };

  test('are read with their source action and stages', async () => {
    const stages = [
      { name: 'Source', actions: [{ name: 'GitHub' }] },
      { name: 'Build', actions: [{ name: 'Image' }] },
    ];
    const { pipelines } = at({ body: { pipeline: { stages } } }, refusal(400, 'PipelineNotFoundException'));
    expect(await pipelines.pipeline('pipe')).toEqual({
      source: 'GitHub',
      stages: [
        { name: 'Source', actions: ['GitHub'] },
        { name: 'Build', actions: ['Image'] },
      ],
    });
    await expect(pipelines.pipeline('pipe')).rejects.toMatchObject({
      name: 'UserError',
      message: 'There is no pipeline "pipe" in this account and region.',
    });
  });

  test('start with exactly one commit, by a token', async () => {
    const { pipelines, sent } = at({ body: { pipelineExecutionId: 'e-1' } });
    expect(await pipelines.start('pipe', 'Source', 'c0ffee', 'token-1')).toBe('e-1');
    expect(sentJson(sent[0])).toEqual({
      name: 'pipe',
      clientRequestToken: 'token-1',
      sourceRevisions: [{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: 'c0ffee' }],
    });
  });

  test('tell how an execution is, with its commit once that is known', async () => {
    const execution = { pipelineExecutionId: 'e-1', status: 'InProgress' };
    const { pipelines } = at(
      { body: { pipelineExecution: execution } },
      {
        body: {
          pipelineExecution: { ...execution, statusSummary: 'so', artifactRevisions: [{ revisionId: 'c0ffee' }] },
        },
      },
    );
    expect(await pipelines.execution('pipe', 'e-1')).toEqual({ id: 'e-1', status: 'InProgress' });
    expect(await pipelines.execution('pipe', 'e-1')).toEqual({
      id: 'e-1',
      status: 'InProgress',
      summary: 'so',
      commit: 'c0ffee',
    });
  });

  test('list actions in the order of their beginning, all pages', async () => {
    const action = (stageName: string, startTime: number, output: object = {}) => ({
      stageName,
      actionName: stageName,
      status: 'Failed',
      startTime,
      lastUpdateTime: startTime + 5,
      input: { actionTypeId: { provider: 'CodeBuild' } },
      output: { executionResult: output },
    });
    const result = {
      errorDetails: { message: 'exit 7' },
      externalExecutionId: 'b:1',
      externalExecutionUrl: 'https://b',
    };
    const { pipelines, sent } = at(
      { body: { actionExecutionDetails: [action('Build', 20, result)], nextToken: 'more' } },
      { body: { actionExecutionDetails: [action('Source', 10)] } },
    );
    expect(await pipelines.actions('pipe', 'e-1')).toEqual([
      expect.objectContaining({ stage: 'Source', startedAt: 10_000, updatedAt: 15_000 }),
      {
        ...{ stage: 'Build', action: 'Build', status: 'Failed', provider: 'CodeBuild', startedAt: 20_000 },
        ...{ updatedAt: 25_000, error: 'exit 7', externalId: 'b:1', externalUrl: 'https://b' },
      },
    ]);
    expect(sentJson(sent[1])).toMatchObject({ filter: { pipelineExecutionId: 'e-1' }, nextToken: 'more' });
  });

  test('list executions, also only those that have got through a stage', async () => {
    const pipelineExecutionSummaries = [
      {
        pipelineExecutionId: 'e-2',
        status: 'Stopped',
        stopTrigger: { reason: 'no' },
        sourceRevisions: [{ revisionId: 'c' }],
      },
    ];
    const { pipelines, sent } = at({ body: { pipelineExecutionSummaries } }, { body: {} });
    expect(await pipelines.executions('pipe')).toEqual([
      { id: 'e-2', status: 'Stopped', commit: 'c', stopReason: 'no' },
    ]);
    expect(await pipelines.executions('pipe', 'Build')).toEqual([]);
    expect(sentJson(sent[1])).toMatchObject({ filter: { succeededInStage: { stageName: 'Build' } } });
  });

  test('abandon an execution, unless it is over', async () => {
    const over = ['PipelineExecutionNotStoppableException', 'DuplicatedStopRequestException'];
    const { pipelines, sent } = at({ body: {} }, ...over.map((type) => refusal(400, type)), refusal(400, 'Other'));
    expect(await pipelines.abandon('pipe', 'e-1', 'x'.repeat(300))).toBe(true);
    expect(sentJson(sent[0])).toMatchObject({ abandon: true, reason: 'x'.repeat(200) });
    expect(await pipelines.abandon('pipe', 'e-1', 'x')).toBe(false);
    expect(await pipelines.abandon('pipe', 'e-1', 'x')).toBe(false);
    await expect(pipelines.abandon('pipe', 'e-1', 'x')).rejects.toMatchObject({ name: 'Other' });
  });
});

describe('builds', () => {
  const at = (logAnswers: Answers, ...answers: Answers) => {
    const { sent, config } = wire(...answers);
    const logs = wire(...logAnswers);
    const builds = codeBuilds(new CodeBuildClient(config), new CloudWatchLogsClient(logs.config));
    return { sent, logs: logs.sent, builds };
  };

  test('have a project with its plain variables', async () => {
    const environmentVariables = [
      { name: 'TASK_DEFINITION', value: '{}' },
      { name: 'KEY', value: '/a/parameter', type: 'PARAMETER_STORE' },
    ];
    const project = { timeoutInMinutes: 15, environment: { environmentVariables } };
    const { builds } = at([], { body: { projects: [project] } }, { body: { projects: [] } });
    expect(await builds.project('p')).toEqual({ timeoutMinutes: 15, variables: { TASK_DEFINITION: '{}' } });
    expect(await builds.project('p')).toBeUndefined();
  });

  test('have a log that ends with what went wrong', async () => {
    const { builds, logs } = at(
      [{ body: { events: [{ message: 'one\n' }, { message: 'two\n' }] } }],
      { body: { builds: [{ logs: { groupName: 'g', streamName: 's' } }] } },
      { body: { builds: [{ logs: {} }] } },
    );
    expect(await builds.logEnd('b:1', 30)).toEqual(['one', 'two']);
    expect(sentJson(logs[0])).toEqual({ logGroupName: 'g', logStreamName: 's', limit: 30 });
    expect(await builds.logEnd('b:1', 30)).toEqual([]);
  });

  test('are stopped by their id', async () => {
    const { builds, sent } = at([], { body: {} });
    await builds.stop('b:1');
    expect(sentJson(sent[0])).toEqual({ id: 'b:1' });
  });
});

describe('deployments of the service', () => {
  const at = (...answers: Answers) => {
    const { sent, config } = wire(...answers);
    return { sent, deployments: ecsDeployments(new CodeDeployClient(config)) };
  };

  test.each([
    [{ type: 'TimeBasedCanary', timeBasedCanary: { canaryInterval: 15, canaryPercentage: 10 } }, 15],
    [{ type: 'TimeBasedLinear', timeBasedLinear: { linearInterval: 3, linearPercentage: 30 } }, 12],
    [{ type: 'AllAtOnce' }, 0],
  ])('wait as long as %j says', async (trafficRoutingConfig, shift) => {
    const group = {
      deploymentConfigName: 'config',
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
        deploymentReadyOption: { waitTimeInMinutes: 2 },
      },
    };
    const { deployments, sent } = at(
      { body: { deploymentGroupInfo: group } },
      { body: { deploymentConfigInfo: { trafficRoutingConfig } } },
    );
    expect(await deployments.waits('a', 'g')).toEqual({ shift, ready: 2, termination: 5 });
    expect(sentJson(sent[1])).toEqual({ deploymentConfigName: 'config' });
  });

  test('tell the share of the new version, their events, and what went wrong', async () => {
    const info = {
      status: 'Failed',
      errorInformation: { code: 'ALARM_ACTIVE', message: 'The alarm rang' },
      rollbackInfo: { rollbackDeploymentId: 'd-2' },
      instanceTerminationWaitTimeStarted: false,
    };
    const ecsTarget = {
      taskSetsInfo: [
        { taskSetLabel: 'Blue', trafficWeight: 90 },
        { taskSetLabel: 'Green', trafficWeight: 10 },
      ],
      lifecycleEvents: [
        { lifecycleEventName: 'Install', status: 'Succeeded' },
        { lifecycleEventName: 'AllowTraffic', status: 'Failed', diagnostics: { message: 'alarm' } },
      ],
    };
    const { deployments } = at(
      { body: { deploymentInfo: info } },
      { body: { targetIds: ['t'] } },
      { body: { deploymentTarget: { ecsTarget } } },
    );
    expect(await deployments.deployment('d-1')).toEqual({
      status: 'Failed',
      percent: 10,
      terminating: false,
      error: 'The alarm rang',
      rollback: 'd-2',
      events: [
        { name: 'Install', status: 'Succeeded' },
        { name: 'AllowTraffic', status: 'Failed', message: 'alarm' },
      ],
    });
  });

  test('that have just begun have no target yet', async () => {
    const { deployments, sent } = at({ body: { deploymentInfo: { status: 'Created' } } }, { body: { targetIds: [] } });
    expect(await deployments.deployment('d-1')).toEqual({ status: 'Created', events: [], terminating: false });
    expect(sent).toHaveLength(2);
  });

  test('are stopped with the old version brought back, unless they are over', async () => {
    const { deployments, sent } = at({ body: {} }, refusal(400, 'DeploymentAlreadyCompletedException'));
    expect(await deployments.stop('d-1')).toBe(true);
    expect(sentJson(sent[0])).toEqual({ deploymentId: 'd-1', autoRollbackEnabled: true });
    expect(await deployments.stop('d-1')).toBe(false);
  });
});

describe('services', () => {
  const at = (...answers: Answers) => {
    const { sent, config } = wire(...answers);
    return { sent, services: ecsServices(new ECSClient(config)) };
  };

  test('run the task definition of their primary task set', async () => {
    const taskSets = [
      { status: 'ACTIVE', taskDefinition: 'arn:web:8' },
      { status: 'PRIMARY', taskDefinition: 'arn:web:7' },
    ];
    const { services, sent } = at(
      { body: { services: [{ status: 'ACTIVE', taskDefinition: 'arn:web:1', taskSets }] } },
      { body: { taskDefinition: { family: 'web' } } },
    );
    expect(await services.running('c', 's')).toEqual({
      taskDefinitionArn: 'arn:web:7',
      taskDefinition: { family: 'web' },
    });
    expect(sentJson(sent[1])).toEqual({ taskDefinition: 'arn:web:7' });
  });

  test('that are not there run nothing, and one that cannot be read is an error', async () => {
    const { services } = at(
      { body: { services: [], failures: [{ reason: 'MISSING' }] } },
      { body: { services: [{ status: 'INACTIVE', taskDefinition: 'arn:web:1' }] } },
      { body: { services: [], failures: [{ reason: 'OTHER' }] } },
    );
    expect(await services.running('c', 's')).toBeUndefined();
    expect(await services.running('c', 's')).toBeUndefined();
    await expect(services.running('c', 's')).rejects.toThrow('ECS could not describe s: OTHER');
  });
});

describe('images', () => {
  const at = (...answers: Answers) => {
    const { sent, config } = wire(...answers);
    return { sent, images: ecrRepository('service', new ECRClient(config)) };
  };

  test('have tags, unless they are not there', async () => {
    const { images, sent } = at(
      { body: { imageDetails: [{ imageDigest: 'sha256:1', imageTags: ['a', 'initial'] }] } },
      refusal(400, 'ImageNotFoundException'),
    );
    expect(await images.tags('sha256:1')).toEqual(['a', 'initial']);
    expect(sentJson(sent[0])).toEqual({ repositoryName: 'service', imageIds: [{ imageDigest: 'sha256:1' }] });
    expect(await images.tags('sha256:2')).toBeUndefined();
  });

  test.each([
    [{ status: 'COMPLETE' }, { kind: 'done', counts: { HIGH: 2 } }],
    [{ status: 'ACTIVE' }, { kind: 'done', counts: { HIGH: 2 } }],
    [{ status: 'IN_PROGRESS' }, { kind: 'pending' }],
    [
      { status: 'FAILED', description: 'UnsupportedImageError' },
      { kind: 'none', why: 'UnsupportedImageError' },
    ],
    [undefined, { kind: 'unscanned' }],
  ])('with the scan %j are %j', async (imageScanStatus, expected) => {
    const imageScanFindingsSummary = { findingSeverityCounts: { HIGH: 2 } };
    const { images } = at({ body: { imageDetails: [{ imageScanStatus, imageScanFindingsSummary }] } });
    expect(await images.scan('sha256:1')).toEqual(expected);
  });
});

test('an environment that was never applied has no service', async () => {
  const { config } = wire(
    { body: { Parameters: [], InvalidParameters: ['x'] } },
    { body: { Parameters: [{ Value: '{"lambdas":{}}' }] } },
    { body: { Parameters: [{ Value: JSON.stringify({ lambdas: {}, service: SERVICE }) }] } },
  );
  const find = ssmServiceTarget(new SSMClient(config));
  expect(await find('test')).toBeUndefined();
  expect(await find('test')).toBeUndefined();
  expect(await find('test')).toEqual(SERVICE);
});

test('the packages that are deployed are those of the functions that are there', async () => {
  const ssm = wire({
    body: { Parameters: [{ Value: '{"lambdas":{"a":{"function_name":"fa"},"b":{"function_name":"fb"}}}' }] },
  });
  const lambda = wire({ body: { CodeSha256: 'sha', CodeSize: 7 } }, refusal(404, 'ResourceNotFoundException'));
  const deployed = lambdaPackages(new LambdaClient(lambda.config), new SSMClient(ssm.config));
  expect([...(await deployed('test'))]).toEqual([['a', { sha256Base64: 'sha', bytes: 7 }]]);
  expect([
    ...(await lambdaPackages(new LambdaClient(lambda.config), new SSMClient(wire({ body: {} }).config))('test')),
  ]).toEqual([]);
});
