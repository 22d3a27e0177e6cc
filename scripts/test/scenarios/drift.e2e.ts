import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateAliasCommand, CreateFunctionCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { PublishVersionCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { octokitDeployments } from '../../../actions/lib/github/deployments.ts';
import { octokit } from '../../../actions/lib/github/octokit.ts';
import { terminalLog } from '../../../actions/lib/log.ts';
import { formatPins, pinFile } from '../../../actions/lib/pins.ts';
import { ROOT } from '../../tools.ts';
import { runAction } from './actions.ts';
import { BOT, World, type EndedRun } from './world.ts';

const FUNCTION = 'scenario-one';

/** The workflow itself, under act, on a small root with one parameter and one lambda beside it. */
describe('drift', () => {
  let world: World;
  let clients: { readonly ssm: SSMClient; readonly lambda: LambdaClient };

  /** Runs drift.yml by hand; what the schedule starts is the same. Drift is no failure. */
  const look = async (): Promise<EndedRun> => {
    const run = await world.runOf(() => world.dispatch('drift.yml', {}));
    if (run.conclusion !== 'success') throw new Error(`It ended with ${run.conclusion}: ${run.log.slice(-3000)}`);
    return run;
  };
  const setParameter = (value: string) =>
    clients.ssm.send(new PutParameterCommand({ Name: '/scenario/greeting', Value: value, Overwrite: true }));

  beforeAll(async () => {
    world = await World.create({ workflows: false });
    const workflows = join(world.clone.folder, '.github/workflows');
    await mkdir(workflows, { recursive: true });
    await copyFile(join(ROOT, '.github/workflows/drift.yml'), join(workflows, 'drift.yml'));
    const config = {
      endpoint: world.sandbox.awsUrl,
      region: world.sandbox.region,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    };
    clients = { ssm: new SSMClient(config), lambda: new LambdaClient(config) };
    await world.change('main', 'parameters = { greeting = "hello" }');
  }, 300_000);

  afterAll(() => world.close(), 60_000);

  test('before the first apply there is nothing to compare', async () => {
    const { summary } = await look();
    expect(summary).toContain('Nothing was applied to `test` yet: there is nothing to compare.');
  }, 180_000);

  test('after an apply nothing has drifted, also when something else is merged and not applied yet', async () => {
    const approved = await runAction(world, 'terraform-review', { inputs: { digest: '0'.repeat(64) } });
    const digest = /Digest of what would be applied: `([0-9a-f]{64})`/.exec(approved.summary)?.[1] ?? '';
    expect(await runAction(world, 'terraform-apply', { inputs: { digest } })).toMatchObject({ ok: true });
    await world.change('main', 'parameters = { greeting = "good day" }');
    const { summary } = await look();
    expect(summary).toContain('### Drift · `test` · No drift');
    expect((await drifts()).length).toBe(0);
  }, 180_000);

  test('what somebody has changed by hand opens an issue, with the command that brings it back', async () => {
    await setParameter('changed by hand');
    await look();
    const [issue, ...others] = await drifts();
    expect(others).toEqual([]);
    expect(issue?.title).toBe('Drift in test: 1 to change');
    expect(issue?.body).toMatch(/-\s+insecure_value = "changed by hand"/);
    expect(issue?.body).toMatch(/\+\s+insecure_value = "hello"/);
    expect(issue?.body).toMatch(/gh workflow run apply\.yml -f environment=test -f digest=[0-9a-f]{64}/);
  }, 180_000);

  test('the same again leaves the issue alone', async () => {
    const before = await drifts();
    await look();
    expect(await drifts()).toEqual(before);
  }, 180_000);

  test('while an apply is going on nothing is compared, and the issue stays as it is', async () => {
    const github = octokit(
      world.sandbox.actionsToken,
      terminalLog(() => undefined),
      world.sandbox.githubApiUrl,
    );
    const deployments = octokitDeployments(github, world.repository, { author: BOT, runUrl: 'http://127.0.0.1/run' });
    const { applied } = await deployments.state('test');
    if (applied === undefined) throw new Error('Nothing is applied.');
    const before = await drifts();
    await setParameter('hello');
    const id = await deployments.start({ environment: 'test', sha: applied.sha, digest: '', redeploy: [] });
    const { summary } = await look();
    expect(summary).toContain('has begun at');
    expect(await drifts()).toEqual(before);
    await deployments.finish(id, { ok: true, description: 'Done' });
  }, 180_000);

  test('what is as git says again closes the issue, with a comment', async () => {
    const [issue] = await drifts();
    await setParameter('hello');
    await look();
    expect(await drifts()).toEqual([]);
    const comments = await world.comments(issue?.number ?? 0);
    expect(comments.map(({ body }) => body)).toEqual([expect.stringContaining('`test` is what git says again')]);
  }, 180_000);

  test('an alias that is not as pinned is drift until it is moved back; a shift is none', async () => {
    await prepareLambda();
    await clients.lambda.send(new UpdateAliasCommand({ FunctionName: FUNCTION, Name: 'prod', FunctionVersion: '1' }));
    await look();
    const [issue] = await drifts();
    expect(issue?.title).toBe('Drift in test: 1 alias not as pinned');
    expect(issue?.body).toContain('gh workflow run promote.yml -f environment=test -f function=one -f version=2');

    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } };
    await clients.lambda.send(
      new UpdateAliasCommand({ FunctionName: FUNCTION, Name: 'prod', FunctionVersion: '1', RoutingConfig }),
    );
    const { summary } = await look();
    expect(summary).toContain('a shift is going on: no drift by itself, version 2 gets 50 %');
    expect(await drifts()).toEqual([]);
  }, 400_000);

  /** A lambda with two versions, of which the second is in `prod` and pinned on main, past any apply. */
  async function prepareLambda(): Promise<void> {
    const zip = (version: string): Uint8Array =>
      zipSync({ 'index.mjs': Buffer.from(`export const handler = async () => '${version}';`) });
    const { lambda, ssm } = clients;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: FUNCTION,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/scenario',
        Code: { ZipFile: zip('first') },
      }),
    );
    await lambda.send(new PublishVersionCommand({ FunctionName: FUNCTION }));
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: FUNCTION, ZipFile: zip('second') }));
    const { Version = '', CodeSha256 = '' } = await lambda.send(new PublishVersionCommand({ FunctionName: FUNCTION }));
    await lambda.send(new CreateAliasCommand({ FunctionName: FUNCTION, Name: 'prod', FunctionVersion: Version }));
    await ssm.send(
      new PutParameterCommand({
        Name: '/terraform/test/deploy-targets',
        Type: 'String',
        Value: JSON.stringify({ lambdas: { one: { function_name: FUNCTION } } }),
      }),
    );
    await world.github.rest.repos.createOrUpdateFileContents({
      ...world.repository,
      path: pinFile('test'),
      message: 'Promote one 2',
      content: Buffer.from(formatPins({ one: { version: Version, sha256: CodeSha256 } })).toString('base64'),
    });
  }

  async function drifts(): Promise<Awaited<ReturnType<World['issues']>>> {
    return (await world.issues()).filter(({ body }) => body.startsWith('<!-- terraform-drift environment=test -->'));
  }
});
