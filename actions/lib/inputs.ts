import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from './errors.ts';

export const ENVIRONMENTS = ['test', 'acceptance', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Reads one input of an action by its name: `@actions/core`'s getInput, or a test's table. */
export type ReadInput = (name: string) => string;

export function requiredInput(read: ReadInput, name: string): string {
  const value = read(name);
  if (value === '') throw new UserError(`The input "${name}" is missing.`, `Give it under "with:" in the workflow.`);
  return value;
}

/** @throws UserError for a value that is not of the list. */
export function choice<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UserError(`"${value}" is not a value of "${name}".`, `Use one of: ${allowed.join(', ')}.`);
}

export function booleanInput(read: ReadInput, name: string): boolean {
  return choice(name, read(name), ['true', 'false']) === 'true';
}

/** How many of the newest versions of a function are never deleted. */
export function keepInput(read: ReadInput): number {
  const keep = requiredInput(read, 'keep');
  if (!/^[1-9]\d{0,3}$/.test(keep)) {
    throw new UserError(`"${keep}" is no number of versions to keep.`, 'Give a number from 1 to 9999.');
  }
  return Number(keep);
}

/** Which environment, and where its Terraform is: what every action that runs Terraform is told. */
export interface TerraformInputs {
  readonly environment: Environment;
  /** Absolute, inside the workspace. */
  readonly folder: string;
}

export function terraformInputs(read: ReadInput, workspace: string): TerraformInputs {
  return {
    environment: choice('environment', requiredInput(read, 'environment'), ENVIRONMENTS),
    folder: folderInput(read, 'working-directory', workspace),
  };
}

/**
 * The absolute path of a folder inside the workspace.
 *
 * @throws UserError if it is not there or leads out of the workspace, also by a link.
 */
export function folderInput(read: ReadInput, name: string, workspace: string): string {
  const value = requiredInput(read, name);
  const outside = (path: string): boolean => {
    const step = relative(realpathSync(workspace), path);
    return step === '..' || step.startsWith(`..${sep}`) || isAbsolute(step);
  };
  let path: string;
  try {
    path = realpathSync(resolve(workspace, value));
  } catch (error) {
    throw new UserError(
      `The folder "${value}" (input "${name}") does not exist.`,
      'Check out the repository first, or correct the input.',
      { cause: error },
    );
  }
  if (outside(path))
    throw new UserError(`The folder "${value}" (input "${name}") is outside of the workspace.`, 'Name one inside.');
  if (!statSync(path).isDirectory())
    throw new UserError(`"${value}" (input "${name}") is not a folder.`, 'Name the folder that holds it.');
  return path;
}
