import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_BUCKET_PARAMETER, type ParameterReader } from '../aws/parameters.ts';
import { UserError } from '../errors.ts';
import { stateKey, varFileOf, type PlanResult, type Terraform } from './cli.ts';

/** The Terraform commands as far as planning an environment needs them; tests give a fake. */
export type Planner = Pick<Terraform, 'init' | 'plan'>;

export interface InitDeps {
  readonly terraform: Pick<Terraform, 'init'>;
  readonly parameters: ParameterReader;
}

/** Connects the folder with the environment's state: the bucket's name comes from SSM, the key from the environment. */
export async function initEnvironment(
  { folder, environment, region }: { readonly folder: string; readonly environment: string; readonly region: string },
  { terraform, parameters }: InitDeps,
): Promise<void> {
  if (region === '') throw new UserError('AWS_REGION is not set.', 'Set it, for example AWS_REGION=eu-west-1.');
  const varFile = varFileOf(environment);
  if (!existsSync(join(folder, varFile))) {
    throw new UserError(`There is no ${varFile} in the Terraform folder.`, 'Add it, or choose another environment.');
  }
  const bucket = await parameters.get(STATE_BUCKET_PARAMETER);
  await terraform.init({ bucket, key: stateKey(environment), region });
}

/** Plans into a file that only lives while `use` runs: a saved plan can hold secrets. */
export async function withPlan<T>(
  terraform: Pick<Terraform, 'plan'>,
  {
    environment,
    lock,
    extraArgs,
  }: { readonly environment: string; readonly lock: boolean; readonly extraArgs?: readonly string[] },
  use: (result: PlanResult, planFile: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'plan-'));
  try {
    const planFile = join(folder, `${environment}.tfplan`);
    const result = await terraform.plan({
      planFile,
      varFile: varFileOf(environment),
      lock,
      ...(extraArgs === undefined ? {} : { extraArgs }),
    });
    return await use(result, planFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
