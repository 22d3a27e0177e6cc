import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { UserError } from '../../../actions/lib/errors.ts';
import { renderAppSpec, renderTaskDefinition } from '../documents.ts';
import { readInputs, type Sources } from '../inputs.ts';

const image = `127.0.0.1:5000/rest-api-service@sha256:${'0a'.repeat(32)}`;
const commit = '0123456789abcdef0123456789abcdef01234567';

const taskDefinition = {
  family: 'rest-api-test',
  cpu: '256',
  memory: '512',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  containerDefinitions: [
    {
      name: 'service',
      image: 'rest-api-service:initial',
      essential: true,
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: 8080, protocol: 'tcp' }],
      environment: [
        { name: 'PORT', value: '8080' },
        { name: 'VERSION', value: 'initial' },
      ],
      secrets: [{ name: 'API_KEY', valueFrom: 'arn:aws:ssm:eu-west-1:000000000000:parameter/key' }],
    },
    { name: 'sidecar', image: 'other:1' },
  ],
  runtimePlatform: { cpuArchitecture: 'X86_64' },
};

function sources(overrides: Partial<Sources> = {}): Sources {
  return {
    taskDefinition: JSON.stringify(taskDefinition),
    appSpec: JSON.stringify({ containerName: 'service', containerPort: 8080, capacityProvider: null, hooks: null }),
    commit: undefined,
    imageDetail: JSON.stringify({ ImageURI: image }),
    ...overrides,
  };
}

function withAppSpec(fields: object): Sources {
  return sources({ appSpec: JSON.stringify({ containerName: 'service', containerPort: 8080, ...fields }) });
}

function problemsOf(given: Sources): string {
  try {
    readInputs(given);
  } catch (error) {
    if (error instanceof UserError) return error.hint;
    throw error;
  }
  throw new Error('They were accepted.');
}

describe('taskdef.json', () => {
  const [service, sidecar] = taskDefinition.containerDefinitions;

  test('is the task definition with the image, and nothing else is changed', () => {
    const rendered: unknown = JSON.parse(renderTaskDefinition(readInputs(sources())));
    expect(rendered).toEqual({ ...taskDefinition, containerDefinitions: [{ ...service, image }, sidecar] });
  });

  test('with a commit, that is the VERSION of the same container', () => {
    const rendered: unknown = JSON.parse(renderTaskDefinition(readInputs(sources({ commit }))));
    const environment = [
      { name: 'PORT', value: '8080' },
      { name: 'VERSION', value: commit },
    ];
    expect(rendered).toEqual({
      ...taskDefinition,
      containerDefinitions: [{ ...service, image, environment }, sidecar],
    });
  });
});

describe('appspec.yaml', () => {
  const rendered = (given: Sources): string => renderAppSpec(readInputs(given));

  test('sends traffic to the container, and leaves the task definition to the pipeline', () => {
    expect(rendered(sources())).toBe(`version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: service
          ContainerPort: 8080
`);
  });

  test('names the network, where it is given: a release is the only way to another one', () => {
    const network = { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: true };
    expect(
      parse(rendered(withAppSpec({ network }))).Resources[0].TargetService.Properties.NetworkConfiguration,
    ).toEqual({
      AwsvpcConfiguration: { Subnets: network.subnets, SecurityGroups: ['sg-1'], AssignPublicIp: 'ENABLED' },
    });
    expect(problemsOf(withAppSpec({ network: { ...network, subnets: [] } }))).toContain('APPSPEC: network.subnets');
  });

  test('names the capacity provider', () => {
    expect(parse(rendered(withAppSpec({ capacityProvider: 'FARGATE_SPOT' })))).toMatchObject({
      Resources: [
        {
          TargetService: {
            Properties: {
              CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Base: 0, Weight: 1 }],
            },
          },
        },
      ],
    });
  });

  test('has the hooks in the order of their events', () => {
    const hooks = { AfterAllowTraffic: 'after', BeforeInstall: null, AfterAllowTestTraffic: 'arn:aws:lambda:x:1:f: y' };
    expect(parse(rendered(withAppSpec({ hooks })))).toMatchObject({
      Hooks: [{ AfterAllowTestTraffic: 'arn:aws:lambda:x:1:f: y' }, { AfterAllowTraffic: 'after' }],
    });
  });
});

describe('what is wrong is said', () => {
  test('all at once, with who gives it', () => {
    const problems = problemsOf({
      taskDefinition: undefined,
      appSpec: '{',
      commit: 'main',
      imageDetail: new Error('ENOENT: no such file'),
    });
    expect(problems).toBe(
      'TASK_DEFINITION is not set: Terraform gives it to the build project; ' +
        'APPSPEC is not JSON: Terraform gives it to the build project; ' +
        'The image detail cannot be read (ENOENT: no such file): node scripts/publish-image.ts --detail writes it; ' +
        'COMMIT is not a commit, 40 hexadecimal digits.',
    );
  });

  test('and every member that is wrong', () => {
    const problems = problemsOf({
      taskDefinition: JSON.stringify({ containerDefinitions: [{ image: 5 }] }),
      appSpec: JSON.stringify({ containerPort: '8080', hooks: { Never: 'x' }, more: 1 }),
      commit,
      imageDetail: JSON.stringify({ ImageURI: 'rest-api-service:latest' }),
    });
    for (const part of [
      'TASK_DEFINITION: family is required',
      'TASK_DEFINITION: containerDefinitions[0].name is required',
      'TASK_DEFINITION: containerDefinitions[0].image must be a string',
      'APPSPEC: containerName is required',
      'APPSPEC: containerPort must be a number',
      'APPSPEC: hooks.Never is not allowed',
      'APPSPEC: more is not allowed',
      'The image detail: ImageURI is not an image by digest',
    ]) {
      expect(problems).toContain(part);
    }
  });

  test.each<[string, Sources, string]>([
    ['a container that is not there', withAppSpec({ containerName: 'web' }), 'containerName names no container'],
    ['a port that it has not', withAppSpec({ containerPort: 80 }), 'containerPort is not among the ports'],
    ['no object', sources({ taskDefinition: '5' }), 'TASK_DEFINITION must be of type object'],
    ['an image by tag and no digest', sources({ imageDetail: '{"ImageURI":"a:b"}' }), 'ImageURI is not an image by'],
    ['an empty variable', sources({ appSpec: '' }), 'APPSPEC is not set'],
  ])('%s', (_, given, problem) => {
    expect(problemsOf(given)).toContain(problem);
  });
});
