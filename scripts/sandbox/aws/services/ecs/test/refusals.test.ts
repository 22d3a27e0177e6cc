import {
  CreateServiceCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServicesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type CreateServiceRequest,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startFrontDoor } from '../../../front-door.ts';
import { startFakeUpstream } from '../../../test/fake-upstream.ts';
import { clientOptions } from '../../context.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { ecsService } from '../index.ts';

const clusterArn = 'arn:aws:ecs:eu-west-1:000000000000:cluster/c';
const definitionArn = 'arn:aws:ecs:eu-west-1:000000000000:task-definition/web:1';
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

/** What the emulator's part of ECS answers. */
function emulator(action: string, input: Record<string, unknown>): { status: number; body: object } {
  const cluster = { clusterArn, clusterName: 'c', status: 'ACTIVE', capacityProviders: ['FARGATE'] };
  if (action === 'DescribeClusters') {
    const known = JSON.stringify(input['clusters']).includes('/c"') || JSON.stringify(input['clusters']) === '["c"]';
    return { status: 200, body: { clusters: known ? [cluster] : [] } };
  }
  if (action === 'DeleteCluster') return { status: 200, body: { cluster: { ...cluster, status: 'INACTIVE' } } };
  if (action === 'DescribeTaskDefinition' && String(input['taskDefinition']).includes('web')) {
    const containerDefinitions = [{ name: 'web', image: 'i', portMappings: [{ containerPort: 8080 }] }];
    const requiresCompatibilities = ['FARGATE'];
    const shape = { family: 'web', networkMode: 'awsvpc', requiresCompatibilities, containerDefinitions };
    return {
      status: 200,
      body: { taskDefinition: { taskDefinitionArn: definitionArn, status: 'ACTIVE', ...shape } },
    };
  }
  return { status: 400, body: { __type: 'ClientException', message: `no ${action}` } };
}

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

let ecs: ECSClient;
beforeEach(async () => {
  const upstream = await startFakeUpstream((response, request) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const { status, body } = emulator(action, JSON.parse(request.body.toString('utf8')));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  cleanUps.push(() => upstream.close());
  const first = await startFrontDoor({ emulatorUrl: upstream.url });
  await first.close();
  // Not started: what it should run is recorded, and nothing runs.
  const service = ecsService(
    {
      region: 'eu-west-1',
      endpointUrl: first.url,
      stores: new Stores(),
      pace: new Pace(),
      folder: (name) => name,
      report: (message) => {
        throw new Error(message);
      },
    },
    { unpackImage: () => Promise.reject(new Error('Nothing runs here.')) },
  );
  const port = Number(new URL(first.url).port);
  const door = await startFrontDoor({ emulatorUrl: upstream.url, port, handlers: service.handlers });
  cleanUps.push(() => door.close());
  cleanUps.push(() => service.close?.());
  ecs = new ECSClient(clientOptions({ region: 'eu-west-1', endpointUrl: door.url }));
  cleanUps.push(() => ecs.destroy());
});

const create = (input: Partial<CreateServiceRequest> = {}) =>
  ecs.send(
    new CreateServiceCommand({
      cluster: 'c',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      networkConfiguration,
      ...input,
    }),
  );

describe('a service is refused', () => {
  const container = { targetGroupArn: 'tg', containerName: 'web', containerPort: 8080 };

  test.each<[string, Partial<CreateServiceRequest>, string, string]>([
    ['a cluster', { cluster: 'other' }, 'ClusterNotFoundException', 'Cluster not found.'],
    ['a task definition', { taskDefinition: 'other' }, 'ClientException', 'TaskDefinition not found.'],
    ['subnets', { networkConfiguration: undefined }, 'InvalidParameterException', 'Network Configuration must be'],
    [
      'a container',
      { loadBalancers: [{ ...container, containerName: 'other' }] },
      'InvalidParameterException',
      'The container other does not exist in the task definition.',
    ],
    [
      'a port',
      { loadBalancers: [{ ...container, containerPort: 80 }] },
      'InvalidParameterException',
      'The container web did not have a container port 80 defined.',
    ],
    [
      'its capacity provider in the cluster',
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }] },
      'InvalidParameterException',
      'not associated with the cluster',
    ],
    [
      'one place to run',
      { launchType: 'FARGATE', capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'InvalidParameterException',
      'Specifying both a launch type and capacity provider strategy is not supported.',
    ],
    [
      'a load balancer for CodeDeploy',
      { deploymentController: { type: 'CODE_DEPLOY' } },
      'InvalidParameterException',
      'Load balancer is required',
    ],
  ])('without %s', async (_, input, name, message) => {
    await expect(create(input)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect((await ecs.send(new ListServicesCommand({ cluster: 'c' }))).serviceArns).toEqual([]);
  });

  test('when there is one of its name', async () => {
    await create();
    await expect(create()).rejects.toMatchObject({ message: 'Creation of service was not idempotent.' });
  });
});

describe('a service', () => {
  test('is described with what it was made of, and by name or ARN', async () => {
    const { service } = await create({ launchType: 'FARGATE', tags: [{ key: 'a', value: '1' }] });
    expect(service).toMatchObject({
      status: 'ACTIVE',
      clusterArn,
      taskDefinition: definitionArn,
      launchType: 'FARGATE',
      desiredCount: 2,
      runningCount: 0,
      deploymentController: { type: 'ECS' },
      availabilityZoneRebalancing: 'DISABLED',
      deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 }],
    });
    const services = ['web', service?.serviceArn ?? '', 'other'];
    const found = await ecs.send(new DescribeServicesCommand({ cluster: clusterArn, services, include: ['TAGS'] }));
    expect(found.services?.map(({ serviceName, tags }) => [serviceName, tags])).toEqual([
      ['web', [{ key: 'a', value: '1' }]],
      ['web', [{ key: 'a', value: '1' }]],
    ]);
    expect(found.failures).toEqual([{ arn: expect.stringContaining('service/c/other'), reason: 'MISSING' }]);
  });

  test('has tags', async () => {
    const { service } = await create();
    const resourceArn = service?.serviceArn;
    const tags = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ];
    await ecs.send(new TagResourceCommand({ resourceArn, tags }));
    await ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'b', value: '3' }] }));
    await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    const left = await ecs.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(left.tags).toEqual([{ key: 'b', value: '3' }]);
  });

  test('that is not there cannot be changed', async () => {
    const answer = ecs.send(new UpdateServiceCommand({ cluster: 'c', service: 'other', desiredCount: 1 }));
    await expect(answer).rejects.toMatchObject({ name: 'ServiceNotFoundException', message: 'Service not found.' });
  });

  test('counts for its cluster, which cannot go before it', async () => {
    await create();
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: ['c'] }));
    expect(clusters?.[0]).toMatchObject({ activeServicesCount: 1, runningTasksCount: 0 });
    await expect(ecs.send(new DeleteClusterCommand({ cluster: 'c' }))).rejects.toMatchObject({
      name: 'ClusterContainsServicesException',
    });
    const other = await ecs.send(new DeleteClusterCommand({ cluster: 'other' }));
    expect(other.cluster?.status).toBe('INACTIVE');
  });
});
