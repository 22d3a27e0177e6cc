import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../actions/lib/errors.ts';

export const ROOT = join(import.meta.dirname, '..');
/** What setup installs; git-ignored. `TOOLS_DIR` lets tests have a folder of their own. */
export const TOOLS = process.env['TOOLS_DIR'] ?? join(ROOT, '.tools');
export const VENV = join(TOOLS, 'venv');
export const TERRAFORM_CONFIG = join(TOOLS, 'terraform.rc');

const NODE_BIN = join(ROOT, 'node_modules/.bin');

export interface Tools {
  /** Folder with the pinned Node 24. */
  readonly nodeBinDir: string;
  readonly python: string;
  readonly act: string;
  readonly terraform: string;
}

/** PATH as every command of the project has it: the pinned Node first, then what setup installed, then the machine's. */
export function toolPath(): string {
  return [NODE_BIN, join(TOOLS, 'bin'), join(VENV, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
}

/** The environment for Terraform and whatever starts it. */
export function toolEnv(): { PATH: string; TF_CLI_CONFIG_FILE: string; GOGC: string } {
  // A user's own configuration wins, if the file that the variable names is really there. Empty means Terraform's default.
  const candidates = [process.env['TF_CLI_CONFIG_FILE'] ?? '', TERRAFORM_CONFIG];
  return {
    PATH: toolPath(),
    TF_CLI_CONFIG_FILE: candidates.find((file) => file !== '' && existsSync(file)) ?? '',
    // A plan mostly builds and reads the schemas of the provider. With a heap that may grow to five times what lives in it, and not to
    // twice, Go collects so much less that a fifth of the processor's time is saved.
    GOGC: process.env['GOGC'] ?? '400',
  };
}

export function findOnPath(program: string, path: string = toolPath()): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** @throws UserError naming every tool that is missing. */
export function findTools(): Tools {
  const found = {
    python: findOnPath('python3', join(VENV, 'bin')),
    act: findOnPath('act'),
    terraform: findOnPath('terraform'),
    node: findOnPath('node', NODE_BIN),
  };
  const missing = Object.entries(found).flatMap(([name, path]) => (path === undefined ? [name] : []));
  const { python, act, terraform } = found;
  if (python === undefined || act === undefined || terraform === undefined || missing.length > 0) {
    throw new UserError(`Not installed yet: ${missing.join(', ')}.`, 'Run "make setup".');
  }
  return { nodeBinDir: NODE_BIN, python, act, terraform };
}
