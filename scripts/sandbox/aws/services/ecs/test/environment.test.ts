import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { commandOf, type CommandParts } from '../environment.ts';

const context = {
  region: 'eu-west-1',
  endpointUrl: 'http://127.0.0.1:4566',
  stores: new Stores(),
  pace: new Pace(),
  folder: (name: string) => name,
  report: () => undefined,
};

const parts: CommandParts = {
  root: '/images/one',
  config: { Entrypoint: ['node', 'server.mjs'], Cmd: ['--fast'], WorkingDir: '/app', Env: ['A=image=1', 'B=image'] },
  definition: { environment: [{ name: 'B', value: 'definition' }] },
  override: undefined,
  secrets: { KEY: 'secret' },
  address: '127.0.0.9',
};

const words = ({ program, args }: { program: string; args: readonly string[] }): string[] => [program, ...args];

describe('what a container runs', () => {
  test("is the image's entry point and command in its working folder", () => {
    const command = commandOf(context, parts);
    expect(words(command)).toEqual(['node', 'server.mjs', '--fast']);
    expect(command.cwd).toBe('/images/one/app');
  });

  test("is the definition's command behind the image's entry point", () => {
    expect(words(commandOf(context, { ...parts, definition: { command: ['--slow'] } }))).toEqual([
      'node',
      'server.mjs',
      '--slow',
    ]);
  });

  test("is the definition's entry point without the image's command", () => {
    expect(words(commandOf(context, { ...parts, definition: { entryPoint: ['node', 'x.mjs'] } }))).toEqual([
      'node',
      'x.mjs',
    ]);
  });

  test('is something, or the task says so', () => {
    expect(() => commandOf(context, { ...parts, config: {} })).toThrow('CannotStartContainerError');
  });

  test('sees what image, definition and secrets give it, and never another address or AWS', () => {
    const override = { environment: [{ name: 'HOST', value: '0.0.0.0' }] };
    const { env } = commandOf(context, { ...parts, override });
    expect(env).toMatchObject({
      A: 'image=1',
      B: 'definition',
      KEY: 'secret',
      HOST: '127.0.0.9',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-west-1',
    });
    expect(env['PATH']?.split(':')[0]).toBe(path.dirname(process.execPath));
    expect(env).not.toHaveProperty('ECS_CONTAINER_METADATA_URI_V4');
  });
});
