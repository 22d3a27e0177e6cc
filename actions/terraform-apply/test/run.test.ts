import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { PlanResult } from '../../lib/terraform/cli.ts';
import type { ActionJson, ResourceChangeJson } from '../../lib/terraform/plan-json.ts';
import { parseRecord, planMarker } from '../../lib/review/marker.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { summarisePlan } from '../../lib/terraform/plan-summary.ts';
import { FakeComments } from '../../lib/test/fakes/comments.ts';
import { FakeDeployments } from '../../lib/test/fakes/deployments.ts';
import { FakeIssues } from '../../lib/test/fakes/issues.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planFixture, planOf, resourceOf } from '../../lib/test/fixtures/plans.ts';
import type { Inputs } from '../src/inputs.ts';
import { applyMarker, run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const author = 'github-actions[bot]';
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
  const digest = result.kind === 'planned' ? planDigest(summarisePlan(result.plan, 'test')) : '0'.repeat(64);
  const inputs: Inputs = {
    ...{ environment: 'test', folder, token: 'token', commentAuthor: author },
    ...{ digest, allowDestroy: false, pulls: [7] },
  };
  const [carried, other] = [new FakeComments(), new FakeComments()];
  const deployments = new FakeDeployments();
  const issues = new FakeIssues(author);
  const deps: Deps = {
    terraform,
    parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    deployments,
    issues,
    author,
    pulls: { open: () => Promise.resolve([7, 8].map((number) => ({ number, title: '', head: '', labels: [] }))) },
    comments: (number) => (number === 7 ? carried : other).as(author),
    log,
    region: 'eu-west-1',
    actor: 'octocat',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => (time += 5_000),
    commits: () => Promise.resolve({ commit: '0123456789' }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    ...overrides,
  };
  return { inputs, deps, terraform, log, summaries, carried, other, deployments, issues };
}

describe('an apply', () => {
  test('plans with a lock, and applies that very file', async () => {
    const { inputs, deps, terraform, summaries, carried, deployments } = prepare(planned('every-action'));
    const outputs = await run(inputs, deps);
    expect(outputs.changed).toBe(true);
    expect(outputs.headline).toContain('1 to add, 2 to change');
    expect(terraform.plans).toMatchObject([{ lock: true, varFile: join('environments', 'test.tfvars') }]);
    expect(terraform.calls).toEqual(['init', 'plan', `apply ${terraform.plans[0]?.planFile}`, 'outputs']);
    expect(summaries).toHaveLength(2);
    expect(summaries[0]).toContain('### Terraform plan · `test` · ');
    for (const text of [summaries[1], carried.comments[0]?.body]) {
      expect(text).toContain('### Applied · `test` · 10 change(s) in 10 s');
      expect(text).toContain('api_endpoint = "https://api.example.com"');
    }
    expect(carried.comments[0]?.body.startsWith(applyMarker('test'))).toBe(true);
    expect(deployments.calls).toEqual([
      `start test 0123456789 ${inputs.digest.slice(0, 6)}`,
      `finish 1 success: ${outputs.headline}`,
    ]);
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('marks the plans of other open pull requests as outdated, with a box to plan again', async () => {
    const { inputs, deps, carried, other } = prepare(planned('every-action'));
    const record =
      '<!-- terraform-plan-record {"environment":"test","state":"planned","head":"aa","run":1,"planned":"2026-11-25T12:00:00.000Z"} -->';
    const body = `${planMarker('test')}\n${record}\n### Terraform plan · \`test\` · 1 to add\n\nOld`;
    for (const pull of [carried, other]) pull.add(author, body);
    other.add('mallory', body);
    await run(inputs, deps);
    expect(carried.comments[0]?.body).toBe(body);
    expect(other.comments[1]?.body).toBe(body);
    const marked = other.comments[0]?.body ?? '';
    expect(parseRecord(marked)).toMatchObject({ state: 'outdated', head: 'aa' });
    expect(marked).toContain('Commit `0123456` of #7 was applied to `test`');
    expect(marked).toContain('- [ ] Plan again');
    await run(inputs, deps);
    expect(other.comments[0]?.body).toBe(marked);
  });

  test('is only of what was reviewed: another digest, and nothing is applied', async () => {
    const { inputs, deps, terraform, deployments } = prepare(planned('every-action'));
    const reviewed = '1'.repeat(64);
    await expect(run({ ...inputs, digest: reviewed }, deps)).rejects.toMatchObject({
      message: expect.stringContaining(`and not ${reviewed} as reviewed`),
      hint: expect.stringContaining('Nothing was applied.'),
    });
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(deployments.calls).toEqual([]);
  });

  test('destroys what is protected only if that was allowed', async () => {
    const bucket = { address: 'aws_s3_bucket.data', type: 'aws_s3_bucket' };
    const plan = planOf(resourceOf('data', { actions: ['delete'], before: { bucket: 'data' } }, bucket));
    const { inputs, deps, terraform } = prepare({ kind: 'planned', plan, diagnostics: [] });
    await expect(run(inputs, deps)).rejects.toThrow('aws_s3_bucket.data is protected and would be destroyed.');
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(await run({ ...inputs, allowDestroy: true }, deps)).toMatchObject({ changed: true });
  });

  test('does not become a failed one because GitHub cannot be told', async () => {
    const { inputs, deps, log } = prepare(planned('every-action'));
    const down = () => Promise.reject(new Error('HttpError: 502'));
    const comments = () => ({ list: down, create: down, update: down, delete: down });
    const pulls = { open: down };
    const issues = { list: down, create: down, update: down, comment: down };
    const deployments = { state: () => Promise.resolve({}), start: () => Promise.resolve(1), finish: down };
    expect(await run(inputs, { ...deps, comments, pulls, issues, deployments })).toMatchObject({ changed: true });
    expect(log.lines.filter(({ level }) => level === 'warning')).toHaveLength(4);
  });

  test('of no changes applies nothing', async () => {
    const { inputs, deps, terraform } = prepare(planned('no-changes'));
    expect(await run(inputs, deps)).toEqual({ changed: false, headline: 'No changes' });
    expect(terraform.calls).toEqual(['init', 'plan', 'outputs']);
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
    expect(terraform.calls).toEqual(['init', 'plan', first, 'plan', second, 'outputs']);
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
    expect(summaries[1]).toContain('### Apply failed · `test`');
    expect(summaries[1]).toContain(command);
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('owes it to a later one when it failed half-way, which makes it up', async () => {
    const { inputs, deps, terraform, deployments } = prepare(plan([]));
    const idle = change('aws_api_gateway_deployment', ['no-op']);
    terraform.result = plan([idle]);
    terraform.laterResult = plan([deployment]);
    const unfinished = { sha: 'c', at: '', state: 'failed' as const, redeploy: [deployment.address] };
    deployments.states = { test: { unfinished } };
    await run(inputs, deps);
    expect(terraform.plans[1]).toMatchObject({ extraArgs: ['-replace=aws_api_gateway_deployment.this'] });
    expect(terraform.calls.filter((call) => call.startsWith('apply'))).toHaveLength(1);
  });

  test('says how to go on when it failed half-way: repeating it would not help', async () => {
    const { inputs, deps, terraform } = prepareRemoval(plan([deployment]));
    terraform.applied = { ok: false, steps: [], diagnostics: [{ severity: 'error', message: 'AccessDenied' }] };
    await expect(run(inputs, deps)).rejects.toMatchObject({ hint: expect.stringContaining(command) });
    expect(terraform.plans).toHaveLength(1);
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
    const { inputs, deps, terraform, summaries, carried, issues, deployments } = prepare(planned('every-action'));
    terraform.applied = {
      ok: false,
      steps: [{ address: 'terraform_data.created', action: 'create', state: 'done' }],
      diagnostics: [
        { severity: 'warning', message: 'Deprecated' },
        { severity: 'error', message: 'AccessDenied\nwith aws_thing.a' },
      ],
    };
    const error = await run(inputs, deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Terraform could not apply all of the plan to "test".',
      hint: 'The summary says what was done. Mend the cause and run this again: it goes on from there.',
    });
    for (const text of [summaries[1], carried.comments[0]?.body, issues.issues[0]?.body]) {
      expect(text).toContain('### Apply failed · `test` · 1 done, 0 failed, 9 not begun');
      expect(text).toContain('AccessDenied\nwith aws_thing.a');
      expect(text).not.toContain('Deprecated');
    }
    expect(issues.issues).toMatchObject([{ title: 'Apply to test failed', assignees: ['octocat'], open: true }]);
    expect(deployments.calls[1]).toMatch(/^finish 1 failure: /);
    expect(terraform.leftBehind()).toEqual([]);

    terraform.applied = { ok: true, steps: [], diagnostics: [] };
    expect(await run(inputs, deps)).toMatchObject({ changed: true });
    expect(issues.issues).toMatchObject([{ open: false }]);
    expect(issues.comments).toEqual(['1: Commit 0123456 is applied to `test`.']);
    expect(carried.comments).toHaveLength(1);
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
