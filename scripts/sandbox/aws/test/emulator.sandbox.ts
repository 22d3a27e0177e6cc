import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type EmulatorOptions } from '../emulator.ts';
import { startFrontDoor } from '../front-door.ts';
import { awsClientConfig, functionZip, nodeBinDir, python, temporaryFolder, untilActive } from './sandbox.ts';

let folder: string;
let remove: () => Promise<void>;
let options: EmulatorOptions;

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  options = { python, nodeBinDir, stateDir: path.join(folder, 'state'), logFile: path.join(folder, 'emulator.log') };
});
afterEach(() => remove());

function isRunning(pid: number): boolean {
  // A zombie that nobody has waited for yet has ended.
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function untilGone(pid: number, limitMs: number): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await delay(50)) {
    if (!isRunning(pid)) return true;
  }
  return false;
}

/** A function that loops for ever: no signal but the last one ends its process. */
async function busyFunction(endpoint: string): Promise<{ pid: number; variables: string[] }> {
  const lambda = new LambdaClient(awsClientConfig(endpoint));
  const FunctionName = 'busy';
  const code = 'if (event.loop) for (;;); return { pid: process.pid, variables: Object.keys(process.env) };';
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/busy',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 60,
      Code: { ZipFile: functionZip(code) },
    }),
  );
  await untilActive(lambda, FunctionName);
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  // The same warm process takes the next event.
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: '{"loop":true}' }));
  await delay(200);
  lambda.destroy();
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'));
}

/** An executable that stands in for Python. */
async function script(lines: string): Promise<string> {
  const file = path.join(folder, 'python');
  await writeFile(file, `#!/bin/sh\n${lines}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('start and stop', () => {
  test('is up in two seconds, listens on 127.0.0.1 only, and says when it has ended', async () => {
    const start = performance.now();
    const emulator = await startEmulator(options);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await emulator.stop();
    expect(await emulator.exited).toMatchObject({ code: 0, signal: null });
    expect(isRunning(emulator.pid)).toBe(false);
    expect(await readdir(options.stateDir)).not.toContain('tmp');
  });

  test('leaves nothing of itself in the folder of the patches', async () => {
    const emulator = await startEmulator(options);
    await emulator.stop();
    expect(await readdir(path.join(import.meta.dirname, '../patches'))).not.toContain('__pycache__');
  });

  test('state outlives a graceful stop when it is asked to', async () => {
    const Name = '/kept';
    const first = await startEmulator({ ...options, persist: true });
    const writer = new SSMClient(awsClientConfig(first.url));
    await writer.send(new PutParameterCommand({ Name, Value: 'value', Type: 'String' }));
    writer.destroy();
    await first.stop();

    const second = await startEmulator({ ...options, persist: true });
    const reader = new SSMClient(awsClientConfig(second.url));
    expect((await reader.send(new GetParameterCommand({ Name }))).Parameter?.Value).toBe('value');
    reader.destroy();
    await second.stop();

    const third = await startEmulator(options);
    const stranger = new SSMClient(awsClientConfig(third.url));
    await expect(stranger.send(new GetParameterCommand({ Name }))).rejects.toThrow(
      expect.objectContaining({ name: 'ParameterNotFound' }),
    );
    stranger.destroy();
    await third.stop();
  }, 20_000);

  test("stops with its functions' processes, busy ones too, and nothing of ours in their environment", async () => {
    const emulator = await startEmulator(options);
    const { pid, variables } = await busyFunction(emulator.url);
    expect(isRunning(pid)).toBe(true);
    expect(variables).not.toContain('HOME');
    expect(variables).not.toContain('JEST_WORKER_ID');
    await emulator.stop();
    expect(await untilGone(pid, 1000)).toBe(true);
  }, 20_000);

  test('ends when its parent was killed, with its functions', async () => {
    const parent = spawn(
      process.execPath,
      [path.join(import.meta.dirname, 'lone-parent.ts'), python, nodeBinDir, options.stateDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said]: Buffer[] = await once(parent.stdout, 'data');
    const [pid = '', url = ''] = String(said).trim().split(' ');
    const busy = await busyFunction(url);
    expect(isRunning(Number(pid))).toBe(true);
    const ended = once(parent, 'exit');
    parent.kill('SIGKILL');
    await ended;
    expect(await untilGone(Number(pid), 5000)).toBe(true);
    expect(await untilGone(busy.pid, 1000)).toBe(true);
  }, 20_000);

  test('when it is killed, callers of the front door get one sentence at once', async () => {
    const emulator = await startEmulator(options);
    const frontDoor = await startFrontDoor({ emulatorUrl: emulator.url });
    const ssm = new SSMClient(awsClientConfig(frontDoor.url));
    process.kill(emulator.pid, 'SIGKILL');
    expect(await emulator.exited).toMatchObject({ signal: 'SIGKILL' });
    const start = performance.now();
    await expect(ssm.send(new GetParameterCommand({ Name: '/x' }))).rejects.toThrow(
      `The AWS emulator at ${emulator.url} does not answer`,
    );
    expect(performance.now() - start).toBeLessThan(500);
    ssm.destroy();
    await frontDoor.close();
    await emulator.stop();
  });
});

describe('what keeps it from starting is one sentence', () => {
  test('no Python', async () => {
    const missing = path.join(folder, 'no-python');
    await expect(startEmulator({ ...options, python: missing })).rejects.toThrow(
      `There is no Python at ${missing}: make the virtual environment and install requirements.txt in it.`,
    );
  });

  test('a Python without the emulator', async () => {
    const bare = await script(`exec '${python}' -S "$@"`);
    await expect(startEmulator({ ...options, python: bare })).rejects.toThrow(
      /^sandbox emulator: the Python module ministack is not installed for \S+: install requirements\.txt there$/,
    );
  });

  test('a port in use', async () => {
    const other = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9' });
    const port = Number(new URL(other.url).port);
    await expect(startEmulator({ ...options, port })).rejects.toThrow(
      `Port ${port} is in use: stop what listens there, or choose another port for the emulator.`,
    );
    await other.close();
  });

  test('a death at the start, with the last lines of its log', async () => {
    await writeFile(options.logFile, 'of an earlier run\n');
    const dying = await script('echo getting ready; echo "no room left" >&2; exit 7');
    await expect(startEmulator({ ...options, python: dying })).rejects.toThrow(
      'The AWS emulator ended at its start with status 7; its last lines: getting ready\nno room left',
    );
    expect(await readFile(options.logFile, 'utf8')).toContain('of an earlier run');
  });

  test('a patch that is not there', async () => {
    await expect(startEmulator({ ...options, without: ['nonsense'] })).rejects.toThrow(
      /^sandbox emulator: no such patch: nonsense \(there are: .*alias_weights, /,
    );
  });
});
