import { afterAll, describe, expect, test } from '@jest/globals';
import type { Ancestry } from '../../lib/git.ts';
import type { Pull } from '../../lib/github/pulls.ts';
import { formatRecord, planMarker } from '../../lib/review/marker.ts';
import type { PlanResult } from '../../lib/terraform/cli.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { allowLabel } from '../../lib/terraform/guard.ts';
import type { ResourceChangeJson } from '../../lib/terraform/plan-json.ts';
import { summarisePlan, type PlanSummary } from '../../lib/terraform/plan-summary.ts';
import { FakeComments } from '../../lib/test/fakes/comments.ts';
import { FakeDeployments } from '../../lib/test/fakes/deployments.ts';
import { FakeIssues } from '../../lib/test/fakes/issues.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planOf, resourceOf } from '../../lib/test/fixtures/plans.ts';
import type { Inputs } from '../src/inputs.ts';
import { run, stopMarker, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const author = 'github-actions[bot]';
const sha = (letter: string): string => letter.repeat(40);
const [LAST, MERGED, HEAD] = [sha('a'), sha('b'), sha('e')];
const planned = (...changes: readonly ResourceChangeJson[]): Extract<PlanResult, { kind: 'planned' }> => ({
  kind: 'planned',
  plan: planOf(...changes),
  diagnostics: [],
});
const summaryOf = (...changes: readonly ResourceChangeJson[]): PlanSummary => summarisePlan(planOf(...changes), 'test');
const update = (name: string, to: number): ResourceChangeJson =>
  resourceOf(name, { before: { n: 1 }, after: { n: to } });
const bucket = resourceOf(
  'b',
  { actions: ['delete'], before: { bucket: 'data' } },
  { address: 'aws_s3_bucket.data', type: 'aws_s3_bucket' },
);

interface World {
  readonly plan: PlanResult;
  /** By number, the plan that was reviewed in it. */
  readonly reviewed?: Readonly<Record<number, PlanSummary>>;
  /** By commit, the numbers of the pull requests that brought it. */
  readonly merges?: Readonly<Record<string, readonly number[]>>;
  readonly ancestry?: Ancestry;
  readonly labels?: readonly string[];
  readonly head?: string;
  readonly commentAuthor?: string;
}

/** LAST is applied; MERGED is checked out, and has come by pull request 7. */
function prepare(world: World, overrides: Partial<Deps> = {}, given: Partial<Inputs> = {}) {
  const { reviewed = {}, merges = { [MERGED]: [7] }, labels = [], head = HEAD } = world;
  const folder = terraformFolder(folders.make());
  const terraform = new FakeTerraform(world.plan);
  const log = recordingLog();
  const summaries: string[] = [];
  const deployments = new FakeDeployments();
  deployments.states = { test: { applied: { sha: LAST, at: '' } } };
  const issues = new FakeIssues(author);
  const comments = new Map<number, FakeComments>();
  const commentsOf = (number: number): FakeComments => {
    const found = comments.get(number) ?? new FakeComments();
    comments.set(number, found);
    return found;
  };
  for (const [number, summary] of Object.entries(reviewed)) {
    const record = formatRecord({
      ...{ environment: 'test', state: 'planned', head: HEAD, run: 1, planned: '2026-11-25T12:00:00.000Z' },
      ...{ digest: planDigest(summary), summary },
    });
    commentsOf(Number(number)).add(
      world.commentAuthor ?? author,
      `${planMarker('test')}\n${record}\n### Terraform plan`,
    );
  }
  const pull = (number: number): Pull => ({ number, title: `Pull ${number}`, head, labels });
  let time = 0;
  const inputs: Inputs = {
    environment: 'test',
    folder,
    token: 't',
    commentAuthor: author,
    allowDestroy: false,
    ...given,
  };
  const deps: Deps = {
    terraform,
    parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    deployments,
    issues,
    author,
    pulls: { mergedBy: (commit) => Promise.resolve((merges[commit] ?? []).map((number) => pull(number))) },
    comments: (number) => commentsOf(number).as(author),
    ancestry: () => Promise.resolve(world.ancestry ?? { kind: 'after', commits: [MERGED] }),
    log,
    region: 'eu-west-1',
    actor: 'grace',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => (time += 5_000),
    commits: () => Promise.resolve({ commit: MERGED }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    ...overrides,
  };
  const comment = (number: number): string =>
    comments.get(number)?.comments.find(({ body }) => body.startsWith(stopMarker('test')))?.body ?? '';
  return { inputs, deps, terraform, log, summaries, deployments, issues, comment, pull };
}

describe('what is merged is applied', () => {
  test('when it is what was reviewed: the plan, without a lock, and nothing is written', async () => {
    const { inputs, deps, terraform, summaries, issues, comment, deployments } = prepare({
      plan: planned(update('a', 2)),
      reviewed: { 7: summaryOf(update('a', 2)) },
    });
    const digest = planDigest(summaryOf(update('a', 2)));
    expect(await run(inputs, deps)).toEqual({
      ...{ apply: true, digest, headline: '0 to add, 1 to change, 0 to destroy', allowDestroy: false, pulls: [7] },
    });
    expect(terraform.plans).toMatchObject([{ lock: false }]);
    expect(summaries[0]).toContain('### Terraform plan · `test`');
    expect([issues.issues, comment(7), deployments.calls]).toEqual([[], '', []]);
  });

  test('from the last applied commit on: what a cancelled run has left is made up for, and named (K1)', async () => {
    const { inputs, deps, log } = prepare({
      plan: planned(update('a', 2), update('b', 2)),
      reviewed: { 6: summaryOf(update('a', 2)), 7: summaryOf(update('b', 2)) },
      merges: { [sha('c')]: [6], [MERGED]: [7] },
      ancestry: { kind: 'after', commits: [sha('c'), MERGED] },
    });
    expect(await run(inputs, deps)).toMatchObject({ apply: true, pulls: [6, 7] });
    expect(log.text()).toContain('2 commit(s) to apply, of #6, #7.');
    expect(log.text()).toContain('This is what was reviewed in #6 and #7');
  });

  test('not when nothing changes; the environment is then as far as this commit, and nothing is left to do', async () => {
    const { inputs, deps, deployments, issues } = prepare({ plan: planned() });
    issues.add(author, {
      title: 't',
      body: '<!-- terraform-follow-up environment=test -->\nx',
      labels: [],
      assignees: [],
    });
    expect(await run(inputs, deps)).toMatchObject({ apply: false, headline: 'No changes' });
    expect(deployments.calls).toEqual([
      expect.stringContaining(`start test ${MERGED}`),
      'finish 1 success: Nothing to change',
    ]);
    expect(issues.issues).toMatchObject([{ open: false }]);
  });

  test('when an earlier apply owes a second deployment of the API, also if nothing changes', async () => {
    const { inputs, deps, deployments } = prepare({ plan: planned() });
    const unfinished = {
      sha: sha('c'),
      at: '',
      state: 'failed' as const,
      redeploy: ['aws_api_gateway_deployment.this'],
    };
    deployments.states = { test: { applied: { sha: LAST, at: '' }, unfinished } };
    expect(await run(inputs, deps)).toMatchObject({ apply: true });
    expect(deployments.calls).toEqual([]);
  });

  test('not by a run that is repeated after newer ones: it would take back what they have applied', async () => {
    const { inputs, deps, terraform, summaries } = prepare({
      plan: planned(update('a', 2)),
      ancestry: { kind: 'before' },
    });
    expect(await run(inputs, deps)).toMatchObject({ apply: false });
    expect(terraform.calls).toEqual([]);
    expect(summaries[0]).toContain('Nothing is done: aaaaaaa is applied to "test", and it is newer than bbbbbbb.');
  });

  test('after an apply that failed half-way, what is left of it', async () => {
    const { inputs, deps, deployments, log } = prepare({
      plan: planned(update('b', 2)),
      reviewed: { 7: summaryOf(update('a', 2), update('b', 2)) },
    });
    await expect(run(inputs, deps)).rejects.toThrow('not what was reviewed');
    const unfinished = { sha: MERGED, at: '', state: 'failed' as const, redeploy: [] };
    deployments.states = { test: { applied: { sha: LAST, at: '' }, unfinished } };
    expect(await run(inputs, deps)).toMatchObject({ apply: true });
    expect(log.text()).toContain('what an apply that failed has left undone of #7');
  });
});

describe('what was not reviewed is not applied', () => {
  test('a plan that differs: pull request, summary and issue say attribute by attribute, and how to go on', async () => {
    const { inputs, deps, comment, summaries, issues } = prepare({
      plan: planned(update('a', 3)),
      reviewed: { 7: summaryOf(update('a', 2)) },
    });
    const digest = planDigest(summaryOf(update('a', 3)));
    await expect(run(inputs, deps)).rejects.toMatchObject({
      message: 'What would be applied to "test" is not what was reviewed.',
      hint: `The summary says what differs. To apply it as it is now, run apply.yml with the digest ${digest}.`,
    });
    for (const text of [comment(7), summaries[1], issues.issues[0]?.body]) {
      expect(text).toContain('### Not applied · `test` · not what was reviewed');
      expect(text).toContain('- n: 1 → 2\n+ n: 1 → 3');
      expect(text).toContain(`gh workflow run apply.yml -f environment=test -f digest=${digest}`);
    }
    expect(issues.issues).toMatchObject([
      { assignees: ['grace'], title: 'Not applied to test: it is not what was reviewed' },
    ]);
  });

  test.each<[string, Partial<World>, string]>([
    ['without a pull request', { merges: {} }, 'No pull request has brought what would be applied.'],
    ['whose pull request has no plan', {}, 'no plan of &#34;test&#34; was made for it'],
    [
      'whose branch was pushed to after the plan',
      { reviewed: { 7: summaryOf(update('a', 2)) }, head: sha('f') },
      'its plan is of commit eeeeeee, and fffffff was merged',
    ],
    [
      'whose plan comment somebody else has written',
      { reviewed: { 7: summaryOf(update('a', 2)) }, commentAuthor: 'mallory' },
      'no plan of &#34;test&#34; was made for it',
    ],
  ])('a merge %s', async (_, world, said) => {
    const { inputs, deps, summaries, issues } = prepare({ plan: planned(update('a', 2)), ...world });
    await expect(run(inputs, deps)).rejects.toThrow('not what was reviewed');
    expect(summaries[1]).toContain(said);
    expect(issues.issues).toHaveLength(1);
  });

  test('a destroy of what is protected, unless the label of the reviewed plan is there', async () => {
    const reviewed = { 7: summaryOf(bucket) };
    const { inputs, deps, comment } = prepare({ plan: planned(bucket), reviewed });
    await expect(run(inputs, deps)).rejects.toThrow(
      '1 protected resource(s) of "test" would be destroyed, and nothing allows it.',
    );
    const label = allowLabel(planDigest(summaryOf(bucket)));
    expect(comment(7)).toContain(`\`${label}\` on #7`);
    const labelled = prepare({ plan: planned(bucket), reviewed, labels: [label] });
    expect(await run(labelled.inputs, labelled.deps)).toMatchObject({ apply: true, allowDestroy: true });
  });

  test('a plan that failed says so in the pull request', async () => {
    const failed: PlanResult = { kind: 'failed', diagnostics: [{ severity: 'error', message: 'AccessDenied' }] };
    const { inputs, deps, comment } = prepare({ plan: failed, reviewed: { 7: summaryOf(update('a', 2)) } });
    await expect(run(inputs, deps)).rejects.toThrow('Terraform could not plan "test".');
    expect(comment(7)).toContain('AccessDenied');
  });

  test('a comment or an issue that cannot be written does not hide why', async () => {
    const down = () => Promise.reject(new Error('HttpError: 502'));
    const { inputs, deps, log } = prepare(
      { plan: planned(update('a', 2)) },
      { issues: { list: down, create: down, update: down, comment: down } },
    );
    const comments = () => ({ list: () => Promise.resolve([]), create: down, update: down, delete: down });
    await expect(run(inputs, { ...deps, comments })).rejects.toThrow('not what was reviewed');
    expect(log.lines.filter(({ level }) => level === 'warning')).toHaveLength(2);
  });
});

describe('a digest that somebody approves by hand', () => {
  const digest = planDigest(summaryOf(update('a', 2)));

  test('is enough, for that plan and no other', async () => {
    const right = prepare({ plan: planned(update('a', 2)), merges: {} }, {}, { approved: digest });
    expect(await run(right.inputs, right.deps)).toMatchObject({ apply: true, digest });
    const wrong = prepare({ plan: planned(update('a', 3)), merges: {} }, {}, { approved: digest });
    await expect(run(wrong.inputs, wrong.deps)).rejects.toThrow('not what was reviewed');
    expect(wrong.summaries[1]).toContain(digest);
  });

  test('is not for what is protected, unless that is said', async () => {
    const approved = planDigest(summaryOf(bucket));
    const silent = prepare({ plan: planned(bucket), merges: {} }, {}, { approved });
    await expect(run(silent.inputs, silent.deps)).rejects.toThrow('nothing allows it');
    expect(silent.summaries[1]).toContain('-f allow-destroy=true');
    const said = prepare({ plan: planned(bucket), merges: {} }, {}, { approved, allowDestroy: true });
    expect(await run(said.inputs, said.deps)).toMatchObject({ apply: true, allowDestroy: true });
  });
});

describe('in a merge queue', () => {
  test('what is queued counts as if it were merged, and nothing is recorded', async () => {
    const { inputs, deps, pull, deployments } = prepare({
      plan: planned(update('a', 2)),
      reviewed: { 8: summaryOf(update('a', 2)) },
      merges: {},
    });
    expect(await run(inputs, { ...deps, queued: [pull(8)] })).toMatchObject({ apply: true, pulls: [8] });
    expect(deployments.calls).toEqual([]);
  });

  test('a stale plan is stopped before the merge, with a comment and without an issue', async () => {
    const { inputs, deps, pull, comment, issues } = prepare({
      plan: planned(update('a', 3)),
      reviewed: { 8: summaryOf(update('a', 2)) },
      merges: {},
    });
    await expect(run(inputs, { ...deps, queued: [pull(8)] })).rejects.toMatchObject({
      hint: 'Push to the pull request or plan it again, review it, and queue it again.',
    });
    expect(comment(8)).toContain('### Not merged · `test` · not what was reviewed');
    expect(issues.issues).toEqual([]);
  });
});
