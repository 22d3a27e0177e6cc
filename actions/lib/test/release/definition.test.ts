import { describe, expect, test } from '@jest/globals';
import { differences, hookCount } from '../../release/definition.ts';
import { APPSPEC, described, TASK_DEFINITION } from '../fakes/service.ts';

const IMAGE = `registry.example/service@sha256:${'c'.repeat(64)}`;
const variables = { TASK_DEFINITION: JSON.stringify(TASK_DEFINITION), APPSPEC: JSON.stringify(APPSPEC) };
type Definition = typeof TASK_DEFINITION;

/** What differs after a change of what runs. */
function after(change: (definition: Definition) => object): readonly string[] {
  return differences(variables, described(IMAGE, change).taskDefinition);
}

function inContainer(change: object): (definition: Definition) => object {
  return (definition) => ({
    ...definition,
    containerDefinitions: definition.containerDefinitions.map((container) => ({ ...container, ...change })),
  });
}

describe('a task definition that runs is the one that would be released', () => {
  test.each([
    ['whatever ECS fills in, and whichever image and commit it has', (same: Definition) => same],
    [
      'in whatever order',
      inContainer({
        environment: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'VERSION', value: 'other' },
        ],
      }),
    ],
    [
      'with what is empty',
      (same: Definition) => ({ ...same, ipcMode: '', pidMode: '', placementConstraints: [], runtimePlatform: {} }),
    ],
    [
      'with the platform that is the default',
      (same: Definition) => ({
        ...same,
        runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      }),
    ],
    ['with numbers as texts', (same: Definition) => ({ ...same, cpu: 256, memory: 512 })],
    ['with a port that ECS repeats', inContainer({ portMappings: [{ containerPort: 8080 }] })],
  ])('%s', (_, change) => {
    expect(after(change)).toEqual([]);
  });
});

describe('a task definition that differs', () => {
  test.each([
    ['in memory', (same: Definition) => ({ ...same, memory: '1024' }), ['memory']],
    [
      'in the platform',
      (same: Definition) => ({ ...same, runtimePlatform: { cpuArchitecture: 'ARM64' } }),
      ['runtimePlatform.cpuArchitecture'],
    ],
    [
      'in a variable',
      inContainer({ environment: [{ name: 'LOG_LEVEL', value: 'debug' }] }),
      ['containerDefinitions.service.environment.LOG_LEVEL'],
    ],
    [
      'by one variable more and one less',
      inContainer({ environment: [{ name: 'OTHER', value: '' }] }),
      ['containerDefinitions.service.environment.LOG_LEVEL', 'containerDefinitions.service.environment.OTHER'],
    ],
    [
      'in where a secret is',
      inContainer({ secrets: [{ name: 'API_KEY', valueFrom: 'arn:other' }] }),
      ['containerDefinitions.service.secrets.API_KEY'],
    ],
    ['in the command', inContainer({ command: ['node', 'other.mjs'] }), ['containerDefinitions.service.command']],
    [
      'in a port',
      inContainer({ portMappings: [{ containerPort: 80 }] }),
      [
        'containerDefinitions.service.portMappings.80.containerPort',
        'containerDefinitions.service.portMappings.8080.containerPort',
      ],
    ],
    ['in a role', (same: Definition) => ({ ...same, taskRoleArn: 'arn:role' }), ['taskRoleArn']],
    [
      'by a container more',
      (same: Definition) => ({
        ...same,
        containerDefinitions: [...same.containerDefinitions, { name: 'agent', image: 'agent:1' }],
      }),
      ['containerDefinitions.agent.image'],
    ],
  ])('%s says where, and no value', (_, change, places) => {
    expect(after(change)).toEqual(places);
  });
});

test('a build project without a task definition is one clear sentence', () => {
  expect(() => differences({}, {})).toThrow('The release cannot be rendered.');
});

test('hooks are counted: null is none', () => {
  const withHooks = JSON.stringify({ hooks: { BeforeInstall: 'arn', AfterInstall: null, AfterAllowTraffic: 'arn' } });
  expect(hookCount({ APPSPEC: withHooks })).toBe(2);
  expect(hookCount({ APPSPEC: '{"hooks":null}' })).toBe(0);
  expect(hookCount({})).toBe(0);
});
