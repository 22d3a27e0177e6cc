import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportProject } from '../demo/project.ts';
import { commandOf } from '../sandbox/processes.ts';
import { infoFile } from '../sandbox/state.ts';
import { ROOT, TOOLS } from '../tools.ts';
import { oneLineOf, runScript, start, type Ended } from './child.ts';
import { family, readInfo, stillRunning, watchFamily } from './sandbox-process.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox', AWS_EC2_METADATA_DISABLED: 'true' };

describe('bad input', () => {
  let folder = '';
  let dir = '';
  let copy = '';
  let awsUrl = '';

  const sandbox = (command: string, env: Record<string, string> = {}): Promise<Ended> =>
    runScript('scripts/sandbox/cli.ts', [command], { env: { SANDBOX_DIR: dir, ...env } });

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'bad-input-')));
    dir = join(folder, 'sandbox');
    copy = join(folder, 'copy');
    const [clone, up] = await Promise.all([exportProject(copy, 'http://127.0.0.1:9/none.git', 'ada'), sandbox('up')]);
    if (up.code !== 0) throw new Error(up.stderr);
    ({ awsUrl } = readInfo(dir));
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await clone.git('add', '--all');
    await clone.git('commit', '--quiet', '--message', 'Begin');
  }, 60_000);

  afterAll(async () => {
    await sandbox('down');
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  describe('of the sandbox', () => {
    let taken: Server;
    let port = '';

    beforeAll(async () => {
      taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const address = taken.address();
      port = String(typeof address === 'object' ? address?.port : '');
    });
    afterAll(async () => {
      taken.close();
      await once(taken, 'close');
    });

    test('a second one in the same place is refused, and the first stays', async () => {
      const { pid } = readInfo(dir);
      expect(oneLineOf(await sandbox('up'))).toContain(
        `A sandbox is up already (process ${pid}). Stop it with "make sandbox/down".`,
      );
      expect((await sandbox('status')).stdout).toContain(`The sandbox is up (process ${pid}).`);
    }, 20_000);

    test.each(['SANDBOX_AWS_PORT', 'SANDBOX_GITHUB_PORT'])(
      '%s that is in use is named, and nothing stays',
      async (name) => {
        const other = join(folder, `other-${name}`);
        const ended = await sandbox('up', { SANDBOX_DIR: other, [name]: port });
        expect(oneLineOf(ended)).toMatch(
          new RegExp(`Port ${port} is in use\\. Stop what listens there, set ${name} to another port, or unset it\\.`),
        );
        expect(await stillRunning(new Map(), other, 5_000)).toEqual([]);
      },
      20_000,
    );

    test.each(['SANDBOX_AWS_PORT', 'SANDBOX_GITHUB_PORT'])(
      '%s that is no port is named',
      async (name) => {
        const other = join(folder, `other-${name}`);
        for (const value of ['many', '65536', '-1']) {
          const ended = await sandbox('up', { SANDBOX_DIR: other, [name]: value });
          expect(oneLineOf(ended)).toContain(
            `${name} is "${value}", which is no port. Set it to a number up to 65535, or unset it.`,
          );
        }
      },
      20_000,
    );

    test('a command that there is not, and the state of one that is not up', async () => {
      expect(oneLineOf(await sandbox('start'))).toContain(
        '"start" is not a value of "command". Use one of: up, down, reset, status.',
      );
      const ended = await sandbox('status', { SANDBOX_DIR: join(folder, 'none') });
      expect(oneLineOf(ended)).toContain('No sandbox is up. Start it with "make sandbox/up".');
    }, 20_000);

    test('a file left by a killed one, whose process id is somebody else’s by now, harms nobody', async () => {
      const left = join(folder, 'left');
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
      try {
        await cp(dir, left, { recursive: true, filter: (file) => file === dir || file === infoFile(dir) });
        const info = { ...readInfo(left), pid: stranger.pid };
        await writeFile(infoFile(left), JSON.stringify(info));
        expect(oneLineOf(await sandbox('status', { SANDBOX_DIR: left }))).toContain('No sandbox is up.');
        expect((await sandbox('down', { SANDBOX_DIR: left })).stdout).toBe('No sandbox is up.\n');
        expect(commandOf(stranger.pid ?? 0)).toBe('sleep 60');
      } finally {
        stranger.kill('SIGKILL');
      }
    }, 20_000);

    test('one that is told to stop while it comes up leaves nothing', async () => {
      for (const [index, milliseconds] of [250, 450, 700].entries()) {
        const other = join(folder, `early-${index}`);
        const daemon = start(process.execPath, [join(ROOT, 'scripts/sandbox/daemon.ts'), other]);
        const { pid = 0 } = daemon.child;
        const watch = watchFamily(pid);
        await delay(milliseconds);
        daemon.child.kill('SIGTERM');
        await daemon.ended;
        watch.stop();
        expect(await stillRunning(watch.seen, other, 5_000)).toEqual([]);
        expect(existsSync(infoFile(other))).toBe(false);
      }
    }, 40_000);
  });

  describe('of Terraform', () => {
    const plan = (env: Record<string, string> = {}): Promise<Ended> =>
      runScript('scripts/terraform.ts', ['plan'], {
        cwd: copy,
        env: {
          ...KEYS,
          AWS_ENDPOINT_URL: awsUrl,
          AWS_REGION: 'eu-west-1',
          ENV: 'test',
          TOOLS_DIR: TOOLS,
          ...env,
        },
      });
    const tfvars = (): string => join(copy, 'terraform/environments/test.tfvars');

    /** Plans with another tfvars file, and puts back what was there. */
    async function planWith(change: (text: string) => string): Promise<Ended> {
      const text = await readFile(tfvars(), 'utf8');
      const changed = change(text);
      expect(changed).not.toBe(text);
      await writeFile(tfvars(), changed);
      try {
        return await plan();
      } finally {
        await writeFile(tfvars(), text);
      }
    }

    /** Terraform tells of its progress; what is wrong are the last lines, one for each thing. */
    function errorsOf({ code, stdout, stderr }: Ended): string[] {
      const lines = stderr.trimEnd().split('\n');
      const errors = lines.filter((line) => /error|^\s+at /i.test(line));
      if (code === 1 && stdout === '' && lines.slice(-errors.length).join('\n') === errors.join('\n')) return errors;
      throw new Error(`This does not end with its errors and exit code 1: ${JSON.stringify({ code, stdout, stderr })}`);
    }

    test('what is not set is named', async () => {
      const [region, environment, none, noFile, keys] = await Promise.all([
        plan({ AWS_REGION: '' }),
        plan({ ENV: 'staging' }),
        plan({ ENV: '' }),
        plan({ ENV: 'acceptance' }),
        plan({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: folder }),
      ]);
      expect(oneLineOf(region)).toContain('AWS_REGION is not set. Set it, for example AWS_REGION=eu-west-1.');
      expect(oneLineOf(environment)).toContain(
        '"staging" is not a value of "ENV". Use one of: test, acceptance, production.',
      );
      expect(oneLineOf(none)).toContain('"" is not a value of "ENV". Use one of: test, acceptance, production.');
      expect(oneLineOf(noFile)).toMatch(
        /There is no environments\/acceptance\.tfvars in the Terraform folder\. Add it/,
      );
      expect(oneLineOf(keys)).toMatch(/There are no AWS credentials\. Sign in .* and set AWS_PROFILE\./);
    }, 40_000);

    test('an unknown operation is named', async () => {
      const ended = await runScript('scripts/terraform.ts', ['aply'], { cwd: copy, env: { TOOLS_DIR: TOOLS } });
      expect(oneLineOf(ended)).toMatch(/"aply" is not a value of "operation"\. Use one of: plan, apply, /);
    }, 20_000);

    test.each(['terraform/aply', 'terraform-aply'])(
      'make %s is refused by the same sentence',
      async (target) => {
        const { code, stderr } = await start('make', [target], { env: { TOOLS_DIR: TOOLS } }).ended;
        expect(code).toBe(2);
        expect(stderr).toMatch(/^Error: "aply" is not a value of "operation"\. Use one of: plan, apply, /m);
      },
      60_000,
    );

    test('a tfvars with a quotation mark too few is told by file and line', async () => {
      // What follows the mark is taken apart at every later one, so there may be more to say.
      const errors = errorsOf(await planWith((text) => text.replace('"rest-api"', '"rest-api')));
      expect(errors).toContainEqual(
        expect.stringMatching(/^Error: terraform\/environments\/test\.tfvars:\d+: Unterminated template string/),
      );
      expect(errors.at(-1)).toMatch(
        /^Error: Terraform cannot plan with environments\/test\.tfvars\. terraform\/environments\/test\.tfvars:1: Invalid multi-line string: /,
      );
    }, 40_000);

    test('a tfvars with an unknown environment is told what there is', async () => {
      expect(errorsOf(await planWith((text) => text.replace(/^environment .*$/m, 'environment = "staging"')))).toEqual([
        expect.stringMatching(
          /test\.tfvars:2: Invalid value for variable: environment must be test, acceptance or production\.$/,
        ),
      ]);
    }, 40_000);

    test('a tfvars with a text for a number is told so', async () => {
      expect(
        errorsOf(
          await planWith((text) => text.replace(/^log_retention_in_days.*$/m, 'log_retention_in_days = "many"')),
        ),
      ).toEqual([
        expect.stringMatching(
          /test\.tfvars:\d+: Invalid value for input variable: The given value is not suitable for var\.log_retention_in_days .*a number is required\.$/,
        ),
      ]);
    }, 40_000);

    test('a lambda’s folder without an entry, and an entry without a folder, say what to add where', async () => {
      const lambdas = join(copy, 'lambdas');
      await rename(join(lambdas, 'replace-strings'), join(lambdas, 'other'));
      try {
        expect(errorsOf(await plan())).toEqual([
          expect.stringMatching(
            /The entry "replace-strings" in terraform\/api-gateway\/lambdas\.tf has no package: add the folder lambdas\/replace-strings and run `make package\/lambdas`, or remove the entry\.$/,
          ),
          expect.stringMatching(
            /The folder lambdas\/other has no entry: add "other" to terraform\/api-gateway\/lambdas\.tf, or remove the folder/,
          ),
        ]);
      } finally {
        await rename(join(lambdas, 'other'), join(lambdas, 'replace-strings'));
      }
    }, 40_000);

    test('a folder that is no repository is told before anything is planned', async () => {
      await rename(join(copy, '.git'), join(folder, 'git'));
      try {
        const { code, stderr } = await plan();
        expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^Error: This folder has no commit\. Make it a repository/);
        expect(code).toBe(1);
      } finally {
        await rename(join(folder, 'git'), join(copy, '.git'));
      }
    }, 40_000);

    test('an emulator that has died takes the sandbox with it, and a plan says that nobody answers', async () => {
      const { pid } = readInfo(dir);
      const emulator = family(pid).find(({ args }) => args.includes('launch.py'));
      expect(emulator).toBeDefined();
      const watch = watchFamily(pid);
      process.kill(emulator?.pid ?? 0, 'SIGKILL');
      expect(await stillRunning(watch.seen, dir, 15_000)).toEqual([]);
      watch.stop();
      expect(await readFile(join(dir, 'sandbox.log'), 'utf8')).toContain('The emulator has ended by itself');
      expect(existsSync(infoFile(dir))).toBe(false);
      expect(oneLineOf(await plan())).toContain(
        `Nobody answers at ${awsUrl}. Start the sandbox with "make sandbox/up", or unset AWS_ENDPOINT_URL.`,
      );
    }, 40_000);
  });
});
