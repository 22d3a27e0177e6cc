import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';
import { Terraform } from '../../terraform/cli.ts';
import { withPlan } from '../../terraform/workspace.ts';
import { recordingCommand, type Call, type Outcome } from '../fakes/command.ts';
import { recordingLog } from '../fakes/log.ts';
import { temporaryFolders } from '../fakes/temp.ts';
import { planOf } from '../fixtures/plans.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

/** A Terraform that behaves as told, and writes the plan file as the real one does. */
function prepare(behave: (subcommand: string, call: Call) => Outcome = () => ({})) {
  const folder = folders.make();
  const log = recordingLog();
  const modes: number[] = [];
  const command = recordingCommand((call) => {
    const subcommand = call.args[0] ?? '';
    const out = call.args.find((arg) => arg.startsWith('-out='));
    if (out !== undefined) writeFileSync(out.slice('-out='.length), 'a secret');
    const outcome = behave(subcommand, call);
    return subcommand === 'show' && outcome.stdout === undefined && outcome.code === undefined
      ? { ...outcome, stdout: [JSON.stringify(planOf())] }
      : outcome;
  });
  const run: typeof command.run = async (...args) => {
    const code = await command.run(...args);
    const file = args[2]?.stdoutFile;
    if (file !== undefined && existsSync(file)) modes.push(statSync(dirname(file)).mode & 0o777);
    return code;
  };
  return { folder, log, modes, calls: command.calls, terraform: new Terraform(folder, run, log) };
}

const backend = { bucket: 'state', key: 'test/terraform.tfstate', region: 'eu-west-1' };
const options = (folder: string) => ({ planFile: join(folder, 'p.tfplan'), varFile: 'environments/test.tfvars' });

describe('init', () => {
  test('connects with the backend, asks nothing and leaves the lock file alone', async () => {
    const { terraform, calls, folder } = prepare();
    await terraform.init(backend);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ command: 'terraform', options: { cwd: folder } });
    expect(calls[0]?.args).toEqual([
      'init',
      '-input=false',
      '-no-color',
      '-reconfigure',
      '-lockfile=readonly',
      '-backend-config=bucket=state',
      '-backend-config=key=test/terraform.tfstate',
      '-backend-config=region=eu-west-1',
    ]);
    expect(calls[0]?.options.env).toMatchObject({ TF_IN_AUTOMATION: '1', PATH: process.env['PATH'] });
  });

  test("that fails is one line, with Terraform's own words and without its frame or a secret", async () => {
    const stderr = ['╷', '│ Error: Failed to get state', '│ ', '│   AKIAABCDEFGHIJKLMNOP was refused', '╵'];
    const { terraform } = prepare(() => ({ code: 1, stderr }));
    const error = await terraform.init(backend).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'terraform init failed: Error: Failed to get state (sensitive) was refused',
      hint: 'Check the credentials and the state bucket "state".',
    });
  });
});

describe('plan', () => {
  test('is saved, takes no lock when it is only read, and is read back through a file', async () => {
    const { terraform, calls, folder } = prepare();
    const result = await terraform.plan({ ...options(folder), lock: false, extraArgs: ['-destroy'] });
    expect(calls.map(({ args }) => args)).toEqual([
      [
        'plan',
        '-input=false',
        '-json',
        `-out=${join(folder, 'p.tfplan')}`,
        '-var-file=environments/test.tfvars',
        '-lock=false',
        '-destroy',
      ],
      ['show', '-json', join(folder, 'p.tfplan')],
    ]);
    expect(calls[1]?.options.stdoutFile).toBe(join(folder, 'p.tfplan.json'));
    expect(result).toEqual({ kind: 'planned', plan: planOf(), diagnostics: [] });
  });

  test('waits for the lock when it will be applied', async () => {
    const { terraform, calls, folder } = prepare();
    await terraform.plan({ ...options(folder), lock: true });
    expect(calls[0]?.args).toContain('-lock-timeout=5m');
    expect(calls[0]?.args).not.toContain('-lock=false');
  });

  test('leaves no JSON behind, also when it cannot be read', async () => {
    for (const stdout of [[JSON.stringify(planOf())], ['{ not JSON']]) {
      const { terraform, folder } = prepare((subcommand) => (subcommand === 'show' ? { stdout } : {}));
      await terraform.plan({ ...options(folder), lock: false }).catch(() => undefined);
      expect(existsSync(join(folder, 'p.tfplan.json'))).toBe(false);
    }
  });

  test('of which the JSON cannot be had is an error of ours, without a secret', async () => {
    const { terraform, folder } = prepare((subcommand) =>
      subcommand === 'show' ? { code: 1, stderr: ['Error: password=hunter2'] } : {},
    );
    await expect(terraform.plan({ ...options(folder), lock: false })).rejects.toThrow(
      'terraform show failed: Error: password=(sensitive)',
    );
  });

  test('of 20 MB in one line is read (K5)', async () => {
    const big = {
      ...planOf(),
      output_changes: { big: { actions: ['create'], before: null, after: 'x'.repeat(20_000_000) } },
    };
    const { terraform, folder } = prepare((subcommand) =>
      subcommand === 'show' ? { stdout: [JSON.stringify(big)] } : {},
    );
    const result = await terraform.plan({ ...options(folder), lock: false });
    expect(result.kind === 'planned' && result.plan.output_changes?.['big']?.after).toHaveLength(20_000_000);
  });

  test('that fails answers the errors', async () => {
    const line = {
      '@level': 'error',
      type: 'diagnostic',
      diagnostic: { severity: 'error', summary: 'No', detail: 'Why' },
    };
    const { terraform, folder } = prepare(() => ({ code: 1, stdout: [JSON.stringify(line)] }));
    expect(await terraform.plan({ ...options(folder), lock: false })).toEqual({
      kind: 'failed',
      diagnostics: [{ severity: 'error', message: 'No\nWhy' }],
    });
  });

  test('that fails without a word answers its exit code', async () => {
    const { terraform, folder } = prepare(() => ({ code: 137 }));
    expect(await terraform.plan({ ...options(folder), lock: false })).toEqual({
      kind: 'failed',
      diagnostics: [{ severity: 'error', message: 'terraform plan ended with exit code 137.' }],
    });
  });
});

