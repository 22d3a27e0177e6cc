import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, relative, sep } from 'node:path';
import { UserError } from '../actions/lib/errors.ts';
import { runCommand } from '../actions/lib/process.ts';
import { ROOT, toolEnv, TOOLS } from './tools.ts';

/** Working data apart from a state's, so that the connection to it stays. A folder elsewhere, as tests make, keeps its own. */
export function offlineEnv(module: string): NodeJS.ProcessEnv {
  const path = relative(ROOT, module);
  const data = path.startsWith('..')
    ? join(module, '.terraform')
    : join(TOOLS, 'terraform-data', path.replaceAll(sep, '-'));
  return { ...process.env, ...toolEnv(), TF_DATA_DIR: data };
}

/**
 * The providers and modules of a folder, without a state.
 *
 * @throws UserError with what Terraform says.
 */
export async function initOffline(module: string): Promise<void> {
  const said: string[] = [];
  const onLine = (line: string): void => void said.push(line);
  const code = await runCommand('terraform', ['init', '-backend=false', '-input=false', '-no-color'], {
    cwd: module,
    env: offlineEnv(module),
    onStdout: onLine,
    onStderr: onLine,
  });
  if (code === 0) return;
  throw new UserError(`terraform init failed in ${relative(ROOT, module)}.`, said.join('\n').trim());
}

/**
 * The value of an expression in a module, by Terraform itself; nothing is planned, and nobody is asked.
 *
 * @param module folder, initialised.
 * @param expression of values that are known without any resource.
 * @param variables every required variable; values that satisfy the validations.
 * @throws UserError with what Terraform says.
 */
export async function evaluate(
  module: string,
  expression: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  // One line, since the console reads no further. In base64, since "${" in a string that Terraform shows is another thing than
  // in JSON.
  const line = `base64encode(jsonencode(${expression.replaceAll(/\s+/g, ' ')}))\n`;
  const args = Object.entries(variables).map(
    ([name, value]) => `-var=${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const child = spawn('terraform', ['console', '-no-color', ...args], {
    cwd: module,
    env: offlineEnv(module),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  // It may end before it reads; what it says then is the error to show.
  child.stdin.on('error', () => undefined).end(line);
  const [code] = await once(child, 'close');
  const [, base64] = /^"([A-Za-z0-9+/=]*)"\s*$/.exec(said.stdout) ?? [];
  if (code === 0 && base64 !== undefined) return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  // The first error; what follows may be its consequence, or Terraform's own crash over it.
  const [reason = said.stdout] =
    /(?<=^Error: )[^]*?(?=\nError: |\nThis was checked|\n!!!|$(?![^]))/m.exec(said.stderr) ?? [];
  throw new UserError(
    `Terraform cannot evaluate an expression in ${relative(ROOT, module)}.`,
    reason.replaceAll(/\s+/g, ' ').trim(),
  );
}
