import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { runCommand, type CommandOptions } from '../process.ts';
import { temporaryFolders } from './fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const node = (script: string, options: CommandOptions = {}, args: readonly string[] = []): Promise<number> =>
  runCommand(process.execPath, ['-e', script, '--', ...args], options);

describe('a program', () => {
  test.each([0, 1, 2, 137])('that ends with %d resolves with that', async (code) => {
    expect(await node(`process.exit(${code})`)).toBe(code);
  });

  test('is given arguments as they are: no shell comes in between', async () => {
    const lines: string[] = [];
    const args = ['$(echo hi)', 'a b', '; exit 3', "'", '"', '*', ''];
    const code = await node(
      'console.log(JSON.stringify(process.argv.slice(1)))',
      { onStdout: (line) => lines.push(line) },
      args,
    );
    expect(code).toBe(0);
    expect(JSON.parse(lines.join('\n'))).toEqual(args);
  });

  test('is read line by line, both outputs, also a last line without an end', async () => {
    const out: string[] = [];
    const err: string[] = [];
    await node(String.raw`process.stdout.write('a\r\nb'); process.stderr.write('c\n\nd')`, {
      onStdout: (line) => out.push(line),
      onStderr: (line) => err.push(line),
    });
    expect(out).toEqual(['a', 'b']);
    expect(err).toEqual(['c', '', 'd']);
  });

  test('runs in its folder, with its environment, and reads nothing', async () => {
    const cwd = folders.make();
    const lines: string[] = [];
    await node(
      "console.log(process.cwd()); console.log(process.env.ONLY); console.log(require('node:fs').readFileSync(0).length)",
      { cwd, env: { ONLY: 'this' }, onStdout: (line) => lines.push(line) },
    );
    expect(lines).toEqual([cwd, 'this', '0']);
  });

  test('that is missing is one clear sentence', async () => {
    const error = await runCommand('no-such-program', []).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Cannot start "no-such-program" in the current folder.',
      hint: 'Check that both exist; "make setup" installs the tools.',
    });
  });

  test('whose folder is missing is one clear sentence', async () => {
    await expect(node('', { cwd: join(folders.make(), 'nowhere') })).rejects.toThrow(UserError);
  });

  test('that may not be started keeps its cause', async () => {
    const cwd = folders.make();
    await expect(runCommand(cwd, [])).rejects.toMatchObject({ code: 'EACCES' });
  });
});

describe('standard output in a file', () => {
  test('is only for this user, and whole', async () => {
    const stdoutFile = join(folders.make(), 'out.json');
    expect(await node("process.stdout.write('é'.repeat(3_000_000))", { stdoutFile })).toBe(0);
    expect(statSync(stdoutFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(stdoutFile, 'utf8')).toHaveLength(3_000_000);
  });

  test('that cannot be written is the error, and does not hang', async () => {
    const stdoutFile = join(folders.make(), 'missing/out.json');
    await expect(node("process.stdout.write('x'.repeat(10_000_000))", { stdoutFile })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

test('a listener that throws stops the program, and its error is the error', async () => {
  const onStdout = (): void => {
    throw new Error('no');
  };
  await expect(node("console.log('x'); setInterval(() => {}, 1000)", { onStdout })).rejects.toThrow('no');
});

describe('aborting', () => {
  const waiting =
    "process.on('SIGINT', () => { console.log('SIGINT'); process.exit(7) }); console.log('ready'); setInterval(() => {}, 1000)";

  test('sends SIGINT, so that the program can end in order', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const code = await node(waiting, {
      signal: controller.signal,
      onStdout: (line) => {
        lines.push(line);
        if (line === 'ready') controller.abort();
      },
    });
    expect(lines).toEqual(['ready', 'SIGINT']);
    expect(code).toBe(7);
  });

  test('of a program that does not mind it counts as 130', async () => {
    const controller = new AbortController();
    const code = await node("console.log('ready'); setInterval(() => {}, 1000)", {
      signal: controller.signal,
      onStdout: () => controller.abort(),
    });
    expect(code).toBe(130);
  });

  test('before the start stops it at once', async () => {
    expect(await node('setInterval(() => {}, 1000)', { signal: AbortSignal.abort() })).toBe(130);
  });
});
