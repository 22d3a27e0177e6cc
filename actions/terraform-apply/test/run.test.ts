import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { PlanResult } from '../../lib/terraform/cli.ts';
import type { ActionJson, ResourceChangeJson } from '../../lib/terraform/plan-json.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planFixture } from '../../lib/test/fixtures/plans.ts';
import type { Inputs } from '../src/inputs.ts';
import { run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const planned = (name: Parameters<typeof planFixture>[0]): PlanResult => ({
  kind: 'planned',
  plan: planFixture(name),
  diagnostics: [],
});
const failed: PlanResult = { kind: 'failed', diagnostics: [{ severity: 'error', message: 'State is locked' }] };

function prepare(result: PlanResult, overrides: Partial<Deps> = {}) {
  const folder = terraformFolder(folders.make());
  const terraform = new FakeTerraform(result);
  const log = recordingLog();
  const summaries: string[] = [];
  let time = 0;
  const inputs: Inputs = { environment: 'test', folder };
  const deps: Deps = {
    terraform,
    parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    log,
    region: 'eu-west-1',
    actor: 'octocat',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => (time += 5_000),
    commits: () => Promise.resolve({ commit: '0123456789' }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    ...overrides,
  };
  return { inputs, deps, terraform, log, summaries };
}

describe('an apply', () => {
  test('plans with a lock, and applies that very file', async () => {
    const { inputs, deps, terraform, summaries } = prepare(planned('every-action'));
    const outputs = await run(inputs, deps);
    expect(outputs.changed).toBe(true);
    expect(outputs.headline).toContain('1 to add, 2 to change');
    expect(terraform.plans).toMatchObject([{ lock: true, varFile: join('environments', 'test.tfvars') }]);
    expect(terraform.calls).toEqual(['init', 'plan', `apply ${terraform.plans[0]?.planFile}`]);
    expect(summaries).toHaveLength(2);
    expect(summaries[0]).toContain('### Terraform plan · `test` · ');
    expect(summaries[1]).toBe('**Applied** in 10 s.');
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('of no changes applies nothing', async () => {
    const { inputs, deps, terraform, log } = prepare(planned('no-changes'));
    expect(await run(inputs, deps)).toEqual({ changed: false, headline: 'No changes' });
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(log.text()).toContain('Nothing to apply.');
  });

  test('shows no secret anywhere', async () => {
    const { inputs, deps, log, summaries } = prepare(planned('secrets'));
    const outputs = await run(inputs, deps);
    expect(JSON.stringify([outputs, log.lines, summaries])).not.toContain('planted-');
  });
});

describe('an apply that removes a part of an API', () => {
  const change = (type: string, actions: ActionJson[]): ResourceChangeJson => ({
    address: `${type}.this`,
    mode: 'managed',
    type,
    name: 'this',
    change: { actions, before: null, after: null },
  });
  const deployment = change('aws_api_gateway_deployment', ['create', 'delete']);
  const plan = (resource_changes: ResourceChangeJson[]): PlanResult => ({
    kind: 'planned',
    plan: { ...planFixture('no-changes'), resource_changes },
    diagnostics: [],
  });
  const command = "make terraform/apply ENV=test ARGS='-replace=aws_api_gateway_deployment.this'";
  const prepareRemoval = (second: PlanResult) => {
    const prepared = prepare(plan([change('aws_api_gateway_method', ['delete']), deployment]));
    prepared.terraform.laterResult = second;
    return prepared;
  };

  test('deploys it a second time, and says so', async () => {
    const { inputs, deps, terraform, summaries, log } = prepareRemoval(plan([deployment]));
    await run(inputs, deps);
    expect(terraform.plans[1]).toMatchObject({
      lock: true,
      varFile: join('environments', 'test.tfvars'),
      extraArgs: ['-replace=aws_api_gateway_deployment.this'],
    });
    const [first, second] = terraform.plans.map(({ planFile }) => `apply ${planFile}`);
    expect(terraform.calls).toEqual(['init', 'plan', first, 'plan', second]);
    expect(summaries.at(-1)).toContain('deployed a second time');
    expect(log.text()).toContain('deployed a second time');
    expect(terraform.leftBehind()).toEqual([]);
  });

  test.each<[string, PlanResult]>([
    ['there is no second plan', failed],
    ['the second plan holds something else', plan([deployment, change('aws_ssm_parameter', ['update'])])],
  ])('fails if %s, and says in the summary too how to go on', async (_, second) => {
    const { inputs, deps, terraform, summaries } = prepareRemoval(second);
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      hint: expect.stringContaining(command),
    });
    expect(terraform.calls.filter((call) => call.startsWith('apply'))).toHaveLength(1);
    expect(summaries).toHaveLength(2);
    expect(summaries[1]).toContain('**Applied, but the API was not deployed a second time** (10 s).');
    expect(summaries[1]).toContain(command);
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('says how to go on when it failed half-way: repeating it would not help', async () => {
    const { inputs, deps, terraform, summaries } = prepareRemoval(plan([deployment]));
    terraform.applied = { ok: false, diagnostics: [{ severity: 'error', message: 'AccessDenied' }] };
    await expect(run(inputs, deps)).rejects.toMatchObject({ hint: expect.stringContaining(command) });
    expect(terraform.plans).toHaveLength(1);
    expect(summaries[1]).toContain('only this takes them from the stages for certain');
  });
});

describe('an apply that failed', () => {
  test('at the plan changed nothing, and says so', async () => {
    const { inputs, deps, terraform, summaries } = prepare(failed);
    const error = await run(inputs, deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Terraform could not plan "test".',
      hint: 'Nothing was changed. The errors are above.',
    });
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(summaries).toHaveLength(1);
    expect(summaries[0]).toContain('State is locked');
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('half-way says what happened and how to go on; repeating it works', async () => {
    const { inputs, deps, terraform, summaries } = prepare(planned('every-action'));
    terraform.applied = {
      ok: false,
      diagnostics: [
        { severity: 'warning', message: 'Deprecated' },
        { severity: 'error', message: 'AccessDenied\nwith aws_thing.a' },
      ],
    };
    const error = await run(inputs, deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Terraform could not apply all of the plan to "test".',
      hint: 'The log says what was done. Mend the cause and run this again: it goes on from there.',
    });
    expect(summaries[1]).toContain('**Not all of it was applied**');
    expect(summaries[1]).toContain('AccessDenied\nwith aws_thing.a');
    expect(summaries[1]).not.toContain('Deprecated');
    expect(terraform.leftBehind()).toEqual([]);

    terraform.applied = { ok: true, diagnostics: [] };
    expect(await run(inputs, deps)).toMatchObject({ changed: true });
  });
});

describe('what is not there is one clear sentence, before anything is planned', () => {
  test.each([
    ['environments', { environment: 'production' as const }, {}, 'production.tfvars'],
    ['region', {}, { region: '' }, 'AWS_REGION is not set.'],
    ['bucket', {}, { parameters: fakeParameters({}) }, '/terraform/statefiles/bucket'],
  ])('%s', async (_, wrongInputs, wrongDeps, message) => {
    const { inputs, deps, terraform } = prepare(planned('every-action'), wrongDeps);
    await expect(run({ ...inputs, ...wrongInputs }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
    expect(terraform.calls).toEqual([]);
  });
});
