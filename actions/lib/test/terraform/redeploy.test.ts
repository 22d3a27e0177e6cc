import { describe, expect, test } from '@jest/globals';
import type { PlanResult } from '../../terraform/cli.ts';
import type { ActionJson, ChangeJson, PlanJson } from '../../terraform/plan-json.ts';
import { deployAfterwards, deploymentsToRepeat, redeploy } from '../../terraform/redeploy.ts';
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
  test.each([
    'gateway_response',
    'integration',
    'integration_response',
    'method',
    'method_response',
    'model',
    'request_validator',
    'resource',
  ])('when a %s is removed or replaced with it', (kind) => {
    for (const actions of [['delete'], ['create', 'delete']] satisfies ActionJson[][]) {
      const plan = planOf({ [`aws_api_gateway_${kind}.old`]: actions, [DEPLOYMENT]: ['create', 'delete'] });
      expect(deploymentsToRepeat(plan)).toEqual([DEPLOYMENT]);
    }
  });

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
  const prepare = (second: PlanResult, extraArgs: readonly string[] = ['-parallelism=5']) => {
    const terraform = new FakeTerraform(second);
    const log = recordingLog();
    const run = (applied: PlanJson): Promise<boolean> =>
      redeploy(terraform, { environment: 'test', applied, extraArgs, log });
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

  test('replaces nothing else a second time', async () => {
    const { terraform, run } = prepare(planned(again), [
      '-replace=aws_api_gateway_method.a',
      '-replace',
      'aws_api_gateway_method.b',
      '-var',
      'size=2',
    ]);
    await run(removed);
    expect(terraform.plans[0]?.extraArgs).toEqual(['-var', 'size=2', `-replace=${DEPLOYMENT}`]);
  });

  test('does nothing after an ordinary change', async () => {
    const { terraform, run } = prepare(planned(again));
    expect(await run(again)).toBe(false);
    expect(terraform.calls).toEqual([]);
  });

  test.each<[string, Record<string, readonly ActionJson[]>]>([
    ['another change', { 'aws_ssm_parameter.map': ['update'] }],
    ['a stage that would be replaced', { 'aws_api_gateway_stage.other': ['delete', 'create'] }],
    ['a deployment that nobody asked for', { 'aws_api_gateway_deployment.other': ['create', 'delete'] }],
  ])('applies no plan that also holds %s', async (_, more) => {
    const { resource_changes: others = [] } = planOf(more);
    const { terraform, run } = prepare(
      planned({ ...again, resource_changes: [...(again.resource_changes ?? []), ...others] }),
    );
    await expect(run(removed)).rejects.toMatchObject({
      message: expect.stringContaining(`also changes ${others[0]?.address}`),
      hint: expect.stringContaining(`make terraform/apply ENV=test ARGS='-replace=${DEPLOYMENT}'`),
    });
    expect(terraform.calls).toEqual(['plan']);
  });

  describe('of a stage', () => {
    const before = { deployment_id: 'old', variables: { alias: 'test' } };
    const secondPlan = (after: ChangeJson['after']): PlanJson => ({
      ...again,
      resource_changes: (again.resource_changes ?? []).map((resource) =>
        resource.address === STAGE
          ? { ...resource, change: { actions: ['update'], before, after, after_unknown: { deployment_id: true } } }
          : resource,
      ),
    });

    test('the deployment may change', async () => {
      const { run } = prepare(planned(secondPlan({ variables: { alias: 'test' } })));
      expect(await run(removed)).toBe(true);
    });

    test('nothing else may', async () => {
      const { terraform, run } = prepare(planned(secondPlan({ variables: { alias: 'prod' } })));
      await expect(run(removed)).rejects.toThrow(`also changes ${STAGE}`);
      expect(terraform.calls).toEqual(['plan']);
    });
  });

  test.each<[string, Record<string, readonly ActionJson[]>, string]>([
    ['leaves the deployment as it is', { [DEPLOYMENT]: ['no-op'] }, `does not replace ${DEPLOYMENT}`],
    ['does not know it', {}, `does not replace ${DEPLOYMENT}`],
    ['only deletes it', { [DEPLOYMENT]: ['delete'] }, `also changes ${DEPLOYMENT}`],
  ])('applies no plan that %s', async (_, changes, message) => {
    const { terraform, run } = prepare(planned(planOf(changes)));
    await expect(run(removed)).rejects.toThrow(message);
    expect(terraform.calls).toEqual(['plan']);
  });

  test('says how to go on when it cannot be planned or applied', async () => {
    const unplanned = prepare({ kind: 'failed', diagnostics: [] });
    await expect(unplanned.run(removed)).rejects.toThrow('could not be planned');
    const unapplied = prepare(planned(again));
    unapplied.terraform.applied = { ok: false, steps: [], diagnostics: [] };
    await expect(unapplied.run(removed)).rejects.toThrow(
      'The plan was applied, but the stages go on serving what was removed',
    );
  });
});

describe('after a plan that was applied only in part', () => {
  test('the command that deploys is named, if parts of the API were to be removed', () => {
    expect(deployAfterwards('test', removed)).toContain(
      `: make terraform/apply ENV=test ARGS='-replace=${DEPLOYMENT}'`,
    );
  });

  test('it is fit for a shell with an address that holds quotation marks', () => {
    const address = 'module.api["eu"].aws_api_gateway_deployment.this';
    const plan = planOf({ 'aws_api_gateway_method.old': ['delete'], [address]: ['create', 'delete'] });
    expect(deployAfterwards('test', plan)).toContain(`ARGS='-replace=${address}'`);
  });

  test('there is nothing to say of another one', () => {
    expect(deployAfterwards('test', again)).toBe('');
  });
});
