import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../errors.ts';
import { TagTakenError } from '../../image/builder.ts';
import { chooseBuilder } from '../../image/choose-builder.ts';
import { dockerBuilder, hasDockerEngine } from '../../image/docker.ts';
import { recordingCommand, type Call, type Outcome } from '../fakes/command.ts';
import { recordingLog } from '../fakes/log.ts';

const URI = '000000000000.dkr.ecr.eu-west-1.amazonaws.com/service';
const request = {
  root: '/repository',
  dockerfile: 'service/Dockerfile',
  platform: 'linux/arm64' as const,
  args: { VERSION: 'abc' },
  uri: URI,
  tag: 'abc',
  login: { username: 'AWS', password: 'secret' },
};

function builder(behave: (call: Call) => Outcome = () => ({})) {
  const { run, calls } = recordingCommand(behave);
  const logins: string[] = [];
  const log = recordingLog();
  const login = (host: string, { username }: { username: string }): Promise<void> => {
    logins.push(`${username}@${host}`);
    return Promise.resolve();
  };
  return { builder: dockerBuilder({ run, log, login }), calls, logins, log };
}

describe('Docker', () => {
  test('builds for the platform and pushes, with the password in no argument', async () => {
    const { builder: docker, calls, logins } = builder();
    await docker.buildAndPush(request);
    expect(logins).toEqual(['AWS@000000000000.dkr.ecr.eu-west-1.amazonaws.com']);
    expect(calls.map(({ command, args, options }) => [command, ...args, options.cwd].join(' '))).toEqual([
      `docker build --file service/Dockerfile --platform linux/arm64 --provenance=false --load --build-arg VERSION=abc --tag ${URI}:abc . /repository`,
      `docker push ${URI}:abc /repository`,
    ]);
    expect(JSON.stringify(calls)).not.toContain('secret');
  });

  test('that fails says so after its own output', async () => {
    const { builder: docker, log } = builder(() => ({ code: 1, stderr: ['no such stage'] }));
    await expect(docker.buildAndPush(request)).rejects.toThrow('docker build failed with exit code 1.');
    expect(log.text()).toContain('no such stage');
  });

  test('that meets an immutable tag was not first', async () => {
    const said = 'tag invalid: The image tag … cannot be overwritten because the repository is immutable.';
    const { builder: docker } = builder(({ args }) => (args[0] === 'push' ? { code: 1, stderr: [said] } : {}));
    await expect(docker.buildAndPush(request)).rejects.toThrow(TagTakenError);
  });
});

describe('the builder', () => {
  const missing = new UserError('Cannot start "docker".', 'Install it.');
  const login = (): Promise<void> => Promise.resolve();

  test.each<[string, Outcome, 'auto' | 'docker' | 'daemonless', string, string]>([
    ['an engine answers', {}, 'auto', URI, 'Docker'],
    ['there is only the program', { code: 1 }, 'auto', URI, 'no container engine'],
    ['there is no Docker', { error: missing }, 'auto', URI, 'no container engine'],
    ['the registry is on this machine', {}, 'auto', '127.0.0.1:5000/service', 'no container engine'],
    ['Docker is asked for', { code: 1 }, 'docker', '127.0.0.1:5000/service', 'Docker'],
    ['none is asked for', {}, 'daemonless', URI, 'no container engine'],
  ])('is chosen when %s', async (_, outcome, choice, uri, expected) => {
    const { run } = recordingCommand(() => outcome);
    const chosen = await chooseBuilder(choice, uri, { run, log: recordingLog(), login, build: ['make'] });
    expect(chosen.name).toBe(expected);
  });

  test('is not chosen by an error that is not Docker’s absence', async () => {
    const { run } = recordingCommand(() => ({ error: new Error('EMFILE') }));
    await expect(hasDockerEngine(run)).rejects.toThrow('EMFILE');
  });
});
