import { describe, expect, test } from '@jest/globals';
import type { PlanResult } from '../../terraform/cli.ts';
import type { ActionJson, PlanJson } from '../../terraform/plan-json.ts';
import { deploymentsToRepeat, redeploy } from '../../terraform/redeploy.ts';
import { recordingLog } from '../fakes/log.ts';
import { FakeTerraform } from '../fakes/terraform.ts';

const DEPLOYMENT = 'module.api.aws_api_gateway_deployment.this';
const STAGE = 'module.api.aws_api_gateway_stage.this';

/** Changes by address; the type is in it. */
function planOf(changes: Readonly<Record<string, readonly ActionJson[]>>): PlanJson {
  return {
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: Object.entries(changes).map(([address, actions]) => ({
      address,
      mode: 'managed',
      type: /(?:^|\.)(aws_\w+)\./.exec(address)?.[1] ?? '',
      name: 'this',
      change: { actions, before: null, after: null },
    })),
  };
}

const removed = planOf({
  'aws_api_gateway_method.old': ['delete'],
  [DEPLOYMENT]: ['create', 'delete'],
  [STAGE]: ['update'],
});
const again = planOf({ [DEPLOYMENT]: ['create', 'delete'], [STAGE]: ['update'], 'aws_ssm_parameter.map': ['no-op'] });

describe('a deployment is to be made once more', () => {
  test.each(['method', 'integration', 'resource', 'model', 'request_validator', 'gateway_response', 'method_response'])(
    'when a %s is removed or replaced with it',
    (kind) => {
      for (const actions of [['delete'], ['create', 'delete']] satisfies ActionJson[][]) {
        const plan = planOf({ [`aws_api_gateway_${kind}.old`]: actions, [DEPLOYMENT]: ['create', 'delete'] });
        expect(deploymentsToRepeat(plan)).toEqual([DEPLOYMENT]);
      }
    },
  );

  test.each<[string, Record<string, readonly ActionJson[]>]>([
    ['nothing is removed', { 'aws_api_gateway_method.new': ['create'], [DEPLOYMENT]: ['create', 'delete'] }],
    ['what is removed is in no deployment', { 'aws_lambda_alias.old': ['delete'], [DEPLOYMENT]: ['create', 'delete'] }],
    ['everything is destroyed', { 'aws_api_gateway_method.old': ['delete'], [DEPLOYMENT]: ['delete'] }],
    ['there is none in the plan', { 'aws_api_gateway_method.old': ['delete'] }],
  ])('but not when %s', (_, changes) => {
    expect(deploymentsToRepeat(planOf(changes))).toEqual([]);
  });
});

describe('deploying again', () => {
  const prepare = (second: PlanResult) => {
    const terraform = new FakeTerraform(second);
    const log = recordingLog();
    const run = (applied: PlanJson): Promise<boolean> =>
      redeploy(terraform, { environment: 'test', applied, extraArgs: ['-parallelism=5'], log });
    return { terraform, log, run };
  };
  const planned = (plan: PlanJson): PlanResult => ({ kind: 'planned', plan, diagnostics: [] });

  test('replaces the deployment by a plan of its own, and says so', async () => {
    const { terraform, log, run } = prepare(planned(again));
    expect(await run(removed)).toBe(true);
    expect(terraform.plans).toMatchObject([{ lock: true, extraArgs: ['-parallelism=5', `-replace=${DEPLOYMENT}`] }]);
    expect(terraform.calls).toEqual(['plan', `apply ${terraform.plans[0]?.planFile}`]);
    expect(terraform.leftBehind()).toEqual([]);
    expect(log.text()).toContain('deployed a second time');
  });

  test('does nothing after an ordinary change', async () => {
    const { terraform, run } = prepare(planned(again));
    expect(await run(again)).toBe(false);
    expect(terraform.calls).toEqual([]);
  });

  test.each<[string, Record<string, readonly ActionJson[]>]>([
    ['another change', { 'aws_ssm_parameter.map': ['update'] }],
    ['a stage that would be replaced', { 'aws_api_gateway_stage.other': ['delete', 'create'] }],
  ])('applies no plan that also holds %s', async (_, more) => {
    const { resource_changes: others = [] } = planOf(more);
    const { terraform, run } = prepare(
      planned({ ...again, resource_changes: [...(again.resource_changes ?? []), ...others] }),
    );
    await expect(run(removed)).rejects.toMatchObject({
      message: expect.stringContaining(`also changes ${others[0]?.address}`),
      hint: expect.stringContaining(`make terraform/apply ENV=test ARGS="-replace=${DEPLOYMENT}"`),
    });
    expect(terraform.calls).toEqual(['plan']);
  });

  test('says how to go on when it cannot be planned or applied', async () => {
    const unplanned = prepare({ kind: 'failed', diagnostics: [] });
    await expect(unplanned.run(removed)).rejects.toThrow('could not be planned');
    const unapplied = prepare(planned(again));
    unapplied.terraform.applied = { ok: false, diagnostics: [] };
    await expect(unapplied.run(removed)).rejects.toThrow(
      'The plan was applied, but the stages go on serving what was removed',
    );
  });
});
