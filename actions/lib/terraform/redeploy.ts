import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { attributeChanges } from './attributes.ts';
import { varFileOf, type Terraform } from './cli.ts';
import type { PlanJson, ResourceChangeJson } from './plan-json.ts';
import { withPlan } from './workspace.ts';

const DEPLOYMENT = 'aws_api_gateway_deployment';

/** What a deployment, a snapshot of a REST API, holds. */
const IN_A_DEPLOYMENT = new Set(
  [
    'gateway_response',
    'integration',
    'integration_response',
    'method',
    'method_response',
    'model',
    'request_validator',
    'resource',
  ].map((kind) => `aws_api_gateway_${kind}`),
);

/**
 * The deployments that have to be made once more after a plan was applied. A deployment must be made before the old one is destroyed,
 * since stages point to it; and Terraform then also destroys whatever the old one depended on last of all. So a deployment that is made in
 * the plan that removes a route still holds that route, and no order within one plan is different.
 */
export function deploymentsToRepeat({ resource_changes: changes = [] }: PlanJson): readonly string[] {
  const removes = changes.some(({ type, change }) => IN_A_DEPLOYMENT.has(type) && change.actions.includes('delete'));
  if (!removes) return [];
  return changes
    .filter(
      ({ type, change, deposed }) => type === DEPLOYMENT && deposed === undefined && change.actions.includes('create'),
    )
    .map(({ address }) => address);
}

/** Of the deployments that an earlier apply was to make once more, those that are still there and that this plan does not make anyway. */
export function stillOwed({ resource_changes: changes = [] }: PlanJson, owed: readonly string[]): readonly string[] {
  const made = (actions: readonly string[]): boolean => actions.includes('create') || actions.includes('delete');
  const kept = changes.filter(({ type, change }) => type === DEPLOYMENT && !made(change.actions));
  return owed.filter((address) => kept.some((resource) => resource.address === address));
}

/**
 * What there is to do besides after a plan was applied only in part; nothing, or a sentence to put behind another. What has been removed
 * by then is in no later plan, so running the apply again would find nothing to do while the stages go on serving it.
 */
export function deployAfterwards(environment: string, plan: PlanJson): string {
  const addresses = deploymentsToRepeat(plan);
  if (addresses.length === 0) return '';
  return ` Parts of the API were to be removed, and only this takes them from the stages for certain: ${deployCommand(environment, addresses)}`;
}

/**
 * Makes those deployments once more, after `applied` was.
 *
 * @param options.extraArgs what the first plan was made with
 * @returns whether there were any.
 * @throws UserError if it cannot be done, or if the plan for it holds more: that would be applied without having been seen.
 */
export async function redeploy(
  terraform: Pick<Terraform, 'plan' | 'apply'>,
  options: {
    readonly environment: string;
    readonly applied: PlanJson;
    readonly extraArgs?: readonly string[];
    /** What an earlier apply could not do, by `stillOwed`. */
    readonly owed?: readonly string[];
    readonly log: Log;
  },
): Promise<boolean> {
  const { environment, applied, extraArgs = [], owed = [], log } = options;
  const addresses = [...new Set([...owed, ...deploymentsToRepeat(applied)])];
  if (addresses.length === 0) return false;
  log.info('Parts of the API were removed: it is deployed a second time, now that they are gone.');
  const stopped = (what: string): UserError =>
    new UserError(
      `The plan was applied, but the stages go on serving what was removed: ${what}.`,
      `Mend the cause, then deploy with: ${deployCommand(environment, addresses)}`,
    );
  return withPlan(
    terraform,
    { environment, lock: true, extraArgs: [...withoutReplace(extraArgs), ...addresses.map(replaceArg)] },
    async (result, planFile) => {
      if (result.kind === 'failed') throw stopped('the second deployment could not be planned');
      const changes = result.plan.resource_changes ?? [];
      const others = changes.filter((change) => !isIdle(change) && !isRedeployment(change, addresses));
      if (others.length > 0)
        throw stopped(
          `the plan for the second deployment also changes ${others.map(({ address }) => address).join(', ')}`,
        );
      const missing = addresses.filter((address) => !changes.some((change) => isReplaced(change, [address])));
      if (missing.length > 0)
        throw stopped(`the plan for the second deployment does not replace ${missing.join(', ')}`);
      const { ok } = await terraform.apply({ planFile, varFile: varFileOf(environment) });
      if (!ok) throw stopped('the second deployment failed');
      return true;
    },
  );
}

function replaceArg(address: string): string {
  return `-replace=${address}`;
}

/** Single quotes: an address can hold double ones, as in `module.api["eu"]`. */
function deployCommand(environment: string, addresses: readonly string[]): string {
  return `make terraform/apply ENV=${environment} ARGS='${addresses.map(replaceArg).join(' ')}'`;
}

/** What was to be replaced has been, by the first plan. */
function withoutReplace(args: readonly string[]): readonly string[] {
  const isFlag = (arg: string | undefined): boolean => arg !== undefined && /^--?replace$/.test(arg);
  return args.filter((arg, index) => !isFlag(arg) && !/^--?replace=/.test(arg) && !isFlag(args[index - 1]));
}

function isIdle({ mode, change: { actions } }: ResourceChangeJson): boolean {
  return mode === 'data' || actions.every((action) => action === 'no-op');
}

/** A deployment that is replaced, or a stage that is pointed to it and otherwise left as it is. */
function isRedeployment(resource: ResourceChangeJson, addresses: readonly string[]): boolean {
  const { type, change } = resource;
  if (type !== 'aws_api_gateway_stage') return isReplaced(resource, addresses);
  return (
    change.actions.every((action) => action === 'update') &&
    attributeChanges(change).every(({ path }) => path === 'deployment_id')
  );
}

function isReplaced(
  { address, deposed, change: { actions } }: ResourceChangeJson,
  addresses: readonly string[],
): boolean {
  return (
    deposed === undefined && addresses.includes(address) && actions.includes('create') && actions.includes('delete')
  );
}
