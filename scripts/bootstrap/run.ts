import { UserError } from '../../actions/lib/errors.ts';
import type { Terraform } from '../../actions/lib/terraform/cli.ts';
import type { PlanJson } from '../../actions/lib/terraform/plan-json.ts';
import type { Log } from '../../actions/lib/log.ts';
import type { StateStore, StateVersion } from './state.ts';

/** The key of bootstrap's own state, beside those of the environments. */
export const BOOTSTRAP_STATE_KEY = 'bootstrap/terraform.tfstate';

export interface BootstrapInputs {
  readonly region: string;
  /** Relative to `terraform/bootstrap`. */
  readonly varFile: string;
  /** In a folder that only lives while this runs. */
  readonly planFile: string;
}

export interface BootstrapDeps {
  readonly terraform: Pick<Terraform, 'init' | 'plan' | 'apply'>;
  readonly state: StateStore;
  /** The name in SSM; nothing before the first run. */
  readonly findStateBucket: () => Promise<string | undefined>;
  /** Shows the plan. Answers whether it holds something to do. */
  readonly show: (plan: PlanJson) => boolean;
  readonly confirm: () => Promise<boolean>;
  readonly log: Log;
}

export type Outcome = 'nothing to do' | 'applied';

/**
 * Makes what there must be before the first apply, and keeps its state in the bucket that it has made. Every step can be the last one of
 * a run: the next finds out where the state is and goes on from there.
 *
 * @throws UserError if the plan or the apply fails, nobody agrees, or two states claim the same account.
 */
export async function bootstrap(inputs: BootstrapInputs, deps: BootstrapDeps): Promise<Outcome> {
  const { state } = deps;
  try {
    const home = await findHome(inputs, deps);
    if (home === 'file') await state.useLocal();
    const outcome = await planAndApply(inputs, deps);
    if (home === 'file') await move(inputs, deps);
    return outcome;
  } finally {
    await state.leaveLocal();
  }
}

/** Where the state is. If it is in the bucket, Terraform is connected with that afterwards. */
async function findHome(inputs: BootstrapInputs, deps: BootstrapDeps): Promise<'file' | 'bucket'> {
  const { state, log } = deps;
  const local = await state.local();
  const bucket = await deps.findStateBucket();
  if (bucket === undefined) {
    log.info(
      local === undefined
        ? 'This account has no state bucket yet: it is made now.'
        : 'Going on with what an earlier run has begun.',
    );
    return 'file';
  }
  await connect(bucket, inputs, deps);
  const remote = await state.pull();
  if (local === undefined) {
    if (remote !== undefined) return 'bucket';
    throw new UserError(
      `SSM says that the state bucket is "${bucket}", but bootstrap's state (${BOOTSTRAP_STATE_KEY}) is not in it.`,
      'Run it where it was begun, which has the state as a file; or, if the bucket was made by other means, see "Adopting what is there" in docs/bootstrap.md.',
    );
  }
  if (remote === undefined) {
    log.info('Going on with what an earlier run has begun: its state is not in the bucket yet.');
    return 'file';
  }
  if (!holds(remote, local)) {
    throw new UserError(
      `The state in "${bucket}" does not follow on the file that is in terraform/bootstrap (…-${inputs.region}.tfstate).`,
      'The bucket is what counts; if the file is of an attempt that was given up, remove it.',
    );
  }
  // It was moved, and stopped before it could remove the file.
  await state.forgetLocal();
  return 'bucket';
}

async function connect(bucket: string, { region }: BootstrapInputs, { terraform, state }: BootstrapDeps) {
  await state.leaveLocal();
  await terraform.init({ bucket, key: BOOTSTRAP_STATE_KEY, region });
}

async function planAndApply(inputs: BootstrapInputs, deps: BootstrapDeps): Promise<Outcome> {
  const { planFile, varFile } = inputs;
  const result = await deps.terraform.plan({ planFile, varFile, lock: true });
  if (result.kind === 'failed') {
    const [first] = result.diagnostics.filter(({ severity }) => severity === 'error');
    throw new UserError(`Terraform cannot plan with ${varFile}.`, first?.message ?? 'It does not say why.');
  }
  if (!deps.show(result.plan)) return 'nothing to do';
  if (!(await deps.confirm())) throw new UserError('Nothing was changed.', 'Answer "yes" to go on.');
  const { ok } = await deps.terraform.apply({ planFile, varFile });
  if (!ok) throw new UserError('Not all of it was made.', 'Mend the cause and run it again: it goes on.');
  return 'applied';
}

async function move(inputs: BootstrapInputs, deps: BootstrapDeps): Promise<void> {
  const { state, log } = deps;
  const bucket = await deps.findStateBucket();
  const local = await state.local();
  if (bucket === undefined || local === undefined) throw new Error('Applied, but without a bucket or a state.');
  await state.upload(bucket, BOOTSTRAP_STATE_KEY);
  await connect(bucket, inputs, deps);
  if (!holds(await state.pull(), local)) {
    throw new UserError(
      `The state in "${bucket}" is not what was written to it.`,
      'The file in terraform/bootstrap is kept: run it again.',
    );
  }
  await state.forgetLocal();
  log.info(`The state is in ${bucket} now, under ${BOOTSTRAP_STATE_KEY}.`);
}

/** Whether what is in the bucket is that state, or a later version of it. */
function holds(remote: StateVersion | undefined, local: StateVersion): boolean {
  return remote?.lineage === local.lineage && remote.serial >= local.serial;
}