describe('apply', () => {
  test('applies the saved file, with the same environment as the plan (K4)', async () => {
    const { terraform, calls, folder } = prepare();
    await terraform.plan({ ...options(folder), lock: true });
    expect(await terraform.apply(options(folder))).toEqual({ ok: true, diagnostics: [], steps: [] });
    expect(calls.at(-1)?.args).toEqual([
      'apply',
      '-input=false',
      '-json',
      '-lock-timeout=5m',
      `-var-file=${options(folder).varFile}`,
      options(folder).planFile,
    ]);
    expect(calls.at(-1)?.options.env).toEqual(calls[0]?.options.env);
  });

  test('that fails says so', async () => {
    const { terraform } = prepare(() => ({ code: 1 }));
    expect(await terraform.apply({ planFile: 'p', varFile: 'v' })).toEqual({
      ok: false,
      diagnostics: [{ severity: 'error', message: 'terraform apply ended with exit code 1.' }],
      steps: [],
    });
  });
});

test('a cancelled run passes on to Terraform', async () => {
  const { run, calls } = recordingCommand();
  const { signal } = new AbortController();
  await new Terraform('.', run, recordingLog(), signal).apply({ planFile: 'p', varFile: 'v' });
  expect(calls[0]?.options.signal).toBe(signal);
});

describe('a saved plan lives only as long as it is used', () => {
  const planned = async (use: (file: string) => void): Promise<{ file: string; modes: number[] }> => {
    const { terraform, modes } = prepare();
    let file = '';
    await withPlan(terraform, { environment: 'test', lock: false }, async (_, planFile) => {
      file = planFile;
      expect(existsSync(planFile)).toBe(true);
      use(planFile);
      await Promise.resolve();
    }).catch(() => undefined);
    return { file, modes };
  };

  test('in a folder that nobody else can read', async () => {
    const { file, modes } = await planned(() => undefined);
    expect(modes).toEqual([0o700]);
    expect(existsSync(dirname(file))).toBe(false);
  });

  test('also when what uses it fails', async () => {
    const { file } = await planned(() => {
      throw new Error('no');
    });
    expect(file).not.toBe('');
    expect(existsSync(dirname(file))).toBe(false);
  });

  test('also when Terraform cannot be started', async () => {
    let planFile = '';
    const { run } = recordingCommand(({ args }) => {
      planFile = args.find((arg) => arg.startsWith('-out='))?.slice('-out='.length) ?? '';
      return { error: new UserError('Cannot start "terraform".', 'Install it.') };
    });
    const terraform = new Terraform('.', run, recordingLog());
    await expect(withPlan(terraform, { environment: 'test', lock: false }, () => Promise.resolve())).rejects.toThrow(
      UserError,
    );
    expect(planFile).not.toBe('');
    expect(existsSync(dirname(planFile))).toBe(false);
  });
});

test('the outputs are those that are not sensitive, without what looks like a secret', async () => {
  const output = (value: unknown, sensitive = false) => ({ sensitive, type: 'dynamic', value });
  const { terraform, calls } = prepare(() => ({
    stdout: JSON.stringify(
      {
        url: output('https://a'),
        keys: output({ test: 'k' }, true),
        release: output({ pipeline: 'p', token: 'planted' }),
        db_password: output('planted'),
      },
      undefined,
      2,
    ).split('\n'),
  }));
  expect(await terraform.outputs()).toEqual([
    { name: 'url', text: '"https://a"' },
    { name: 'release', text: '{"pipeline":"p","token":"(sensitive)"}' },
    { name: 'db_password', text: '"(sensitive)"' },
  ]);
  expect(calls.at(-1)?.args).toEqual(['output', '-json']);
});
