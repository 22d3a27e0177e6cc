import { afterAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { CommentApi } from '../../lib/github/comments.ts';
import type { PlanResult } from '../../lib/terraform/cli.ts';
import { FakeComments } from '../../lib/test/fakes/comments.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planFixture, planOf, resourceOf } from '../../lib/test/fixtures/plans.ts';
import type { Inputs } from '../src/inputs.ts';
import { parseRecord, planMarker, withoutRecord } from '../../lib/review/marker.ts';
import { allowLabel } from '../../lib/terraform/guard.ts';
import { FakeDeployments } from '../../lib/test/fakes/deployments.ts';
import { run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const author = 'github-actions[bot]';
const planned = (name: Parameters<typeof planFixture>[0]): PlanResult => ({
  kind: 'planned',
  plan: planFixture(name),
  diagnostics: [{ severity: 'warning', message: 'Deprecated' }],
});
const failed: PlanResult = {
  kind: 'failed',
  diagnostics: [
    { severity: 'warning', message: 'Deprecated' },
    { severity: 'error', message: 'Missing required argument' },
  ],
};

function prepare(result: PlanResult, overrides: Partial<Deps> = {}) {
  const folder = terraformFolder(folders.make());
  const terraform = new FakeTerraform(result);
  const pull = new FakeComments();
  const log = recordingLog();
  const summaries: string[] = [];
  const files: string[] = [];
  let time = 0;
  const inputs: Inputs = { environment: 'test', folder, token: 'token', commentAuthor: author };
  const deps: Deps = {
    terraform,
    parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    comments: pull.as(author),
    log,
    region: 'eu-west-1',
    labels: () => Promise.resolve([]),
    deployments: new FakeDeployments(),
    runId: 1,
    actor: 'octocat',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => (time += 5_000),
    commits: () => Promise.resolve({ commit: '0123456789', base: 'fedcba9876' }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    writePlanFile: (markdown) => {
      const file = join(folder, 'plan.md');
      writeFileSync(file, markdown);
      files.push(markdown);
      return Promise.resolve(file);
    },
    ...overrides,
  };
  return { inputs, deps, terraform, pull, log, summaries, files, folder };
}

const broken = (status: string): CommentApi => {
  const fail = (): Promise<never> => Promise.reject(new Error(status));
  return { list: fail, create: fail, update: fail, delete: fail };
};

describe('a plan', () => {
  test('is in the comment, the summary, the log and a file', async () => {
    const { inputs, deps, pull, log, summaries, files, folder } = prepare(planned('every-action'));
    const outputs = await run(inputs, deps);
    const headline = '1 to import, 1 to add, 2 to change, 1 to replace, 1 to move, 1 to forget, 3 to destroy';
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(outputs).toEqual({ hasChanges: true, headline, digest, planFile: join(folder, 'plan.md'), commentId: 1 });
    const title = `### Terraform plan · \`test\` · ${headline}`;
    expect(pull.comments).toHaveLength(1);
    const body = pull.comments[0]?.body ?? '';
    expect(body.startsWith(`${planMarker('test')}\n`)).toBe(true);
    expect(withoutRecord(body).startsWith(title)).toBe(true);
    expect(pull.comments[0]?.body).toContain('Commit `0123456` merged with `fedcba9` · by octocat · 5 s');
    for (const texts of [summaries, files, [log.text()]]) {
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain(title);
    }
  });

  test('is made without a lock, with the state of its environment, and is not left behind', async () => {
    const { inputs, deps, terraform } = prepare(planned('every-action'));
    await run(inputs, deps);
    expect(terraform.calls).toEqual(['init', 'plan']);
    expect(terraform.backends).toEqual([{ bucket: 'state', key: 'test/terraform.tfstate', region: 'eu-west-1' }]);
    expect(terraform.plans).toMatchObject([{ lock: false, varFile: join('environments', 'test.tfvars') }]);
    expect(terraform.leftBehind()).toEqual([]);
  });

  test('without changes says so', async () => {
    const { inputs, deps, pull } = prepare(planned('no-changes'));
    expect(await run(inputs, deps)).toMatchObject({ hasChanges: false, headline: 'No changes' });
    expect(pull.comments[0]?.body).toContain('### Terraform plan · `test` · No changes');
  });

  test('again edits the same comment, and another environment has its own', async () => {
    const { inputs, deps, pull } = prepare(planned('every-action'));
    await run(inputs, deps);
    pull.add(author, `${planMarker('production')}\nother`);
    await run(inputs, { ...deps, terraform: new FakeTerraform(planned('no-changes')) });
    expect(pull.comments).toHaveLength(2);
    expect(pull.comments[0]?.body).toContain('No changes');
    expect(pull.comments[1]?.body).toContain('other');
  });

  test('shows no secret anywhere', async () => {
    const { inputs, deps, pull, log, summaries, files } = prepare(planned('secrets'));
    const outputs = await run(inputs, deps);
    const seen = JSON.stringify([outputs, pull.comments, log.lines, summaries, files]);
    expect(seen).toContain('terraform_data.container');
    expect(seen).not.toContain('planted-');
  });
});

describe('what the comment says to the runs after the merge', () => {
  test('is which commit was planned with which result, and the plan itself', async () => {
    const { inputs, deps, pull } = prepare(planned('every-action'));
    const { digest } = await run(inputs, deps);
    expect(parseRecord(pull.comments[0]?.body ?? '')).toMatchObject({
      ...{ environment: 'test', state: 'planned', head: '0123456789', base: 'fedcba9876', run: 1, digest },
      summary: { environment: 'test', counts: { replace: 1 } },
    });
  });

  test('is that there is no plan, when it failed: an older one does not count any more', async () => {
    const { inputs, deps, pull } = prepare(planned('every-action'));
    await run(inputs, deps);
    await expect(run(inputs, { ...deps, terraform: new FakeTerraform(failed) })).rejects.toThrow('could not plan');
    const record = parseRecord(pull.comments[0]?.body ?? '');
    expect(record).toMatchObject({ state: 'failed' });
    expect(record).not.toHaveProperty('digest');
  });

  test('stays when a run that began earlier ends later', async () => {
    const { inputs, deps, pull, log } = prepare(planned('no-changes'));
    await run(inputs, { ...deps, now: () => 2_000_000 });
    await run(inputs, { ...deps, terraform: new FakeTerraform(planned('every-action')), now: () => 1_000_000 });
    expect(pull.comments).toHaveLength(1);
    expect(pull.comments[0]?.body).toContain('No changes');
    expect(log.text()).toContain('Comment 1 has a plan that was begun later: it stays.');
  });
});

describe('a plan that destroys what is protected', () => {
  const bucket = { address: 'aws_s3_bucket.data', type: 'aws_s3_bucket' };
  const dangerous: PlanResult = {
    kind: 'planned',
    plan: planOf(resourceOf('data', { actions: ['delete'], before: { bucket: 'data' } }, bucket)),
    diagnostics: [],
  };

  test('is shown, and fails with the label that would allow it', async () => {
    const { inputs, deps, pull } = prepare(dangerous);
    const error = await run(inputs, deps).catch((thrown: unknown) => thrown);
    const digest = parseRecord(pull.comments[0]?.body ?? '')?.digest ?? '';
    expect(error).toMatchObject({
      message: 'The plan would destroy what is protected: aws_s3_bucket.data.',
      hint: `If that is meant, add the label "${allowLabel(digest)}" to the pull request.`,
    });
    expect(pull.comments[0]?.body).toContain(allowLabel(digest));
  });

  test('goes through with that label, and with no other one', async () => {
    const { inputs, deps, pull } = prepare(dangerous);
    await expect(
      run(inputs, { ...deps, labels: () => Promise.resolve(['allow-destroy/0011223344556677']) }),
    ).rejects.toThrow('The plan would destroy what is protected');
    const digest = parseRecord(pull.comments[0]?.body ?? '')?.digest ?? '';
    expect(await run(inputs, { ...deps, labels: () => Promise.resolve([allowLabel(digest)]) })).toMatchObject({
      digest,
    });
  });
});

describe('an environment whose last apply failed (K11)', () => {
  const unfinished = {
    sha: 'c'.repeat(40),
    at: '',
    state: 'failed' as const,
    runUrl: 'https://github.com/r/1',
    redeploy: [],
  };

  test('says so in every plan', async () => {
    const deployments = new FakeDeployments();
    deployments.states = { test: { unfinished } };
    const { inputs, deps, pull } = prepare(planned('no-changes'), { deployments });
    await run(inputs, deps);
    expect(pull.comments[0]?.body).toContain(
      'The last apply to `test`, of commit `ccccccc` ([run](https://github.com/r/1)), failed.',
    );
  });

  test('is planned also when GitHub does not say', async () => {
    const deployments = { state: () => Promise.reject(new Error('HttpError: 502')) };
    const { inputs, deps, log } = prepare(planned('no-changes'), { deployments });
    expect(await run(inputs, deps)).toMatchObject({ hasChanges: false });
    expect(log.text()).toContain('Whether the last apply succeeded is not known (HttpError: 502).');
  });
});

describe('a plan that failed', () => {
  test('is told in comment, summary and file, and then fails with what to do', async () => {
    const { inputs, deps, pull, summaries, files, terraform } = prepare(failed);
    const error = await run(inputs, deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Terraform could not plan "test".',
      hint: 'The errors are above and in the summary.',
    });
    for (const text of [pull.comments[0]?.body, summaries[0], files[0]]) {
      expect(text).toContain('### Terraform plan · `test` · failed');
      expect(text).toContain('Missing required argument');
      expect(text).not.toContain('Deprecated');
    }
    expect(terraform.leftBehind()).toEqual([]);
  });
});

describe('a comment that cannot be written never hides the plan (K8, K9)', () => {
  test.each(['HttpError: 403', 'HttpError: 422 body is too long', 'HttpError: 502'])(
    'a failing API is a warning: %s',
    async (status) => {
      const { inputs, deps, log, summaries } = prepare(planned('every-action'), { comments: broken(status) });
      const outputs = await run(inputs, deps);
      expect(outputs.hasChanges).toBe(true);
      expect(outputs).not.toHaveProperty('commentId');
      expect(summaries).toHaveLength(1);
      expect(log.lines.filter(({ level }) => level === 'warning').map(({ text }) => text)).toEqual([
        `The plan could not be written as a comment (${status}). It is in the summary of this run.`,
      ]);
    },
  );

  test('a failed plan is still the error', async () => {
    const { inputs, deps, summaries } = prepare(failed, { comments: broken('HttpError: 502') });
    await expect(run(inputs, deps)).rejects.toThrow('Terraform could not plan "test".');
    expect(summaries).toHaveLength(1);
  });

  test.each(['the pull request comes from a fork', 'Dependabot has a read-only token'])(
    'where %s, none is tried',
    async (unavailable) => {
      const { inputs, deps, log, summaries } = prepare(planned('every-action'), { comments: { unavailable } });
      expect(await run(inputs, deps)).toMatchObject({ hasChanges: true });
      expect(log.text()).toContain(`No comment is written, because ${unavailable}. The plan is in the summary`);
      expect(log.lines.some(({ level }) => level === 'warning')).toBe(false);
      expect(summaries).toHaveLength(1);
    },
  );

  test('without a pull request there is none', async () => {
    const { inputs, deps, pull, summaries } = prepare(planned('every-action'));
    const { comments: _, ...withoutComments } = deps;
    expect(await run(inputs, withoutComments)).toMatchObject({ hasChanges: true });
    expect(pull.calls).toEqual([]);
    expect(summaries).toHaveLength(1);
  });
});

describe('what is not there is one clear sentence, before anything is planned', () => {
  test('the variables of the environment', async () => {
    const { inputs, deps, terraform } = prepare(planned('every-action'));
    await expect(run({ ...inputs, environment: 'acceptance' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: `There is no ${join('environments', 'acceptance.tfvars')} in the Terraform folder.`,
    });
    expect(terraform.calls).toEqual([]);
  });

  test('the region', async () => {
    const { inputs, deps } = prepare(planned('every-action'), { region: '' });
    await expect(run(inputs, deps)).rejects.toMatchObject({ name: 'UserError', message: 'AWS_REGION is not set.' });
  });

  test('and the comment says so: no older plan is taken for this one', async () => {
    const { inputs, deps, pull, summaries } = prepare(planned('every-action'));
    await run(inputs, deps);
    await expect(run(inputs, { ...deps, parameters: fakeParameters({}) })).rejects.toThrow(
      '/terraform/statefiles/bucket',
    );
    expect(pull.comments).toHaveLength(1);
    for (const text of [pull.comments[0]?.body, summaries[1]]) {
      expect(text).toContain('### Terraform plan · `test` · failed');
      expect(text).toContain('There is no SSM parameter "/terraform/statefiles/bucket"');
    }
  });

  test('the parameter with the state bucket', async () => {
    const { inputs, deps, terraform } = prepare(planned('every-action'), { parameters: fakeParameters({}) });
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('/terraform/statefiles/bucket'),
    });
    expect(terraform.calls).toEqual([]);
  });
});
