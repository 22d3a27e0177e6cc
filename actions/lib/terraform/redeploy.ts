import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
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

/**
 * Makes those deployments once more, after `applied` was.
 *
 * @returns whether there were any.
 * @throws UserError if it cannot be done, or if the plan for it holds more: that would be applied without having been seen.
 */
export async function redeploy(
  terraform: Pick<Terraform, 'plan' | 'apply'>,
  options: {
    readonly environment: string;
    readonly applied: PlanJson;
    readonly extraArgs?: readonly string[];
    readonly log: Log;
  },
): Promise<boolean> {
  const { environment, applied, extraArgs = [], log } = options;
  const addresses = deploymentsToRepeat(applied);
  if (addresses.length === 0) return false;
  log.info('Parts of the API were removed: it is deployed a second time, now that they are gone.');
  const replace = addresses.map((address) => `-replace=${address}`);
  const stopped = (what: string): UserError =>
    new UserError(
      `The plan was applied, but the stages go on serving what was removed: ${what}.`,
      `Mend the cause, then deploy with: make terraform/apply ENV=${environment} ARGS="${replace.join(' ')}"`,
    );
  return withPlan(
    terraform,
    { environment, lock: true, extraArgs: [...extraArgs, ...replace] },
    async (result, planFile) => {
      if (result.kind === 'failed') throw stopped('the second deployment could not be planned');
      const others = (result.plan.resource_changes ?? []).filter((change) => !isExpected(change, addresses));
      if (others.length > 0)
        throw stopped(
          `the plan for the second deployment also changes ${others.map(({ address }) => address).join(', ')}`,
        );
      const { ok } = await terraform.apply({ planFile, varFile: varFileOf(environment) });
      if (!ok) throw stopped('the second deployment failed');
      return true;
    },
  );
}

function isExpected(
  { address, type, mode, change: { actions } }: ResourceChangeJson,
  addresses: readonly string[],
): boolean {
  if (mode === 'data' || actions.every((action) => action === 'no-op')) return true;
  if (type === 'aws_api_gateway_stage') return actions.every((action) => action === 'update');
  return addresses.includes(address);
}
