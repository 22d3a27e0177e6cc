/**
 * `make lint/terraform`: checkov (is it safe?) and tflint (is it tidy?) over a folder, terraform/ if none is given. Installs both
 * the first time.
 */
import { join, resolve } from 'node:path';
import { UserError } from '../actions/lib/errors.ts';
import { runCommand } from '../actions/lib/process.ts';
import { command } from './command.ts';
import { setUpTerraformLinters } from './setup/lint.ts';
import { ROOT, toolEnv } from './tools.ts';

await command(async () => {
  const folder = resolve(process.argv[2] ?? join(ROOT, 'terraform'));
  const { checkov, tflint } = await setUpTerraformLinters();
  const isTidy = await lintWithTflint(tflint, folder);
  const isSafe = await lintWithCheckov(checkov, folder);
  return isTidy && isSafe ? 0 : 1;
});

/** Every folder is a module to it, so that each is looked at by itself. */
async function lintWithTflint(tflint: string, folder: string): Promise<boolean> {
  process.stdout.write('tflint\n');
  const config = `--config=${join(ROOT, '.tflint.hcl')}`;
  const code = await show(tflint, ['--recursive', `--chdir=${folder}`, config, '--format=compact', '--no-color']);
  // 2 means that it has found something. Source: https://github.com/terraform-linters/tflint#exit-statuses
  if (code !== 0 && code !== 2) throw new UserError('tflint could not look at everything.', 'The reason is above.');
  return code === 0;
}

async function lintWithCheckov(checkov: string, folder: string): Promise<boolean> {
  process.stdout.write('checkov\n');
  const lines: string[] = [];
  const code = await show(checkov, ['--config-file', join(ROOT, '.checkov.yaml'), '-d', folder], lines);
  const text = lines.join('\n');
  const looked = [...text.matchAll(/(?:Passed|Failed|Skipped) checks: (\d+)/g)].some(([, count]) => Number(count) > 0);
  // It ends with 0 as well when it could not read a file, or found nothing to look at.
  if (!looked || /Parsing errors: (?!0)/.test(text)) {
    throw new UserError(
      'checkov could not look at everything.',
      'Run "terraform validate": a file may not be Terraform.',
    );
  }
  return code === 0;
}

/** Runs a program, and shows and keeps what it says. */
async function show(program: string, args: readonly string[], lines: string[] = []): Promise<number> {
  const onLine = (line: string): void => {
    lines.push(line);
    process.stdout.write(`${line}\n`);
  };
  const env = { ...process.env, ...toolEnv() };
  return runCommand(program, args, { cwd: ROOT, env, onStdout: onLine, onStderr: onLine });
}
