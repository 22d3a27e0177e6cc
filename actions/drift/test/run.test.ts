import { afterAll, describe, expect, test } from '@jest/globals';
import { FakeDeployments } from '../../lib/test/fakes/deployments.ts';
import { FakeFunctions } from '../../lib/test/fakes/functions.ts';
import { FakeIssues } from '../../lib/test/fakes/issues.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planFixture, planOf, resourceOf } from '../../lib/test/fixtures/plans.ts';
import type { PlanJson } from '../../lib/terraform/plan-json.ts';
import type { PlanResult } from '../../lib/terraform/cli.ts';
import { formatPins } from '../../lib/pins.ts';
import type { Inputs } from '../src/inputs.ts';
import { driftMarker, run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const author = 'github-actions[bot]';
const commit = '0123456789abcdef0123456789abcdef01234567';
const applied = { sha: commit, at: '2026-11-24T08:00:00Z' };
const pins = formatPins({ one: { version: '2', sha256: 'code-2' } });

const planned = (plan: PlanJson): PlanResult => ({ kind: 'planned', plan, diagnostics: [] });
const clean = planned(planFixture('no-changes'));
const drifted = (size: number): PlanResult =>
  planned(planOf(resourceOf('a', { before: { size }, after: { size: 1 }, after_unknown: {} })));
const failed: PlanResult = { kind: 'failed', diagnostics: [{ severity: 'error', message: 'No valid credential' }] };

function prepare(result: PlanResult, overrides: Partial<Deps> = {}) {
  const terraform = new FakeTerraform(result);
  const issues = new FakeIssues(author);
  const deployments = new FakeDeployments();
  deployments.states = { test: { applied } };
  const functions = new FakeFunctions();
  functions.add('f', 'code-2', ['code-1', 'code-2'], { prod: '2', test: '$LATEST' });
  const log = recordingLog();
  const summaries: string[] = [];
  let time = 0;
  const inputs: Inputs = {
    environment: 'test',
    folder: terraformFolder(folders.make()),
    token: 'token',
    commentAuthor: author,
  };
  const deps: Deps = {
    terraform,
    functions,
    issues,
    deployments,
    parameters: fakeParameters({
      '/terraform/statefiles/bucket': 'state',
      '/terraform/test/deploy-targets': JSON.stringify({ lambdas: { one: { function_name: 'f' } } }),
    }),
    pins: () => Promise.resolve(pins),
    findService: () => Promise.resolve(undefined),
    serviceDeps: () => Promise.reject(new Error('There is no service.')),
    workflowUrl: (file) => `https://github.com/owner/repo/actions/workflows/${file}`,
    log,
    region: 'eu-west-1',
    actor: 'octocat',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => (time += 5_000),
    commits: () => Promise.resolve({ commit }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    ...overrides,
  };
  const edits: number[] = [];
  const update = issues.update.bind(issues);
  issues.update = (number, change) => {
    edits.push(number);
    return update(number, change);
  };
  return { inputs, deps, terraform, issues, edits, deployments, functions, log, summaries };
}

/** What GitHub answers to a token that may not. */
const refusal = (status: number): Error => Object.assign(new Error('Resource not accessible'), { status });

describe('no drift', () => {
  test('opens nothing and says so', async () => {
    const { inputs, deps, issues, log, summaries } = prepare(clean);
    const outputs = await run(inputs, deps);
    expect(outputs).toEqual({ drift: false, headline: 'No drift', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(issues.issues).toEqual([]);
    expect(log.text()).toContain('"test" is what git says.');
    expect(summaries).toEqual([expect.stringContaining('### Drift · `test` · No drift')]);
  });

  test('is looked for without a lock, and no plan is left behind', async () => {
    const { inputs, deps, terraform } = prepare(drifted(2));
    await run(inputs, deps);
    expect(terraform.plans).toMatchObject([{ lock: false }]);
    expect(terraform.leftBehind()).toEqual([]);
  });
});

describe('drift', () => {
  test('opens an issue with the plan, which ends with how to go on (K12)', async () => {
    const { inputs, deps, issues, summaries } = prepare(drifted(2));
    const outputs = await run(inputs, deps);
    expect(outputs).toMatchObject({ drift: true, headline: '1 to change', issue: 1 });
    const [issue] = issues.issues;
    expect(issue).toMatchObject({ title: 'Drift in test: 1 to change', open: true, labels: ['drift'] });
    const body = issue?.body ?? '';
    expect(body.startsWith(`${driftMarker('test')}\n<!-- terraform-drift-found `)).toBe(true);
    expect(body).toContain('compared with commit `0123456`');
    expect(body).toContain('### Terraform plan · `test` · 0 to add, 1 to change, 0 to destroy');
    const [, end = ''] = body.split('#### How to go on');
    expect(end).toContain(
      `\`\`\`sh\ngh workflow run apply.yml -f environment=test -f digest=${outputs.digest}\n\`\`\``,
    );
    expect(end).toContain('(https://github.com/owner/repo/actions/workflows/apply.yml)');
    expect(end).not.toContain('allow-destroy');
    expect(end).not.toContain('promote');
    expect(summaries[0]).toContain('### Drift · `test` · 1 to change');
  });

  test('that is the same is left alone, whatever the run and however long it took', async () => {
    const { inputs, deps, issues, edits } = prepare(drifted(2));
    await run(inputs, deps);
    const again = { ...deps, runUrl: 'https://github.com/owner/repo/actions/runs/2', actor: 'somebody' };
    expect(await run(inputs, again)).toMatchObject({ drift: true, issue: 1 });
    expect(edits).toEqual([]);
    expect(issues.comments).toEqual([]);
  });

  test('that is another one edits the issue', async () => {
    const { inputs, deps, issues, edits } = prepare(drifted(2));
    const { digest } = await run(inputs, deps);
    const other = await run(inputs, { ...deps, terraform: new FakeTerraform(drifted(3)) });
    expect(other).toMatchObject({ drift: true, issue: 1 });
    expect(other.digest).not.toBe(digest);
    expect(edits).toEqual([1]);
    expect(issues.issues).toHaveLength(1);
    expect(issues.issues[0]?.body).toContain(`digest=${other.digest}`);
  });

  test('that is gone closes the issue, with a comment', async () => {
    const { inputs, deps, issues } = prepare(drifted(2));
    await run(inputs, deps);
    const ended = await run(inputs, { ...deps, terraform: new FakeTerraform(clean) });
    expect(ended).toMatchObject({ drift: false, issue: 1 });
    expect(issues.issues.map(({ open }) => open)).toEqual([false]);
    expect(issues.comments).toEqual([
      '1: `test` is what git says again, at commit `0123456` ([run](https://github.com/owner/repo/actions/runs/1)).',
    ]);
  });

  test('that comes again opens a new issue', async () => {
    const { inputs, deps, issues } = prepare(drifted(2));
    await run(inputs, deps);
    await run(inputs, { ...deps, terraform: new FakeTerraform(clean) });
    expect(await run(inputs, deps)).toMatchObject({ issue: 2 });
    expect(issues.issues.map(({ open }) => open)).toEqual([false, true]);
  });

  test('has an issue of its own in each environment, and takes none by somebody else for it', async () => {
    const { inputs, deps, issues, deployments } = prepare(drifted(2));
    issues.add('mallory', { title: 'Drift', body: `${driftMarker('test')}\n`, labels: [], assignees: [] });
    issues.add(author, { title: 'Drift', body: `${driftMarker('production')}\n`, labels: [], assignees: [] });
    expect(deployments.states['test']).toBeDefined();
    expect(await run(inputs, deps)).toMatchObject({ issue: 3 });
  });

  test('shows no secret in the issue, the summary or the log (K3)', async () => {
    const { inputs, deps, issues, log, summaries } = prepare(planned(planFixture('secrets')));
    await run(inputs, deps);
    for (const text of [issues.issues[0]?.body, summaries[0], log.text()]) {
      expect(text).toContain('(sensitive');
      expect(text).not.toContain('planted');
    }
  });

  test('that destroys what is protected says so in the command', async () => {
    const plan = planOf(resourceOf('a', { actions: ['delete'], before: {} }, { type: 'aws_s3_bucket' }));
    const { inputs, deps, issues } = prepare(planned(plan));
    await run(inputs, deps);
    expect(issues.issues[0]?.title).toBe('Drift in test: 1 to destroy');
    expect(issues.issues[0]?.body).toMatch(/digest=[0-9a-f]{64} -f allow-destroy=true\n/);
  });

  test('of 2,000 resources fits into an issue, and its end is still there', async () => {
    const resources = Array.from({ length: 2_000 }, (_, index) =>
      resourceOf(`r${index}`, { before: { text: 'a'.repeat(100) }, after: { text: 'b'.repeat(100) } }),
    );
    const { inputs, deps, issues } = prepare(planned(planOf(...resources)), {
      pins: () => Promise.resolve(manyPins()),
    });
    await run(inputs, deps);
    const body = issues.issues[0]?.body ?? '';
    expect(body.length).toBeGreaterThan(40_000);
    expect(Array.from(body).length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('gh workflow run apply.yml -f environment=test');
    expect(body).toContain('gh workflow run promote.yml -f environment=test -f function=one -f version=1');
    expect(body).toContain('and 201 more');
  });
});

/** One that differs, and many that no lambda has, under long names. */
function manyPins(): string {
  const others = Array.from({ length: 300 }, (_, index) => [
    `nobody-${index}-${'x'.repeat(300)}`,
    { version: '1', sha256: 'x' },
  ]);
  return formatPins({ one: { version: '1', sha256: 'code-1' }, ...Object.fromEntries(others) });
}

describe('an alias that is not as pinned', () => {
  test('is drift, and says what promote has to be asked for', async () => {
    const { inputs, deps, functions, issues } = prepare(clean);
    functions.set('f', 'prod', '1');
    expect(await run(inputs, deps)).toMatchObject({ drift: true, headline: '1 alias not as pinned', issue: 1 });
    const { title, body } = issues.issues[0] ?? { title: '', body: '' };
    expect(title).toBe('Drift in test: 1 alias not as pinned');
    expect(body).toContain('| `one` | 2 | 1 | another version; the pinned code is version 2 |');
    expect(body).toContain('```sh\ngh workflow run promote.yml -f environment=test -f function=one -f version=2\n```');
    expect(body).not.toContain('apply.yml');
    expect(body).not.toContain('### Terraform plan');
    // And it is closed once it is promoted.
    functions.set('f', 'prod', '2');
    expect(await run(inputs, deps)).toMatchObject({ drift: false, issue: 1 });
    expect(issues.issues[0]?.open).toBe(false);
  });

  test('is said beside what Terraform finds', async () => {
    const { inputs, deps, functions, issues } = prepare(drifted(2));
    functions.set('f', 'prod', '1');
    expect(await run(inputs, deps)).toMatchObject({ headline: '1 to change, 1 alias not as pinned' });
    expect(issues.issues[0]?.body).toContain('apply.yml');
    expect(issues.issues[0]?.body).toContain('promote.yml');
  });

  test('because the pinned version, or the alias, is gone has its own way on', async () => {
    const { inputs, deps, issues } = prepare(clean);
    const text = formatPins({ one: { version: '9', sha256: 'code-9' }, two: { version: '1', sha256: 'code-1' } });
    await run(inputs, { ...deps, pins: () => Promise.resolve(text) });
    const body = issues.issues[0]?.body ?? '';
    expect(issues.issues[0]?.title).toBe('Drift in test: 2 aliases not as pinned');
    expect(body).toContain('| `one` | 9 | 2 | no version has the pinned code any more |');
    expect(body).toContain('| `two` | 1 | nothing | there is no such alias |');
    expect(body).toContain('promote](https://github.com/owner/repo/actions/workflows/promote.yml) one that is there');
    expect(body).not.toContain('gh workflow run');
  });

  test('because a shift is going on is said, and is no drift (K14)', async () => {
    const { inputs, deps, functions, issues, log, summaries } = prepare(clean);
    functions.set('f', 'prod', '2', { 1: 0.1 });
    expect(await run(inputs, deps)).toMatchObject({ drift: false });
    expect(issues.issues).toEqual([]);
    expect(summaries[0]).toContain('a shift is going on: no drift by itself, version 1 gets 10 %');
    expect(log.text()).toContain('one: version 2 is pinned, 2 runs: shifting.');
  });

  test('has an id that is a table cell, and no second command, whatever people write into the file', async () => {
    const id = 'a|b; rm -rf / #\n`x` @everyone';
    const { inputs, deps, issues } = prepare(clean, {
      pins: () => Promise.resolve(formatPins({ [id]: { version: '1', sha256: 'code-1' } })),
      parameters: fakeParameters({
        '/terraform/statefiles/bucket': 'state',
        '/terraform/test/deploy-targets': JSON.stringify({ lambdas: { [id]: { function_name: 'f' } } }),
      }),
    });
    expect(await run(inputs, deps)).toMatchObject({ drift: true });
    const body = issues.issues[0]?.body ?? '';
    expect(body).not.toContain('gh workflow run');
    expect(body).toContain('a\\|b; rm -rf / # `x` @everyone');
  });

  test.each([undefined, '{}'])('cannot be where nothing is pinned (%j): no parameter is asked for', async (text) => {
    const { inputs, deps } = prepare(clean, {
      pins: () => Promise.resolve(text),
      parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    });
    expect(await run(inputs, deps)).toMatchObject({ drift: false });
  });
});

describe('what nobody knows', () => {
  test('a plan that fails is not "no drift": the step is red, and the issue stays open', async () => {
    const { inputs, deps, issues, edits, summaries } = prepare(drifted(2));
    await run(inputs, deps);
    await expect(run(inputs, { ...deps, terraform: new FakeTerraform(failed) })).rejects.toMatchObject({
      name: 'UserError',
      message: 'Terraform could not plan "test", so whether it has drifted is not known.',
    });
    expect(issues.issues.map(({ open }) => open)).toEqual([true]);
    expect(edits).toEqual([]);
    expect(summaries[1]).toContain('No valid credential');
  });

  test('aliases that cannot be read neither hide what Terraform finds nor close the issue', async () => {
    const { inputs, deps, issues } = prepare(drifted(2));
    const broken = { ...deps, pins: () => Promise.resolve('{') };
    await expect(run(inputs, broken)).rejects.toMatchObject({
      message: 'The aliases of "test" could not be compared with its pins.',
      hint: expect.stringContaining('terraform/promotions/test.json is not a pin file'),
    });
    expect(issues.issues[0]?.body).toContain('The pins could not be compared');
    await expect(run(inputs, { ...broken, terraform: new FakeTerraform(clean) })).rejects.toThrow(
      'could not be compared',
    );
    expect(issues.issues.map(({ open }) => open)).toEqual([true]);
    // Mended, the issue says what is known now.
    await run(inputs, deps);
    expect(issues.issues[0]?.body).not.toContain('The pins could not be compared');
  });
});

describe('nothing is compared', () => {
  const running = { sha: 'fedcba9876', at: '2026-11-25T05:00:00Z', redeploy: [] };
  test.each([
    ['before the first apply', {}, 'Nothing was applied to "test" yet'],
    [
      'while an apply is going on',
      { applied, unfinished: { ...running, state: 'running' as const, runUrl: 'https://github.com/run/9' } },
      'An apply of fedcba9 to "test" (https://github.com/run/9) has begun at 2026-11-25T05:00:00Z and not ended.',
    ],
    [
      'after one that failed',
      { applied, unfinished: { ...running, state: 'failed' as const } },
      'The apply of fedcba9 to "test" failed.',
    ],
    ['with another commit than the applied one', { applied: { ...applied, sha: 'abcdefabcdef' } }, 'Commit abcdefa'],
  ])('%s, and no issue is touched', async (_, state, sentence) => {
    const { inputs, deps, issues, edits, deployments, terraform, log, summaries } = prepare(drifted(2));
    await run(inputs, deps);
    deployments.states = { test: state };
    const outputs = await run(inputs, { ...deps, terraform: new FakeTerraform(clean) });
    expect(outputs).toEqual({ headline: expect.stringContaining(sentence) });
    expect(log.text()).toContain(sentence);
    expect(summaries.at(-1)).toContain(sentence);
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(issues.issues.map(({ open }) => open)).toEqual([true]);
    expect(edits).toEqual([]);
  });

  test('if an apply has begun while it was planned', async () => {
    const { inputs, deps, issues, deployments, terraform } = prepare(drifted(2));
    const plan = terraform.plan.bind(terraform);
    terraform.plan = (options) => {
      deployments.states = { test: { applied, unfinished: { ...running, state: 'running' } } };
      return plan(options);
    };
    expect(await run(inputs, deps)).toEqual({ headline: expect.stringContaining('not ended') });
    expect(issues.issues).toEqual([]);
  });
});

describe('an issue that cannot be written', () => {
  test.each([403, 410])('because the token may not (%i) leaves the summary, and the run green', async (status) => {
    const { inputs, deps, issues, log, summaries } = prepare(drifted(2));
    issues.create = () => Promise.reject(refusal(status));
    const outputs = await run(inputs, deps);
    expect(outputs).toMatchObject({ drift: true });
    expect(outputs.issue).toBeUndefined();
    expect(log.text()).toContain('The issue could not be written (Resource not accessible).');
    expect(summaries[0]).toContain('1 to change');
  });

  test('because GitHub is down is an error, since nobody would hear of it; the summary is there', async () => {
    const { inputs, deps, issues, summaries } = prepare(drifted(2));
    issues.list = () => Promise.reject(refusal(502));
    await expect(run(inputs, deps)).rejects.toMatchObject({ status: 502 });
    expect(summaries[0]).toContain('1 to change');
  });

  test('because there is no token leaves the summary', async () => {
    const { inputs, deps, log, summaries } = prepare(drifted(2));
    const { issues: _, deployments: __, ...without } = deps;
    expect(await run(inputs, without)).toMatchObject({ drift: true, headline: '1 to change' });
    expect(log.text()).toContain('No issue is written, because there is no token.');
    expect(summaries[0]).toContain('1 to change');
  });
});
