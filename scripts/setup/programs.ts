import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../../actions/lib/errors.ts';
import { findOnPath, toolPath, TOOLS } from '../tools.ts';

/** Where programs go that the machine does not have. */
export const BIN = join(TOOLS, 'bin');

/** @throws UserError with these two sentences if the program ends with anything but 0; what it says is shown. */
export function run(command: string, args: readonly string[], problem: string, hint: string): void {
  const env = { ...process.env, PATH: toolPath() };
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (status !== 0) throw new UserError(problem, hint, { cause: error });
}

export function output(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: toolPath(), TF_CLI_CONFIG_FILE: '' },
  });
}

/**
 * Builds a program with the machine's Go.
 *
 * @param module with its version, for example `github.com/nektos/act@v0.2.89`.
 * @throws UserError with the given sentences if there is no Go, or if it cannot build it.
 */
export function buildWithGo(module: string, problem: string, hint: string): void {
  if (findOnPath('go') === undefined) throw new UserError(problem, hint);
  const env = { ...process.env, PATH: toolPath(), GOBIN: BIN };
  const { status, error } = spawnSync('go', ['install', module], { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) throw new UserError(`Go could not build ${module}.`, hint, { cause: error });
}
